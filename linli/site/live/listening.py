"""Whether somebody listens for the live stream: a shared lock that lasts as long as the listener's connection."""

from django.db import connection

ALIVE = (0x4C494E4C, 2)


def someone_listens() -> bool:
    """Return whether some live process follows the drainer's word in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND (classid, objid) = (%s, %s)"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            ALIVE,
        )
        return bool(cursor.fetchone()[0])
