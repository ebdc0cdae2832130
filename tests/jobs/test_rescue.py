"""What a dead worker had in hand is put back; what kills its workers is not put back for ever."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from linli.jobs.queries import has_worker, in_hand
from linli.jobs.tasks import SILENT, forget, rescue_stalled

pytestmark = pytest.mark.django_db


def query(text: str, arguments: Any = ()) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(text, arguments)
        return cursor.fetchall() if cursor.description else None


def a_worker(*, silent_for: float) -> int:
    return int(
        query(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [silent_for],
        )[0][0]
    )


def a_job(worker: int | None, *, attempts: int = 0, lock: str | None = None) -> int:
    """Put a job in the hands of a worker."""
    return int(
        query(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id, attempts, queueing_lock)"
            " VALUES ('default', 'test.job', 'doing', %s, %s, %s) RETURNING id",
            [worker, attempts, lock],
        )[0][0]
    )


def state(job: int) -> tuple[str, int]:
    return query("SELECT status::text, attempts FROM procrastinate_jobs WHERE id = %s", [job])[0]


def rescue() -> int:
    return async_to_sync(rescue_stalled)()


def test_a_job_of_a_dead_worker_is_put_back() -> None:
    job = a_job(a_worker(silent_for=SILENT + 1))
    assert rescue() == 1
    assert state(job) == ("todo", 1)
    assert in_hand() == 0


def test_a_job_whose_worker_is_forgotten_is_put_back() -> None:
    job = a_job(None)
    assert rescue() == 1
    assert state(job)[0] == "todo"


def test_a_job_of_a_living_worker_stays_in_its_hands() -> None:
    job = a_job(a_worker(silent_for=SILENT - 10))
    assert rescue() == 0
    assert state(job) == ("doing", 0)


def test_a_job_that_kills_its_workers_stands_as_failed() -> None:
    job = a_job(a_worker(silent_for=60), attempts=5)
    rescue()
    assert state(job)[0] == "failed"


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_like_already_waits_is_given_up_for_it() -> None:
    query(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, queueing_lock)"
        " VALUES ('default', 'test.job', 'todo', 'test.job')"
    )
    job = a_job(a_worker(silent_for=60), lock="test.job")
    other = a_job(a_worker(silent_for=60))
    assert rescue() == 2
    assert state(job)[0] == "aborted"
    assert state(other)[0] == "todo"


def test_a_worker_is_seen_by_its_signs_of_life() -> None:
    assert not has_worker()
    a_worker(silent_for=SILENT + 1)
    assert not has_worker()
    a_worker(silent_for=1)
    assert has_worker()


@pytest.mark.parametrize(
    ("status", "hours", "is_kept"),
    [
        ("succeeded", 47, True),
        ("succeeded", 49, False),
        ("failed", 49, True),
        ("failed", 91 * 24, False),
        ("aborted", 91 * 24, False),
        ("doing", 91 * 24, True),
        ("todo", 91 * 24, True),
    ],
)
def test_finished_jobs_are_forgotten_in_time(status: str, hours: int, is_kept: bool) -> None:
    job = query(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'test.job', %s) RETURNING id",
        [status],
    )[0][0]
    query("DELETE FROM procrastinate_events WHERE job_id = %s", [job])
    query(
        "INSERT INTO procrastinate_events (job_id, type, at)"
        " VALUES (%s, 'deferred', now() - make_interval(hours => %s))",
        [job, hours],
    )
    forget.func(timestamp=0)
    assert bool(query("SELECT 1 FROM procrastinate_jobs WHERE id = %s", [job])) is is_kept
