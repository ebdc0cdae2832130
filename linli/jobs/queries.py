"""Reads of the queue."""

from django.db import connection

from linli.jobs.tasks import SILENT


def has_worker() -> bool:
    """Return whether some worker gave a sign of life lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s))",
            [SILENT],
        )
        return bool(cursor.fetchone()[0])


def in_hand() -> int:
    """Return how many jobs are being done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
        return int(cursor.fetchone()[0])
