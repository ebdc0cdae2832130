"""What keeps the queue itself in order."""

from asgiref.sync import async_to_sync
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from linli.jobs.registry import TRIES, job

SILENT = 30
"""Seconds without a sign of life after which a worker counts as dead. It gives one every five."""

_DAY = 24
_SUCCEEDED_KEPT = 2 * _DAY
_ALL_KEPT = 90 * _DAY


@job("jobs.rescue", cron="* * * * * */20")
def rescue() -> None:
    """Put back what a worker had in hand when it died: no job stays in hand for two minutes."""
    async_to_sync(rescue_stalled)()


@job("jobs.forget", cron="17 3 * * *")
def forget() -> None:
    """Remove finished jobs: those that went well after two days, all others after ninety."""
    async_to_sync(app.job_manager.delete_old_jobs)(nb_hours=_SUCCEEDED_KEPT)
    async_to_sync(app.job_manager.delete_old_jobs)(
        nb_hours=_ALL_KEPT, include_failed=True, include_cancelled=True, include_aborted=True
    )


async def rescue_stalled() -> int:
    """Put back the jobs of dead workers. Returns how many were found.

    One that was put back as often as a failing job is tried has probably killed its workers: it
    stands as failed. One whose like already waits is given up for that.
    """
    manager = app.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT))
    for found in stalled:
        if found.attempts >= (TRIES.max_attempts or 0):
            await manager.finish_job(found, status=Status.FAILED, delete_job=False)
            continue
        try:
            await manager.retry_job(found)
        except exceptions.UniqueViolation:
            await manager.finish_job(found, status=Status.ABORTED, delete_job=False)
    return len(stalled)
