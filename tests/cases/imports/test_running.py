"""Real files in: every row is taken or handed back with its reason, and none twice."""

import datetime as dt
import io
from pathlib import Path

import pytest

from linli.cases.imports import drafts, tables
from linli.cases.imports.aside import handed_back, lines_back
from linli.cases.imports.models import ImportAside, ImportRun
from linli.cases.imports.operations import begin_import, drop_import
from linli.cases.imports.running import begin, load_territory, look, survey, take
from linli.cases.models import Case, CaseLink
from linli.cases.operations import RunStep, receive_batch
from linli.cases.operations.batches import OTHERS_AT_WORK
from linli.kernel.errors import RuleBroken
from linli.kernel.models import Event, Outbox
from linli.kernel.seal import blind_index
from linli.site.digest_command import digest
from tests.cases.expect import asked, everything
from tests.cases.imports.files import (
    GOOD,
    STREAM,
    a_table,
    imported,
    importer,
    message,
    text_file,
    written,
)

pytestmark = pytest.mark.django_db


def codes_of(run: ImportRun) -> list[tuple[int, str]]:
    return list(
        ImportAside.objects.filter(run=run).order_by("record").values_list("record", "code")
    )


@pytest.mark.parametrize(
    ("title", "body", "code"),
    [
        ("咨询A6区道路命名规划", "", "xd-A6"),
        ("反映A7县春华镇的路", "", "xd-A7"),
        ("A市公交", "", "xd-A"),
        ("无处可寻", "座落在A市A3区联丰路", "xd-A3"),
        ("西地省的政策", "", "xd"),
        ("K3县的路", "", "xd-K3"),
    ],
)
def test_a_coded_place_is_read_from_title_then_body(title: str, body: str, code: str) -> None:
    imported(text_file(message(1, title=title, body=body)))

    assert Case.objects.everywhere("test").get().place.code == code


def test_a_row_becomes_a_case_of_its_own_territory_with_a_sealed_account() -> None:
    run = imported(text_file(GOOD))

    case = Case.objects.everywhere("test").get()
    assert (run.created, run.known, run.set_aside) == (1, 0, 0)
    assert case.scope == {
        "city_code": "xd",
        "district_code": "xd-A",
        "street_code": "xd-A3",
        "community_code": None,
    }
    assert case.received_at == dt.datetime(2019, 7, 19, 10, 19, 54, tzinfo=dt.UTC)
    assert asked(case).account == "A1"
    assert bytes(asked(case).account_index) == blind_index("account", "A1")
    assert Event.objects.filter(name="case.received", stream_id=case.pk, seq=1).count() == 1
    assert Event.objects.filter(stream_kind="case").count() == 1
    assert Outbox.objects.count() == Event.objects.count()


def test_a_second_run_adds_nothing() -> None:
    file = text_file(message(1), message(2))
    imported(file)
    before = digest(times=False)

    again = imported(file)

    assert (again.created, again.known) == (0, 2)
    assert digest(times=False) == before


def test_bad_rows_come_back_with_record_line_and_reason_and_the_rest_is_taken() -> None:
    rows = [
        GOOD,
        message("", title="没有编号A市"),
        message(3, time="上周二"),
        message(4, time="2199-01-01 00:00:00"),
        message(5, title="", body=""),
        message(6, body="长" * 10_001),
        message(7)[:4],
        message(8, body="第一行\n第二行"),
        message(1, title="又是一号"),
        message(9, body="=HYPERLINK(A1)"),
        message(10, body="nul\x00在此"),
        message(11, time="0001-01-01 00:00:00"),
        message("9" * 65),
    ]

    run = imported(text_file(*rows))

    assert run.created == 2
    assert codes_of(run) == [
        (2, "import.no_number"),
        (3, "import.bad_time"),
        (4, "case.in_the_future"),
        (5, "case.empty_words"),
        (6, "case.words_too_long"),
        (7, "import.broken_row"),
        (9, "import.twice"),
        (10, "import.formula"),
        (11, "import.has_nul"),
        (12, "case.too_long_ago"),
        (13, "import.number_too_long"),
    ]
    back = list(handed_back(run, language="both"))
    assert [row.line for row in back] == [3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15]
    assert back[1].row["time"] == "上周二"
    assert all(row.reason for row in back)


def test_mended_rows_are_taken_when_the_file_of_bad_rows_is_imported_again() -> None:
    run = imported(text_file(message(1, time="2019-77-19"), message(2, body="=cmd|' /C calc'!A0")))
    into = io.StringIO()

    into.writelines(lines_back(handed_back(run, language="en")))
    assert len(into.getvalue().splitlines()) == 3
    text = into.getvalue()
    assert "'=cmd" in text, "a spreadsheet must show it, not run it"
    mended = text.replace("2019-77-19", "2019-07-19")
    again = imported(a_table(mended.encode()))

    assert (again.created, again.set_aside) == (2, 0)


def test_a_file_of_bad_rows_that_is_not_mended_comes_back_with_the_same_columns() -> None:
    into, again = io.StringIO(), io.StringIO()
    first = imported(text_file(message(1, time="x")))
    into.writelines(lines_back(handed_back(first, language="en")))
    run = imported(a_table(into.getvalue().encode()))
    again.writelines(lines_back(handed_back(run, language="en")))

    assert into.getvalue() == again.getvalue()


def test_an_unusable_file_says_why_and_nothing_is_written() -> None:
    before = everything()
    for data, code in (
        (b"msg_id,title\n1,x\n", "import.no_map"),
        (b"", "import.no_header"),
        (written([]).encode(), "import.no_rows"),
        (b"a,a\n1,2\n", "import.named_twice"),
        (b"PK\x03\x04 and no more", "import.not_readable"),
        (b"\xff" * 200, "import.not_readable"),
    ):
        with pytest.raises(RuleBroken) as broken:
            imported(a_table(data))
        assert broken.value.code == code
    assert everything() == before


def test_a_look_writes_nothing_and_says_what_the_import_then_does() -> None:
    rows = [message(n, time="x" if n % 4 == 0 else GOOD[3]) for n in range(1, 9)]
    found = survey(text_file(*rows))
    before = everything()

    seen = look(found, actor=importer())

    assert everything() == before
    assert not ImportRun.objects.exists()
    assert (seen.created, seen.known, seen.set_aside) == (6, 0, 2)
    assert [draft.external_no for draft, _case in seen.first] == ["1", "2", "3", "5", "6"]
    run = imported(text_file(*rows))
    assert (run.created, run.set_aside) == (6, 2)
    assert look(found, actor=importer()).known == 6


def test_an_interrupted_import_goes_on_behind_its_last_batch() -> None:
    rows = [message(n, time="x" if n % 100 == 7 else GOOD[3]) for n in range(1, 1200)]
    rows.append(message(3, title="三号又来"))
    file = text_file(*rows)
    found, actor = survey(file), importer()
    load_territory(found, loader=actor)

    halfway = take(found, begin(found, actor=actor), actor=actor, batches=1)
    assert (halfway.position, halfway.ended_at) == (500, None)
    tomorrow = actor.at(actor.now + dt.timedelta(days=1))
    resumed = begin(found, actor=tomorrow)
    whole = take(found, resumed, actor=tomorrow)

    assert resumed.pk == halfway.pk
    assert (whole.position, whole.created, whole.known, whole.set_aside) == (1200, 1187, 0, 13)
    assert codes_of(whole)[-1] == (1200, "import.twice")
    assert {event.at for event in Event.objects.filter(name="case.received")} == {actor.now}
    assert whole.ended_at is not None


def test_two_who_import_one_file_at_once_do_not_take_it_twice() -> None:
    found, actor = survey(text_file(*(message(n) for n in range(1, 700)))), importer()
    load_territory(found, loader=actor)
    run = begin(found, actor=actor)
    late = begin(found, actor=actor)
    take(found, run, actor=actor, batches=1)

    with pytest.raises(RuleBroken) as broken:
        take(found, late, actor=actor)

    assert broken.value.refusal is OTHERS_AT_WORK
    assert Case.objects.everywhere("test").count() == 500


def test_a_batch_of_another_persons_run_is_not_taken(town: object) -> None:
    run = begin(survey(text_file(GOOD)), actor=importer())
    other = town.actor("administrator")  # type: ignore[attr-defined]

    with pytest.raises(ImportRun.DoesNotExist):
        receive_batch(actor=other, drafts=[], step=RunStep(run.pk, 0, [], []))
    with pytest.raises(ImportRun.DoesNotExist):
        drop_import(actor=other, run_id=run.pk)


def test_an_import_of_which_nothing_is_in_can_be_dropped() -> None:
    actor = importer()
    run = begin_import(
        actor=actor, name="x.csv", source="messages", file_hash="a" * 64, map_hash="b" * 64,
        total=3, pieces=[b"\x00\xff"],
    )  # fmt: skip
    assert run.chunks.get().data == b"\x00\xff"
    assert b"\xff" not in bytes(run.chunks.get().sealed)[:0] + b""

    drop_import(actor=actor, run_id=run.pk)

    assert not ImportRun.objects.exists()


def test_equal_words_are_linked_and_none_is_dropped() -> None:
    words = "A市A3区某小区的电梯停运两天了，老人下不了楼。"
    rows = [
        message(1, body=words),
        message(2, body=words.replace("，", ", ")),
        message(3, user="A1", body=words),
        message(4, body="停水了"),
        message(5, body="停水了"),
    ]

    run = imported(text_file(*rows))

    assert run.created == 5
    links = CaseLink.objects.order_by("case").values_list(
        "case__external_no", "other__external_no", "kind"
    )
    assert list(links) == [("2", "1", "related"), ("3", "1", "duplicate")]
    imported(text_file(message(6, body=words)))
    assert CaseLink.objects.get(case__external_no="6").other.external_no == "1"


def test_the_digest_of_two_databases_with_one_content_is_one(tmp_path: Path) -> None:
    imported(text_file(message(1), message(2)))
    count, first = digest(times=False)
    assert count == 2
    imported(text_file(message(3)))
    assert digest(times=False)[1] != first


def test_a_reason_stands_in_both_languages() -> None:
    run = imported(text_file(message(1, time="x")))

    said = {
        lang: next(handed_back(run, language=lang)).reason for lang in ("zh-hans", "en", "both")
    }

    assert said["both"] == f"{said['zh-hans']} / {said['en']}"
    assert "x" in said["en"]


@pytest.mark.parametrize(
    "face", ["=_=", "=.=", "-----", "+86 010-12345678", "@张三 您好", "- 一、路灯", "=> 请看"]
)
def test_what_only_looks_like_a_formula_is_taken(face: str) -> None:
    assert not drafts.is_formula(face)
    assert imported(text_file(message(1, body=f"{face} 路灯坏了"))).created == 1


@pytest.mark.slow
@pytest.mark.skipif(
    not STREAM.exists(), reason="the citizens' messages are not beside this checkout"
)
def test_the_real_stream_is_taken_whole_and_equal_bodies_are_linked() -> None:
    run = imported(tables.TableFile.at(STREAM))

    assert (run.total, run.created, run.set_aside) == (4326, 4326, 0)
    assert CaseLink.objects.count() >= 104
