"""Exports: what is asked, what goes into the file and for whom, the trace of it, its end."""

import csv
import datetime as dt
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from linli.accounts.models import RoleGrant
from linli.cases.exporting import making, operations, rules
from linli.cases.exporting.choices import ExportFault, ExportState
from linli.cases.exporting.making import make_export, make_exports
from linli.cases.exporting.models import STORE, Export
from linli.cases.exporting.operations import Wish, ask_for_export, download_export
from linli.cases.models import Unmasking
from linli.kernel.errors import NOT_ALLOWED
from linli.kernel.models import Event, Outbox
from tests.builders import Town, a_case
from tests.cases.expect import last_event, refused
from tests.cases.people import a_person
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("files")


@pytest.fixture(autouse=True)
def still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def asked(town: Town, *, who: Any = "worker", key: uuid.UUID | None = None, **given: Any) -> Export:
    wish = Wish(**{"format": "csv", "language": "zh-hans", **given})
    actor = town.actor(who) if isinstance(who, str) else who
    return ask_for_export(actor=actor, wish=wish, form_key=key or uuid.uuid4())


def made(export: Export) -> Export:
    make_exports()
    export.refresh_from_db()
    return export


def content(export: Export) -> bytes:
    assert export.content
    return b"".join(STORE.read(export.content))


def table(export: Export) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(export).decode("utf-8-sig"), newline="")))


def stream(export: Export) -> list[Event]:
    events = list(Event.objects.filter(stream_kind="export", stream_id=export.pk).order_by("seq"))
    export.refresh_from_db()
    assert [event.seq for event in events] == list(range(1, export.version + 1))
    assert Outbox.objects.filter(event_id__in=[event.pk for event in events]).count() == len(events)
    return events


# — what is in it —


def test_a_file_with_the_cases_of_the_area(town: Town) -> None:
    case = a_case(town, at="closed", title="电梯停运")
    a_case(town, place="110105015044", lead="committee-044")
    export = made(asked(town))
    (row,) = table(export)
    assert row["诉求编号"] == case.number
    assert row["标题"] == "电梯停运"
    assert row["社区"] == "双合家园社区居委会"
    assert row["满意程度"] == "满意"
    assert export.state is ExportState.READY
    assert (export.total_count, export.done_count) == (1, 1)
    assert export.expires_at == NOW + dt.timedelta(days=7)


def test_every_row_says_who_exported_when_under_which_number(town: Town) -> None:
    a_case(town)
    export = made(asked(town))
    (row,) = table(export)
    assert row["导出人、时间、编号"] == f"李社工 (li) 2026-11-18 14:10 {export.shown_number}"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_each_format_is_made_and_sealed(town: Town, files: Path, kind: str) -> None:
    a_case(town, words="=1+1 物业不管")
    export = made(asked(town, format=kind))
    data = content(export)
    assert data[:2] == {"csv": b"\xef\xbb", "xlsx": b"PK", "jsonl": b'{"'}[kind]
    for path in files.rglob("*"):
        assert not path.is_file() or "物业".encode() not in path.read_bytes()
    if kind == "csv":
        assert table(export)[0]["诉求内容"] == "'=1+1 物业不管"
    if kind == "jsonl":
        assert "=1+1 物业不管" in json.loads(data.decode().splitlines()[0]).values()


def test_english_is_spoken_to_whoever_asked_in_it(town: Town) -> None:
    a_case(town)
    (row,) = table(made(asked(town, language="en")))
    assert row["State"] == "Received"
    assert "Exported by, at, number" in row


def test_names_and_numbers_are_not_in_it(town: Town) -> None:
    a_case(town, name="许大妈", phone="19900001234")
    text = content(made(asked(town))).decode()
    assert "许大妈" not in text
    assert "19900001234" not in text
    assert Unmasking.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({}, 3),
        ({"state": "received"}, 2),
        ({"state": "closed"}, 1),
        ({"state": "case:closed"}, 1),
        ({"state": "order:accepted"}, 0),
        ({"which": "to_dispatch"}, 2),
        ({"which": "in_hand"}, 0),
        ({"received_from": NOW - dt.timedelta(minutes=1)}, 2),
        ({"received_to": NOW}, 1),
        ({"received_from": NOW, "received_to": NOW + dt.timedelta(days=1)}, 2),
    ],
)
def test_what_was_asked_for_and_nothing_else(town: Town, given: dict[str, Any], count: int) -> None:
    for at in ("received", "received", "closed"):
        a_case(town, at=at)
    assert len(table(made(asked(town, **given)))) == count


def test_the_lists_of_ones_work_are_those_rows(town: Town) -> None:
    a_case(town)
    in_hand = [a_case(town, at=at).number for at in ("accepted", "in_progress")]
    waits = a_case(town, at="reported").number
    for which, numbers in (("in_hand", set(in_hand)), ("waits", {waits})):
        assert {row["诉求编号"] for row in table(made(asked(town, which=which)))} == numbers


def test_by_words_and_category_the_rows_are_those_of_the_search(town: Town) -> None:
    lift = town.categories["020301"]
    found = a_case(town, words="六号楼电梯停运两天了，下不了楼。", category=lift.code)
    a_case(town, words="电线断了，梯子也坏了，没有人管。")
    a_case(town, words="路灯不亮，晚上看不见路。", category=lift.code)
    above = town.categories["0203"]
    export = made(asked(town, words="电梯", category=above))

    assert [row["诉求编号"] for row in table(export)] == [found.number]
    payload = stream(export)[0].payload
    assert (payload["category"], payload["has_words"]) == ("0203", True)
    assert "电梯" not in json.dumps(payload, ensure_ascii=False)


def test_the_words_go_with_the_file(town: Town) -> None:
    export = made(asked(town, words="电梯"))
    assert export.words_asked == "电梯"
    operations.remove_exports(actor=making.maker().at(NOW + dt.timedelta(days=8)))
    export.refresh_from_db()
    assert export.words_asked == ""


def test_a_place_within_the_area(town: Town) -> None:
    a_case(town)
    a_case(town, place="110105019030")
    leader = "leader"
    assert len(table(made(asked(town, who=leader)))) == 2
    place = town.places["110105019030"]
    assert len(table(made(asked(town, who=leader, place=place)))) == 1
    with refused(rules.OUTSIDE_AREA):
        asked(town, who="worker", place=place)


def test_rows_read_in_chunks_are_all_there(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr(making, "CHUNK", 3)
    numbers = {a_case(town).number for _ in range(10)}
    export = made(asked(town))
    assert {row["诉求编号"] for row in table(export)} == numbers
    assert export.done_count == 10


def test_an_empty_list_is_a_file_too(town: Town) -> None:
    export = made(asked(town))
    assert table(export) == []
    assert export.state is ExportState.READY


# — whose —


def test_the_scope_is_that_of_the_run_not_of_the_asking(town: Town) -> None:
    a_case(town)
    export = asked(town)
    RoleGrant.objects.filter(user=town.users["worker"]).update(valid_to=NOW)
    made(export)
    assert (export.state, export.fault) == (ExportState.FAILED, ExportFault.NOT_ALLOWED)
    assert export.content is None


def test_who_left_gets_nothing(town: Town) -> None:
    export = asked(town)
    type(town.users["worker"]).objects.filter(pk=town.users["worker"].pk).update(is_active=False)
    assert made(export).fault == ExportFault.NOT_ALLOWED


def test_an_operator_exports_nothing(town: Town) -> None:
    with refused(NOT_ALLOWED):
        asked(town, who="operator")


def test_anothers_file_is_none_of_mine(town: Town) -> None:
    export = made(asked(town))
    with pytest.raises(Export.DoesNotExist):
        download_export(actor=town.actor("neighbour"), export_id=export.pk)


# — with names and numbers —


def personal(town: Town, **given: Any) -> Export:
    return asked(town, is_personal=True, **{"reason": "入户核对", **given})


def test_names_and_numbers_leave_a_look_in_each_case(town: Town) -> None:
    cases = [a_case(town, name="许大妈", phone=f"1990000123{n}") for n in range(3)]
    elsewhere = a_case(town, place="110105015044", lead="committee-044")
    rows = table(made(personal(town)))
    assert {row["来电人电话"] for row in rows} == {f"1990000123{n}" for n in range(3)}
    for case in cases:
        look = Unmasking.objects.get(case=case)
        assert (look.user_id, look.reason) == (town.users["worker"].pk, "入户核对")
        event = last_event(case)
        assert (event.name, event.channel) == ("requester.unmasked", "export")
    assert last_event(elsewhere).name == "case.received"


def test_names_and_numbers_need_permission_and_reason(town: Town) -> None:
    with refused(rules.REASON_NEEDED):
        personal(town, reason=" ")
    with refused(NOT_ALLOWED):
        personal(town, who="dispatcher")


def test_too_many_names_are_refused_before_one_is_looked_at(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr(making, "MOST_PERSONAL", 1)
    for _ in range(2):
        a_case(town)
    assert made(personal(town)).fault == ExportFault.TOO_MANY
    assert Unmasking.objects.count() == 0


def test_who_lost_the_right_to_look_fetches_none(town: Town) -> None:
    a_case(town)
    person = a_person(town, "community_worker", place="110105019029", unit="committee-029")
    export = made(personal(town, who=person))
    RoleGrant.objects.filter(user=person.user_id).update(role="leader")
    lesser = town.actor("leader")
    Export.objects.filter(pk=export.pk).update(user_id=lesser.user_id)
    with refused(NOT_ALLOWED):
        download_export(actor=lesser, export_id=export.pk)


# — the trace —


def test_the_stream_tells_who_what_and_how_many(town: Town) -> None:
    a_case(town)
    export = made(asked(town, state="received", place=town.places["110105019029"]))
    download_export(actor=town.actor("worker"), export_id=export.pk)
    download_export(actor=town.actor("worker"), export_id=export.pk)
    told = stream(export)
    assert [event.name for event in told] == [
        "export.asked",
        "export.finished",
        "export.downloaded",
        "export.downloaded",
    ]
    assert told[0].user_id == town.users["worker"].pk
    assert told[0].payload == {
        "export_id": export.pk,
        "format": "csv",
        "state": "received",
        "place": "110105019029",
        "received_from": None,
        "received_to": None,
        "is_personal": False,
        "which": None,
        "category": None,
        "has_words": False,
    }
    assert told[1].payload["rows"] == 1
    assert told[3].payload["nth"] == 2
    assert export.download_count == 2


def test_the_same_form_sent_twice_is_one_export(town: Town) -> None:
    key = uuid.uuid4()
    assert asked(town, key=key).pk == asked(town, key=key).pk
    assert Export.objects.count() == 1


def test_there_is_an_end_to_how_many(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr(operations, "MOST_LIVE", 2)
    for _ in range(2):
        asked(town)
    with refused(rules.TOO_MANY_LIVE):
        asked(town)


def test_an_end_before_the_start_is_refused(town: Town) -> None:
    with refused(rules.ENDS_BEFORE):
        asked(town, received_from=NOW, received_to=NOW)


# — makers that die, files that end —


def taken(**travel: Any) -> Export | None:
    with time_machine.travel(NOW + dt.timedelta(**travel), tick=False):
        return operations.take_export(actor=making.maker())


def test_an_export_is_taken_once_and_again_when_its_maker_fell_silent(town: Town) -> None:
    export = asked(town)
    assert taken() == export
    assert taken(seconds=119) is None
    assert taken(seconds=121) == export


def test_a_maker_that_lives_keeps_its_export(town: Town) -> None:
    asked(town)
    export = taken()
    assert export is not None
    with time_machine.travel(NOW + dt.timedelta(seconds=100), tick=False):
        operations.show_progress(actor=making.maker(), export_id=export.pk, done=5, total=9)
    assert taken(seconds=210) is None
    export.refresh_from_db()
    assert export.share_done == pytest.approx(5 / 9)


def test_what_breaks_off_three_times_is_given_up(town: Town, monkeypatch: Any, files: Path) -> None:
    export = asked(town)

    def broken(*given: Any, **more: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(making, "_chunks", broken)
    for minutes in (0, 3, 6):
        found = taken(minutes=minutes)
        assert found is not None
        assert make_export(found) is False
    assert taken(minutes=9) is None
    export.refresh_from_db()
    assert export.fault == ExportFault.BROKEN
    assert [path for path in files.rglob("*") if path.is_file()] == []
    assert stream(export)[-1].payload["fault"] == "broken"


def test_made_twice_the_first_file_stays(town: Town) -> None:
    export = made(asked(town))
    again = operations.finish_export(
        actor=making.maker(), export_id=export.pk, content="a" * 64, size=1, rows=9
    )
    assert again.content == export.content
    assert len(stream(export)) == 2


def test_after_a_week_the_file_is_gone_and_the_row_stays(town: Town, files: Path) -> None:
    export = made(asked(town))
    week = dt.timedelta(days=7)
    with refused(rules.EXPIRED):
        download_export(actor=town.actor("worker", now=NOW + week), export_id=export.pk)
    sweeper = making.maker()
    assert operations.remove_exports(actor=sweeper.at(NOW + week - dt.timedelta(seconds=1))) == 0
    assert operations.remove_exports(actor=sweeper.at(NOW + week)) == 1
    assert operations.remove_exports(actor=sweeper.at(NOW + week)) == 0
    assert [path for path in files.rglob("*") if path.is_file()] == []
    assert stream(export)[-1].name == "export.removed"
    assert export.state is ExportState.GONE
    with refused(rules.EXPIRED):
        download_export(actor=town.actor("worker"), export_id=export.pk)


def test_a_file_that_no_export_names_is_swept(town: Town) -> None:
    with STORE.new() as (_name, file):
        file.write(b"of a maker that died")
    export = made(asked(town))
    later = making.maker().at(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    assert operations.sweep_export_files(actor=later) == 1
    assert content(export)


def test_one_is_not_fetched_before_it_is_made(town: Town) -> None:
    export = asked(town)
    with refused(rules.NOT_READY):
        download_export(actor=town.actor("worker"), export_id=export.pk)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("export_format_known", {"format": "exe"}),
        ("export_personal_has_reason", {"is_personal": True, "reason": ""}),
        ("export_from_before_to", {"received_from": NOW, "received_to": NOW}),
        ("export_finished_is_whole", {"content": None}),
        ("export_finished_is_whole", {"content": "../x"}),
        ("export_finished_is_whole", {"expires_at": None}),
        ("export_fault_is_whole", {"failed_at": NOW, "fault": "broken"}),
        ("export_list_known", {"list_asked": "all"}),
        ("export_words_go_with_file", {"words_asked": "电梯", "removed_at": NOW}),
    ],
)
def test_the_database_refuses_what_the_rules_refuse(
    town: Town, constraint: str, changes: dict[str, Any]
) -> None:
    export = made(asked(town))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(**changes)
