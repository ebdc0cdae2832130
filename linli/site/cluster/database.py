"""Roles and databases inside a server, and whether a database is fit for Linli."""

from contextlib import suppress

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from linli.site.cluster import errors
from linli.site.cluster.layout import Layout
from linli.site.cluster.passwords import ROLES, password, url

OLDEST_SERVER = 150000
"""server_version_num of PostgreSQL 15, the oldest that is tested."""

# The server goes on with the statement of a start that was killed, and may finish it before ours.
MADE_MEANWHILE = (
    psycopg.errors.DuplicateDatabase,
    psycopg.errors.DuplicateObject,
    psycopg.errors.UniqueViolation,
)


def check_database(address: str) -> None:
    """Refuse a database in which Linli's data would come to harm. Raises ClusterError.

    Wanted: PostgreSQL 15 or newer, encoding UTF8, a character type other than C or POSIX (with those
    pg_trgm finds no Chinese, without an error; tried with PostgreSQL 18.6, 2026-11-23).
    """
    try:
        parts = conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        raise errors.unreadable_url() from None  # its text may quote the password
    where = ":".join(str(parts[key]) for key in ("host", "port", "dbname") if parts.get(key))
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            refuse_unfit(connection, database=connection.info.dbname)
    except psycopg.Error as failed:
        raise errors.connect_failed(where=where, reason=one_line(failed)) from failed


def refuse_unfit(connection: psycopg.Connection, *, database: str) -> None:
    """Raise ClusterError if a database of this server cannot be used."""
    row = connection.execute(
        "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = %s",
        [database],
    ).fetchone()
    assert row is not None, "the database was connected to or made a moment ago"
    version = connection.info.server_version
    if refusal := unfit(version, database=database, encoding=row[0], ctype=row[1]):
        raise refusal


def unfit(version: int, *, database: str, encoding: str, ctype: str) -> errors.ClusterError | None:
    """Return why a database cannot be used, None if it can. `version` as in server_version_num."""
    if version < OLDEST_SERVER:
        return errors.server_too_old(version=dotted(version))
    if encoding != "UTF8" or ctype in ("C", "POSIX"):
        return errors.wrong_encoding(database=database, encoding=encoding, ctype=ctype)
    return None


def make_roles(connection: psycopg.Connection, here: Layout) -> None:
    """Make the login that migrates and the login that serves, as one step, if they are missing."""
    known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    if ROLES["app"] in known:
        return
    with suppress(*MADE_MEANWHILE), connection.transaction():
        for role, right in (("owner", "CREATEDB"), ("app", "NOCREATEDB")):
            # The server gets the verifier, so that no log of it can ever hold the password.
            verifier = connection.pgconn.encrypt_password(
                password(here, role).encode(), ROLES[role].encode(), b"scram-sha-256"
            )
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(
                    sql.Identifier(ROLES[role]), sql.SQL(right), sql.Literal(verifier.decode())
                )
            )
        # Tests make their database as owner and then go on as the application (SET ROLE).
        connection.execute("GRANT linli_app TO linli_owner")


def make_database(connection: psycopg.Connection, here: Layout, *, database: str) -> None:
    """Make a database of the owner, in which the application's login can create nothing."""
    query = "SELECT 1 FROM pg_database WHERE datname = %s"
    if connection.execute(query, [database]).fetchone():
        return
    create = sql.SQL("CREATE DATABASE {} OWNER linli_owner TEMPLATE template0 ENCODING 'UTF8'")
    with suppress(*MADE_MEANWHILE):
        connection.execute(create.format(sql.Identifier(database)))
    with psycopg.connect(url(here, "superuser", database=database)) as inside:
        inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        inside.execute("GRANT USAGE ON SCHEMA public TO linli_app")


def drop_database(connection: psycopg.Connection, *, database: str) -> None:
    """Drop a database with all in it, whoever is connected to it. There is no way back."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    connection.execute(drop.format(sql.Identifier(database)))


def dotted(version: int) -> str:
    """Return server_version_num as people write it: 180006 is 18.6."""
    return f"{version // 10000}.{version % 10000}"


def one_line(failed: Exception) -> str:
    """Return an error's text without line breaks and full stop."""
    return " ".join(str(failed).split()).rstrip(".")
