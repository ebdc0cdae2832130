"""`linli worker`: does the jobs of the queue and those that come round by the clock."""

import asyncio
import threading
from contextlib import suppress
from typing import cast

import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from linli.site.running import until_stopped

CONCURRENCY = 4
LONGEST_PAUSE = 5.0
log = structlog.get_logger("linli.jobs")


def run() -> None:
    """Work until stopped; a stop lets the jobs in hand finish. A database that is away is waited for."""
    stopped = until_stopped()
    pause = 0.0
    while not stopped.wait(pause):
        try:
            asyncio.run(_work(stopped))
            pause = 0.0
        except Exception as failed:
            pause = min(max(2 * pause, 0.5), LONGEST_PAUSE)
            log.error("worker failed", failure=type(failed).__name__, again_in=pause)


async def _work(stopped: threading.Event) -> None:
    connector = cast(DjangoConnector, app.connector)
    with app.replace_connector(connector.get_worker_connector()) as worker:
        async with worker.open_async():
            running = asyncio.create_task(
                worker.run_worker_async(
                    concurrency=CONCURRENCY,
                    listen_notify=False,
                    fetch_job_polling_interval=1.0,
                    update_heartbeat_interval=5.0,
                    shutdown_graceful_timeout=10.0,
                    install_signal_handlers=False,
                )
            )
            while not running.done() and not stopped.is_set():
                await asyncio.wait({running}, timeout=0.3)
            if not running.done():
                running.cancel()
            with suppress(asyncio.CancelledError):
                await running
