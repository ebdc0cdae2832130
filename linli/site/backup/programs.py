"""pg_dump and pg_restore: of the distribution or of the wheel, never older than the server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from linli.site.backup import errors
from linli.site.cluster.errors import ClusterError
from linli.site.cluster.layout import installed_binaries

_IN_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


@dataclass(frozen=True)
class Programs:
    """The programs of one version of PostgreSQL."""

    major: int
    folder: Path
    libraries: Path | None = None

    def run(self, name: str, *arguments: str, address: str) -> None:
        """Run one of them on the database at `address`. Raises ClusterError with what it said.

        The password travels in the environment: command lines can be read by every user.
        """
        parts = conninfo_to_dict(address)
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        environment |= {
            variable: str(parts[key]) for key, variable in _IN_ENVIRONMENT.items() if parts.get(key)
        }
        if self.libraries is not None:
            search = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
            environment[search] = str(self.libraries)
        done = subprocess.run(
            [
                str(self.folder / name),
                "--no-password",
                "--dbname",
                str(parts["dbname"]),
                *arguments,
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment,
        )
        if done.returncode:
            raise errors.program_failed(name=name, said=done.stderr)


def programs(*, server: int) -> Programs:
    """Return the oldest programs that are not older than the server's major version.

    Newer ones would do, but write settings that an older server does not know.
    """
    fitting = [found for found in _installed() if found.major >= server]
    if not fitting:
        raise errors.no_programs(server=server)
    return min(fitting, key=lambda found: found.major)


def _installed() -> Iterator[Programs]:
    for program in Path("/usr/lib/postgresql").glob("*/bin/pg_dump"):  # Debian and its kin
        if program.parts[-3].isdigit():
            yield Programs(int(program.parts[-3]), program.parent)
    if found := shutil.which("pg_dump"):
        told = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
        if version := re.search(r"\) (\d+)", told):
            yield Programs(int(version[1]), Path(found).parent)
    with suppress(ClusterError):
        wheel = installed_binaries()
        yield Programs(int(wheel.major), wheel.program("pg_dump").parent, wheel.libraries)
