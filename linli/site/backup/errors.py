"""What can go wrong with a backup, in two languages: it may be needed where no catalogue is."""

from pathlib import Path

from linli.site.cluster.errors import ClusterError


def stands_already(file: Path) -> ClusterError:
    """A backup would be written over."""
    return ClusterError(
        f"{file} stands already. A backup is never written over: give another name, or move it away.",
        f"{file} 已经存在。备份不会被覆盖：请换一个文件名，或先把它移走。",
    )


def no_programs(*, server: int) -> ClusterError:
    """No pg_dump of the server's version or newer."""
    return ClusterError(
        f"The server is PostgreSQL {server}, and no pg_dump of that version or newer is installed here. "
        f"Debian: apt-get install postgresql-client-{server}",
        f"服务器是 PostgreSQL {server}，本机没有这个版本或更新的 pg_dump。"
        f"Debian 请运行：apt-get install postgresql-client-{server}",
    )


def program_failed(*, name: str, said: str) -> ClusterError:
    """pg_dump or pg_restore ended with an error."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    reason = " / ".join(lines[:3]) or "it said nothing"
    return ClusterError(
        f"{name} did not finish: {reason}. Nothing half-done is left. Mend what it names and run the "
        "command again.",
        f"{name} 没有完成：{reason}。没有留下半成品。请按说明处理后重新运行。",
    )


def no_list(file: Path) -> ClusterError:
    """The list of contents beside the dump is missing or unreadable."""
    return ClusterError(
        f"{file} is missing or cannot be read. It lists what the dump must hold, and without it nothing "
        "proves a restore. Copy all three files of the backup.",
        f"{file} 缺失或无法读取。它列明备份里应有的内容，缺了它就无法证明恢复是完整的。请把备份的三个文件一起拷来。",
    )


def no_files(archive: Path) -> ClusterError:
    """The archive of the sealed files is missing."""
    return ClusterError(
        f"{archive} is missing: it holds the photos and files of this backup. Copy all three files of the backup.",
        f"缺少 {archive}：这份备份里的照片和文件都在其中。请把备份的三个文件一起拷来。",
    )


def changed(file: Path) -> ClusterError:
    """The dump is not the one that was written."""
    return ClusterError(
        f"{file} is not the file that was written: its SHA-256 differs from the list beside it. It was cut "
        "off or changed on the way. Copy it again, or take another backup.",
        f"{file} 与备份时写下的不一致：SHA-256 对不上，可能拷贝不完整或被改动过。请重新拷贝，或换一份备份。",
    )


def not_empty(*, database: str, count: int) -> ClusterError:
    """The database to restore into holds tables."""
    return ClusterError(
        f"The database {database} holds {count} tables already. A restore goes into an empty one, so that "
        "nothing is lost or mixed: name a new one with --database, compare, then switch to it.",
        f"数据库 {database} 里已有 {count} 张表。只能恢复到空的数据库，以免丢失或混杂："
        "请用 --database 指定一个新库，核对后再切换过去。",
    )


def newer_list(file: Path) -> ClusterError:
    """The list was written by a newer version in another form."""
    return ClusterError(
        f"{file} was written by a newer version of Linli. Install that version and restore with it.",
        f"{file} 由更新版本的邻里写成。请安装该版本后再恢复。",
    )
