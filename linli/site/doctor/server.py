"""What can only be looked at in the database: the server, the logins, the tables, what waits."""

import datetime as dt
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from linli.site import cluster
from linli.site.backup.record import last_backup
from linli.site.cluster.database import dotted, unfit
from linli.site.cluster.errors import unreadable_url
from linli.site.config import config
from linli.site.doctor.finding import Finding, _, bad, ok, warn

SKEW, WRONG = 2.0, 60.0
"""Seconds between this machine's clock and the server's that deserve a word, and that break deadlines."""
LATE, VERY_LATE = dt.timedelta(minutes=5), dt.timedelta(hours=1)
OLD_BACKUP = dt.timedelta(days=2)


def look_at_server(*, now: dt.datetime) -> Iterator[Finding]:
    """Yield the findings of the database; the first bad one ends the look if the rest rests on it."""
    try:
        address = _address("app")
        if address is None:
            yield bad(
                _("Database"),
                _("There is none yet"),
                _(
                    "linli migrate makes the built-in one; for a server of your own set LINLI_DATABASE_URL."
                ),
            )
            return
        with psycopg.connect(address, connect_timeout=10, autocommit=True) as connection:
            yield from fitness(connection)
            yield from app_login(connection)
            yield from owner_login(_address("owner"))
            yield clock(connection)
            pending = list(tables(connection))
            yield from pending
            if all(finding.level.value == "ok" for finding in pending):
                yield from waiting(connection, now=now)
                yield people(connection)
                yield backup(last_backup(connection.info.dbname), now=now)
    except (psycopg.Error, cluster.ClusterError) as failed:
        said = failed.en if isinstance(failed, cluster.ClusterError) else _first_line(failed)
        yield bad(
            _("Database"),
            _("It cannot be used: %(reason)s"),
            _(
                "Built-in: linli db start. Of your own: see that it runs, and that LINLI_DATABASE_URL "
                "names its host, database, user and password."
            ),
            reason=said,
        )


def _first_line(failed: Exception) -> str:
    """Return an error's first line; that of an address which cannot be read would quote its password."""
    if isinstance(failed, psycopg.ProgrammingError) and failed.sqlstate is None:
        return unreadable_url().en
    return (str(failed).strip().splitlines() or [type(failed).__name__])[0]


def _address(role: str) -> str | None:
    here = config()
    if here.database_url:
        return here.owner_database_url if role == "owner" else here.database_url
    built_in = cluster.urls(here.database_name)
    if built_in is None:
        return None
    return built_in.owner_url if role == "owner" else built_in.app_url


def _one(connection: psycopg.Connection[Any], query: str, *given: Any) -> tuple[Any, ...]:
    row = connection.execute(query, given or None).fetchone()
    assert row is not None, "a query for one row"
    return tuple(row)


def fitness(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Judge version, encoding and character type; say which extensions there are."""
    name = connection.info.dbname
    encoding, ctype, extensions = _one(
        connection,
        "SELECT pg_encoding_to_char(encoding), datctype, "
        "coalesce((SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension "
        "WHERE extname <> 'plpgsql'), '–') FROM pg_database WHERE datname = current_database()",
    )
    version = connection.info.server_version
    part = _("Database")
    facts = {"version": dotted(version), "name": name, "encoding": encoding, "ctype": ctype}
    if unfit(version, database=name, encoding=encoding, ctype=ctype):
        yield bad(
            part,
            _("PostgreSQL %(version)s, database %(name)s, %(encoding)s, character type %(ctype)s"),
            _(
                "Wanted: PostgreSQL 15 or newer, UTF8, a character type other than C or POSIX. Make a new "
                "database with TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8' and restore into it."
            ),
            **facts,
        )
    else:
        yield ok(
            part,
            _("PostgreSQL %(version)s, database %(name)s, %(encoding)s, character type %(ctype)s"),
            **facts,
        )
    yield ok(_("Extensions"), _("Present: %(extensions)s; none is needed"), extensions=extensions)


def app_login(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Judge the rights of the login that serves: it must not be able to change the past."""
    part = _("Login that serves")
    user, is_super, bypasses, owned, creates = _one(
        connection,
        "SELECT current_user, rolsuper, rolbypassrls, "
        "(SELECT count(*) FROM pg_class WHERE relowner = r.oid AND relkind IN ('r', 'p')), "
        "has_schema_privilege('public', 'CREATE') FROM pg_roles r WHERE rolname = current_user",
    )
    if is_super or bypasses or owned:
        yield bad(
            part,
            _(
                "%(user)s may do anything (superuser, owner of tables, or past row security), the past included"
            ),
            _(
                "Give the pages a login of their own: CREATE ROLE linli_app LOGIN PASSWORD '…'; put it into "
                "LINLI_DATABASE_URL, the owner's into LINLI_OWNER_DATABASE_URL; then linli migrate."
            ),
            user=user,
        )
        return
    if creates:
        yield warn(
            part,
            _("%(user)s may make tables of its own"),
            _("As the owner: REVOKE CREATE ON SCHEMA public FROM PUBLIC, %(user)s"),
            user=user,
        )
    if not _one(connection, "SELECT to_regclass('kernel_event') IS NOT NULL")[0]:
        return
    adds, changes = _one(
        connection,
        "SELECT has_table_privilege('kernel_event', 'INSERT'), "
        "has_table_privilege('kernel_event', 'UPDATE, DELETE, TRUNCATE')",
    )
    if changes or not adds:
        yield bad(
            part,
            _("%(user)s has not the rights it should have on events: add and read, nothing else"),
            _("linli migrate gives the rights anew."),
            user=user,
        )
    else:
        yield ok(part, _("%(user)s adds events and can neither change nor remove them"), user=user)


def owner_login(address: str | None) -> Iterator[Finding]:
    """See whether the login that migrates is known and gets in."""
    part = _("Login that migrates")
    if address is None:
        yield warn(
            part,
            _("LINLI_OWNER_DATABASE_URL is not set here"),
            _("Set it where linli migrate and backups run; the pages do not need it."),
        )
        return
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            user = connection.info.user
    except psycopg.Error as failed:
        yield bad(
            part,
            _("It does not get in: %(reason)s"),
            _(
                "See that LINLI_OWNER_DATABASE_URL names the owner of the database and its password."
            ),
            reason=_first_line(failed),
        )
        return
    yield ok(part, _("%(user)s gets in"), user=user)


def clock(connection: psycopg.Connection[Any]) -> Finding:
    """Compare this machine's clock with the server's."""
    before = time.time()
    (theirs,) = _one(connection, "SELECT extract(epoch FROM clock_timestamp())::float8")
    return skew(theirs - (before + time.time()) / 2)


def skew(seconds: float) -> Finding:
    """Judge by how much the database's clock is ahead of this machine's."""
    part, facts = _("Clock"), {"seconds": f"{seconds:+.1f}"}
    mend = _("Let both machines follow one time server (chrony or systemd-timesyncd).")
    found = _("The database's clock is %(seconds)s s from this machine's")
    if abs(seconds) > WRONG:
        return bad(part, found, mend, **facts)
    if abs(seconds) > SKEW:
        return warn(part, found, mend, **facts)
    return ok(part, found, **facts)


def tables(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Compare the migrations of this version with those that the database has seen."""
    part, mend = _("Tables"), _("linli migrate, as the owner's login; take a backup before.")
    if not _one(connection, "SELECT to_regclass('django_migrations') IS NOT NULL")[0]:
        yield bad(part, _("The database is empty"), mend)
        return
    os.environ["LINLI_ROLE"] = "app"
    import django

    django.setup()
    from django.db.migrations.loader import MigrationLoader

    shipped = set(MigrationLoader(None).disk_migrations or ())
    applied = set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    missing = sorted(".".join(key) for key in shipped - applied)
    labels = {app for app, _name in shipped}
    unknown = sorted(".".join(key) for key in applied - shipped if key[0] in labels)
    if missing:
        yield bad(
            part,
            _("%(count)d changes of this version are missing: %(names)s"),
            mend,
            count=len(missing),
            names=" ".join(missing[:5]),
        )
    if unknown:
        yield bad(
            part,
            _("The database was migrated by a newer version: %(names)s"),
            _("Install that version again, or restore the backup from before it."),
            names=" ".join(unknown[:5]),
        )
    if not missing and not unknown:
        yield ok(part, _("All %(count)d changes of this version are in"), count=len(shipped))


def waiting(connection: psycopg.Connection[Any], *, now: dt.datetime) -> Iterator[Finding]:
    """Look at what should have been done by now: events handed on, alerts raised."""
    length, oldest = _one(
        connection,
        "SELECT count(*), (SELECT recorded_at FROM kernel_event "
        "WHERE id = (SELECT min(event_id) FROM kernel_outbox)) FROM kernel_outbox",
    )
    yield late(
        _("Outbox"),
        _("%(count)d events wait, the oldest for %(minutes)d min"),
        _("Start what hands them on: linli serve, or see why it ended in its log."),
        oldest,
        now=now,
        count=length,
    )
    due, first = _one(
        connection,
        "SELECT count(*), min(due_at) FROM cases_clockalert "
        "WHERE raised_at IS NULL AND lapsed_at IS NULL AND due_at <= %s",
        now,
    )
    yield late(
        _("Alerts"),
        _("%(count)d alerts are due, the oldest for %(minutes)d min"),
        _("Let linli serve run, whose worker raises them every minute, and see its log."),
        first,
        now=now,
        count=due,
    )


def late(
    part: str, found: str, mend: str, since: dt.datetime | None, *, now: dt.datetime, count: int
) -> Finding:
    """Judge work that has waited since a moment; None means that nothing waits."""
    age = max(now - since, dt.timedelta()) if since else dt.timedelta()
    facts = {"count": count, "minutes": int(age.total_seconds() // 60)}
    if age > VERY_LATE:
        return bad(part, found, mend, **facts)
    if age > LATE:
        return warn(part, found, mend, **facts)
    return ok(part, found, **facts)


def people(connection: psycopg.Connection[Any]) -> Finding:
    """See that nobody without a password stands beside real users."""
    real, played = _one(
        connection,
        "SELECT count(*) FILTER (WHERE NOT is_demo), count(*) FILTER (WHERE is_demo) FROM accounts_user",
    )
    return users(real=real, played=played, demo=config().demo)


def users(*, real: int, played: int, demo: bool) -> Finding:
    """Judge who is there while the demo's role chooser is on or off."""
    part = _("Users")
    if real and demo:
        return bad(
            part,
            _("LINLI_DEMO is on in a database with %(real)d real users"),
            _("Unset LINLI_DEMO at once; until then linli serve refuses to start."),
            real=real,
        )
    return ok(part, _("%(real)d real, %(played)d of the demo"), real=real, played=played)


def backup(taken: tuple[dt.datetime, Path] | None, *, now: dt.datetime) -> Finding:
    """Judge when the last backup was taken from here."""
    part = _("Backup")
    mend = _("linli db backup FILE, every night (deploy/linli-backup.timer), to another machine.")
    if taken is None:
        return warn(part, _("None was taken with linli db backup"), mend)
    at, file = taken
    facts = {"hours": int((now - at).total_seconds() // 3600), "file": file}
    if now - at > OLD_BACKUP:
        return warn(part, _("The last is %(hours)d hours old: %(file)s"), mend, **facts)
    return ok(part, _("The last is %(hours)d hours old: %(file)s"), **facts)
