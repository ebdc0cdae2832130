"""The catalogue as a file: read, judged row by row, compared, applied; nothing lost, nothing by halves."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation

from linli.cases.catalogue import applying, naming, parts
from linli.cases.catalogue import operations as catalogue
from linli.cases.catalogue.applying import apply_catalogue, judge, keep_catalogue
from linli.cases.catalogue.comparing import DOUBLE, Content, Key, Row, Standing, compare
from linli.cases.catalogue.files import read_rows, write_workbook
from linli.cases.catalogue.models import CatalogueDraft, CatalogueEntry, Category
from linli.cases.catalogue.queries import entries_of, proposal_for
from linli.cases.catalogue.sheets import NO_ROWS, NOT_A_SHEET, WRONG_HEADER
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.models import Event
from linli.territory.models import Organisation
from tests.builders import BASIS, LIFT, Town
from tests.cases.people import a_person
from tests.conftest import NOW

DAY = dt.timedelta(days=1)
HEAD = ("类别编码", "类别名称", "紧急程度", "地点编码", "地点名称", "主办", "协办", "时限类别", "依据", "生效日期", "失效日期")  # fmt: skip


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def a_sheet(*rows: tuple[Any, ...], head: tuple[str, ...] = HEAD) -> io.BytesIO:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate((head, *rows)):
            for index, cell in enumerate(row):
                sheet.write(line, index, cell)
    return io.BytesIO(out.getvalue())


def row(category: Any = "02", lead: str = "street-019", **given: Any) -> tuple[Any, ...]:
    cells = {
        "category": category,
        "name": "",
        "urgency": "",
        "place": "",
        "place_name": "",
        "lead": lead,
        "helpers": "",
        "clock": "",
        "basis": BASIS,
        "start": "",
        "end": "",
        **given,
    }
    return tuple(cells.values())


def present(town: Town) -> list[dict[str, Any]]:
    """Return the catalogue that stands, as it comes back from its own file."""
    content = write_workbook(
        entries_of("", at=NOW),
        categories=Category.objects.all(),
        units=Organisation.objects.all(),
        english=False,
    )
    return read_rows(io.BytesIO(content))


def judged(town: Town, rows: list[dict[str, Any]], *, who: Any = None) -> applying.Judged:
    return judge(rows, actor=who or town.actor("administrator"))


def applied(town: Town, rows: list[dict[str, Any]], *, now: dt.datetime = NOW) -> None:
    actor = town.actor("administrator", now=now)
    draft = keep_catalogue(actor=actor, name="目录.xlsx", rows=rows)
    apply_catalogue(
        actor=actor, draft_id=draft.pk, shown=judge(rows, actor=actor).difference.digest
    )


def leads(town: Town, code: str = LIFT, *, at: dt.datetime = NOW) -> list[str]:
    found = proposal_for(
        category=town.categories[code],
        place=town.places["110105019029"],
        urgency="N",
        at=at,
    )
    return [unit.code for unit in found.leads]


# — reading —


def test_dates_numbers_and_both_headings_are_read() -> None:
    english = ("category", "Lead", "Legal basis", "from", "to")
    sheet = a_sheet((201, "street-019", "x", dt.date(2027, 1, 1), "2027/02/01"), head=english)
    (found,) = read_rows(sheet)
    assert (found["category"], found["lead"], found["line"]) == ("201", "street-019", 2)
    assert (found["start"], found["end"]) == ("2027-01-01", "2027/02/01")
    assert found["place"] == ""


@pytest.mark.parametrize(
    ("opened", "refusal"),
    [
        (io.BytesIO(b"no spreadsheet"), NOT_A_SHEET),
        (io.BytesIO(b"PK\x03\x04 broken"), NOT_A_SHEET),
        (a_sheet(head=("甲", "乙")), WRONG_HEADER),
        (a_sheet(), NO_ROWS),
        (a_sheet(("", "", ""), (" ",)), NO_ROWS),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(opened: io.BytesIO, refusal: Refusal) -> None:
    with pytest.raises(RuleBroken) as broken:
        read_rows(opened)
    assert broken.value.refusal is refusal


def test_what_was_written_comes_back_as_it_stands(town: Town) -> None:
    catalogue.add_entry(
        actor=town.actor("administrator"),
        category=town.categories["0203"],
        lead=town.units["street-019"],
        place=town.places["110105019029"],
        urgency="E2",
        co_handlers=["property", town.units["committee-029"]],
        clock_class="E2",
        basis="=1+1",
        valid_from=NOW + 2 * DAY,
        valid_to=NOW + 9 * DAY,
    )
    found = judged(town, present(town))
    assert found.refused == []
    assert (found.difference.changes, found.difference.unchanged) == (0, 5)
    assert any(one["basis"] == "=1+1" for one in present(town))


# — what a file changes —


def test_a_row_changed_added_and_removed(town: Town) -> None:
    rows = present(town)
    for one in rows:
        if one["category"] == "04":
            one["lead"] = "street-019"
    rows = [one for one in rows if one["category"] != "13"]
    rows.append({**rows[0], "line": 99, "category": "0203", "lead": "street-019"})
    found = judged(town, rows).difference
    assert [(row.key.category, row.content.lead) for row in found.added] == [
        ("0203", "street-019"),
        ("04", "street-019"),
    ]
    assert [(one.entry.key.category, one.replaced) for one in found.ended] == [
        ("04", True),
        ("13", False),
    ]


def test_the_next_case_goes_where_the_file_says(town: Town) -> None:
    rows = present(town)
    rows.append({**rows[0], "line": 99, "category": "0203", "lead": "street-019"})
    assert leads(town) == ["committee-029"]
    applied(town, rows)
    assert leads(town) == ["street-019"]
    assert leads(town, at=NOW - DAY) == ["committee-029"]
    event = Event.objects.get(name="catalogue.applied")
    assert event.payload == {"draft_id": event.stream_id, "added_count": 1, "ended_count": 0}
    assert judged(town, rows).difference.changes == 0


def test_a_row_of_a_later_day_lets_the_standing_one_run_until_then(town: Town) -> None:
    rows = present(town)
    for one in rows:
        if one["category"] == "02":
            one |= {"lead": "街道办事处", "start": "2026-12-01"}
    applied(town, rows)
    assert leads(town) == ["committee-029"]
    assert leads(town, at=dt.datetime(2026, 12, 1, 4, tzinfo=dt.UTC)) == ["street-019"]
    assert CatalogueEntry.objects.filter(category__code="02").count() == 2


def test_a_corrected_file_is_applied_on_the_same_day(town: Town) -> None:
    for lead in ("street-019", "街道办事处", "居委会"):
        rows = present(town)
        for one in rows:
            if one["category"] == "02":
                one["lead"] = lead
        applied(town, rows, now=NOW + dt.timedelta(minutes=len(lead)))
    assert leads(town, at=NOW + DAY) == ["committee-029"]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"category": "9999"}, naming.UNKNOWN_CATEGORY),
        ({"lead": "没有此单位"}, naming.UNKNOWN_UNIT),
        ({"lead": ""}, naming.UNKNOWN_UNIT),
        ({"helpers": "property、没有此单位"}, naming.UNKNOWN_UNIT),
        ({"lead": "hotline"}, catalogue.CANNOT_LEAD),
        ({"lead": "成员单位"}, catalogue.CANNOT_LEAD),
        ({"place": "110105019099"}, naming.UNKNOWN_AREA),
        ({"urgency": "很急"}, naming.UNKNOWN_WORD),
        ({"clock": "七天"}, naming.UNKNOWN_WORD),
        ({"basis": ""}, catalogue.NO_BASIS),
        ({"start": "明天"}, applying.BAD_DAY),
        ({"start": "2026-13-01"}, applying.BAD_DAY),
        ({"start": "2027-02-01", "end": "2027-02-01"}, applying.ENDS_BEFORE),
        ({"category": "0401", "lead": "committee-029"}, parts.OFF_EVERY_LIST),
    ],
)
def test_a_bad_row_is_refused_by_its_line_and_nothing_is_applied(
    town: Town, given: dict[str, str], refusal: Refusal
) -> None:
    rows = present(town) + read_rows(a_sheet(row(**{"category": "0203", **given})))
    rows[-1]["line"] = 7
    found = judged(town, rows)
    assert [(line, broken.refusal) for line, broken in found.refused] == [(7, refusal)]
    assert found.refused[0][1].message
    before = CatalogueEntry.objects.count()
    with pytest.raises(RuleBroken) as broken:
        applied(town, rows)
    assert broken.value.refusal is applying.STILL_REFUSED
    assert CatalogueEntry.objects.count() == before


def test_two_rows_of_the_same_days_are_refused_with_the_other_line(town: Town) -> None:
    rows = present(town)
    rows.append({**rows[0], "line": 9})
    ((line, broken),) = judged(town, rows).refused
    assert (line, broken.refusal) == (9, DOUBLE)
    assert "2" in broken.message


def test_a_file_that_leaves_a_first_level_category_without_a_lead_is_refused(town: Town) -> None:
    rows = [one for one in present(town) if one["category"] != "13"]
    assert judged(town, rows).uncovered == ["13"]
    with pytest.raises(RuleBroken) as broken:
        applied(town, rows)
    assert broken.value.refusal is applying.FILE_UNCOVERED
    assert town.categories["13"].name in broken.value.message
    assert CatalogueDraft.objects.get().applied_at is None
    ending = [
        {**one, "end": "2027-01-01"} if one["category"] == "13" else one for one in present(town)
    ]
    with pytest.raises(RuleBroken) as broken:
        applied(town, ending)
    assert broken.value.refusal is applying.FILE_UNCOVERED


def test_an_administrator_of_a_district_changes_its_own_entries_only(town: Town) -> None:
    local = a_person(town, "administrator", place="110105")
    rows = read_rows(a_sheet(row("0203", "street-019", place="110105019")))
    found = judge(rows, actor=local)
    assert (len(found.difference.added), found.difference.ended, found.uncovered) == (1, [], [])
    wide = judge(read_rows(a_sheet(row("0203"))), actor=local)
    assert wide.refused[0][1].refusal is parts.OUTSIDE_AREA


def test_what_is_applied_is_what_was_shown(town: Town) -> None:
    actor = town.actor("administrator")
    rows = present(town)
    rows.append({**rows[0], "line": 99, "category": "0203", "lead": "street-019"})
    draft = keep_catalogue(actor=actor, name="x", rows=rows)
    shown = judge(rows, actor=actor).difference.digest
    catalogue.add_entry(
        actor=actor, category=town.categories["0401"], lead_kind="street", basis=BASIS
    )
    with pytest.raises(RuleBroken) as broken:
        apply_catalogue(actor=actor, draft_id=draft.pk, shown=shown)
    assert broken.value.refusal is applying.CHANGED_MEANWHILE
    other = a_person(town, "administrator", place="110000")
    with pytest.raises(CatalogueDraft.DoesNotExist):
        apply_catalogue(actor=other, draft_id=draft.pk, shown=shown)


# — the comparison, pure —


def said(lead: str = "a") -> Content:
    return Content(lead, (), "", "x")


KEY = Key("02", "", None)


@pytest.mark.parametrize(
    ("rows", "added", "ended", "moved"),
    [
        ([("a", None, None)], 0, 0, 0),
        ([("b", None, None)], 1, 1, 0),
        ([], 0, 1, 0),
        ([("a", None, 9)], 0, 0, 1),
        ([("a", None, 9), ("b", 9, None)], 1, 0, 1),
        ([("b", 9, None)], 1, 1, 0),
        ([("a", -400, None)], 0, 0, 0),
        ([("a", 5, None)], 1, 1, 0),
        ([("a", None, -5)], 0, 1, 0),
    ],
)
def test_a_file_against_one_standing_entry(
    rows: list[tuple[str, int | None, int | None]], added: int, ended: int, moved: int
) -> None:
    def day(count: int | None) -> dt.datetime | None:
        return None if count is None else NOW + count * DAY

    given = [Row(2, KEY, said(lead), day(start), day(end)) for lead, start, end in rows]
    found = compare(given, [Standing(1, KEY, said(), NOW - 30 * DAY, None)], now=NOW)
    assert (len(found.added), len(found.ended), len(found.moved)) == (added, ended, moved)
    assert found.refused == []
    if ended and rows == [("b", 9, None)]:
        assert found.ended[0].at == NOW + 9 * DAY
