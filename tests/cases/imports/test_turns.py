"""Files by the browser: the worker takes them in turns, by the rights of who asked, and survives its own death."""

import datetime as dt
import io
import tracemalloc
from collections.abc import Iterator

import pytest
import time_machine
from django.db import IntegrityError, transaction

from linli.accounts.models import RoleGrant
from linli.cases.imports import operations, turns
from linli.cases.imports.choices import ImportFault, ImportState
from linli.cases.imports.models import ImportChunk, ImportRun, Pieces
from linli.cases.imports.operations import MOST_TRIES, SILENT, ask_for_import, take_import
from linli.cases.imports.running import begin, survey
from linli.cases.imports.turns import file_of, take_turn, taker
from linli.cases.models import Case
from linli.kernel.models import Event
from tests.builders import Town
from tests.cases.imports.files import an_order, city
from tests.cases.standing import standing_town
from tests.conftest import NOW


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


def dropped(town: Town, *rows: list[str], who: str = "worker", size: int = 1 << 20) -> ImportRun:
    """Return an import of a file that came by the browser and was asked for."""
    file = city(*(rows or [an_order(1)]))
    data = file.open().read()
    pieces = (data[start : start + size] for start in range(0, len(data), size))
    run = begin(survey(file), actor=town.actor(who), pieces=pieces)
    return ask_for_import(actor=town.actor(who), run_id=run.pk)


def states() -> dict[str, str]:
    return {run.name: run.state for run in ImportRun.objects.all()}


def test_two_files_have_their_turns_by_turns(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "BATCHES", 1)
    long = dropped(town, *(an_order(n) for n in range(1, 1002)))
    with time_machine.travel(NOW + dt.timedelta(seconds=1), tick=False):
        short = dropped(town, an_order(5000))
    taken = []
    for second in range(2, 6):
        with time_machine.travel(NOW + dt.timedelta(seconds=second), tick=False):
            assert take_turn()
        taken.append(dict(ImportRun.objects.values_list("pk", "position")))

    assert [(done[long.pk], done[short.pk]) for done in taken] == [
        (500, 0),
        (500, 1),
        (1000, 1),
        (1001, 1),
    ]
    assert not take_turn()
    names = list(Event.objects.filter(stream_kind="import", stream_id=long.pk).order_by("seq"))
    assert [event.name for event in names] == ["import.began", "import.asked", "import.ended"]


def test_one_file_is_in_hand_at_a_time_and_a_dead_hands_file_is_taken_over(town: Town) -> None:
    run = dropped(town)
    actor = taker().at(NOW)
    assert take_import(actor=actor) == run

    assert take_import(actor=actor.at(NOW + SILENT)) is None
    operations.show_import_alive(actor=actor.at(NOW + SILENT), run_id=run.pk)
    assert take_import(actor=actor.at(NOW + 2 * SILENT)) is None
    assert take_import(actor=actor.at(NOW + 2 * SILENT + dt.timedelta(seconds=1))) == run


def test_a_file_that_breaks_off_again_and_again_is_given_up_and_can_be_asked_for_anew(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dropped(town)

    def broken(*_given: object, **_more: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(turns, "survey", broken)
        for turn in range(MOST_TRIES + 1):
            with time_machine.travel(NOW + 2 * turn * SILENT, tick=False):
                take_turn()
    run.refresh_from_db()
    assert (run.state, run.fault) == (ImportState.BROKEN, ImportFault.BROKEN)

    ask_for_import(actor=town.actor("worker"), run_id=run.pk)
    assert take_turn()
    run.refresh_from_db()
    assert (run.state, run.created) == (ImportState.ENDED, 1)


def test_who_lost_the_role_since_imports_nothing(town: Town) -> None:
    run = dropped(town)
    RoleGrant.objects.filter(user=town.users["worker"]).update(valid_to=NOW)

    assert take_turn()

    run.refresh_from_db()
    assert run.fault == ImportFault.NOT_ALLOWED
    assert not Case.objects.everywhere("test").exists()


def test_asked_twice_is_asked_once_and_anothers_file_is_not_there(town: Town) -> None:
    run = dropped(town)

    again = ask_for_import(actor=town.actor("worker"), run_id=run.pk)

    assert again.version == 2
    with pytest.raises(ImportRun.DoesNotExist):
        ask_for_import(actor=town.actor("neighbour"), run_id=run.pk)


def test_a_file_in_pieces_reads_as_it_came_with_few_pieces_in_memory(town: Town) -> None:
    run = dropped(town, *(an_order(n) for n in range(4000)), size=10_000)
    whole = b"".join(piece.data for piece in ImportChunk.objects.order_by("place"))
    pieces = Pieces(run, {})

    assert len(whole) > 500_000
    assert pieces.read(2) == whole[:2]
    pieces.seek(0)
    read = io.BufferedReader(pieces, 64)
    tracemalloc.start()
    assert sum(len(piece) for piece in iter(lambda: read.read(100), b"")) == len(whole)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < len(whole) / 2
    with pytest.raises(io.UnsupportedOperation):
        pieces.seek(5)
    assert file_of(run).open().read(7) == whole[:7]


@pytest.mark.parametrize(
    "wrong",
    [
        {"fault": "tired"},
        {"beat_at": NOW, "turn_at": None},
        {"left_open": 1},
        {"left_open": -1},
        {"fault": "broken", "ended_at": NOW, "position": 1, "set_aside": 1},
    ],
)
def test_the_database_keeps_what_holds_of_an_import(town: Town, wrong: dict[str, object]) -> None:
    run = dropped(town)

    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(**wrong)
