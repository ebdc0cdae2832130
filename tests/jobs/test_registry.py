"""Jobs: ids and codes only, each under one name, and every room's own is found."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django import app

from linli.jobs.registry import JOBS, job
from linli.kernel.events import Code


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """Forget the jobs that a test registers."""
    before, tasks = dict(JOBS), dict(app.tasks)
    yield
    JOBS.clear()
    JOBS.update(before)
    app.tasks.clear()
    app.tasks.update(tasks)


def test_rooms_jobs_are_found_and_come_round() -> None:
    assert {"cases.sweep", "jobs.rescue", "jobs.forget"} <= set(JOBS)
    round_ = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {name for name, cron in JOBS.items() if cron} == round_
    assert JOBS["cases.sweep"] == "* * * * *"


def test_takes_ids_and_codes_by_keyword() -> None:
    @job("test.taken")
    def taken(*, case_id: int, channel: Code, again: bool, unit_id: int | None) -> None: ...

    assert "test.taken" in JOBS


@pytest.mark.parametrize("hint", [str, dict, list, bytes, Any, str | None, float])
def test_refuses_an_argument_that_could_hold_words(hint: Any) -> None:
    def refused(*, words: Any) -> None: ...

    refused.__annotations__["words"] = hint
    with pytest.raises(TypeError, match="words may be an id or a code"):
        job("test.refused")(refused)
    assert "test.refused" not in JOBS


def test_refuses_arguments_by_place_and_to_what_comes_round() -> None:
    def by_place(case_id: int) -> None: ...
    def by_keyword(*, case_id: int) -> None: ...

    with pytest.raises(TypeError):
        job("test.place")(by_place)
    with pytest.raises(TypeError):
        job("test.round", cron="* * * * *")(by_keyword)


def test_a_name_is_taken_once() -> None:
    def once() -> None: ...

    job("test.once")(once)
    with pytest.raises(TypeError, match="twice"):
        job("test.once")(once)


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["许大妈", "a b", "x" * 65, "1990000 0001"])
def test_the_database_refuses_words_in_the_queue(words: str) -> None:
    with pytest.raises(IntegrityError, match="job_arguments_are_codes"), transaction.atomic():
        put({"case": {"deep": [words]}})


@pytest.mark.django_db
def test_the_database_takes_ids_and_codes() -> None:
    put({"case_id": 4, "channel": "sms", "again": True, "unit_id": None, "at": "2026-11-18"})


@pytest.mark.django_db
def test_a_deferred_job_stands_in_the_transaction_that_put_it_off() -> None:
    def later(*, case_id: int) -> None: ...

    task = job("test.later")(later)
    with transaction.atomic():
        task.defer(case_id=4)
        transaction.set_rollback(True)
    assert waiting("test.later") == 0
    with transaction.atomic():
        task.defer(case_id=4)
    assert waiting("test.later") == 1


@pytest.mark.django_db
def test_putting_a_job_off_sends_no_notify() -> None:
    """Commits that notify wait for each other: only the drainer may."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgenabled <> 'D' AND NOT t.tgisinternal AND p.prosrc ILIKE '%%notify(%%'"
        )
        assert cursor.fetchall() == []


def put(arguments: dict[str, Any]) -> None:
    from psycopg.types.json import Jsonb

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'test.put', %s)",
            [Jsonb(arguments)],
        )


def waiting(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'",
            [name],
        )
        return int(cursor.fetchone()[0])
