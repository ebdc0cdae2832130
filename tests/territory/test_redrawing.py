"""A new division file: the difference first, then added, renamed, re-drawn; what cannot be, set aside."""

import datetime as dt
from typing import Any

import pytest

from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.models import Event
from linli.territory import operations, rules
from linli.territory.choices import Known, Succession
from linli.territory.differences import difference
from linli.territory.importing import divisions as importing
from linli.territory.importing import tables
from linli.territory.importing.divisions import read_divisions
from linli.territory.models import DivisionDraft, Organisation, Place, PlaceSuccession, Serving
from linli.territory.operations.divisions import APPLIED_ALREADY, CHANGED_MEANWHILE, TWICE_A_DAY
from linli.territory.parts import OUTSIDE
from linli.territory.serving import successor_of
from tests.builders import Town
from tests.conftest import NOW
from tests.territory.city import HEADER, a_file, community, manager, packed

TODAY = dt.date(2026, 11, 18)
OLD = community("110105019029", "双合家园"), community("110105019030", "翠城馨园")
OTHER = "110105015044,华贸中心社区居委会,华贸中心,社区,110105015,八里庄街道,110105,朝阳区,"
"""The town as its own division file has it."""


def apply(*rows: str, actor: Any = None) -> operations.Redrawn:
    found, aside = read_divisions(a_file(*rows))
    assert not aside
    digest = difference(found).digest
    return operations.redraw(actor=actor or manager(), rows=found, shown=digest)


def test_the_file_of_the_town_itself_changes_nothing(town: Town) -> None:
    done = apply(*OLD, OTHER)
    assert (done.added, done.renamed, done.ended, done.unchanged) == (0, 0, 0, 7)


def test_a_new_name_and_a_new_community_are_shown_and_applied(town: Town) -> None:
    rows = (community("110105019029", "双合"), OLD[1], OTHER, community("110105019031", "新苑"))
    found = difference(read_divisions(a_file(*rows))[0])
    assert [pair.before.name for pair in found.renamed] == ["双合家园社区居委会"]
    assert [row.code for row in found.added] == ["110105019031"]
    assert Place.objects.get(code="110105019029").short_name == "双合家园"  # nothing changed yet
    apply(*rows)
    fresh = Place.objects.get(code="110105019031")
    assert Place.objects.get(code="110105019029").short_name == "双合"
    assert (fresh.street_code, fresh.community_code) == ("110105019", "110105019031")
    assert fresh.valid_from == TODAY


def test_a_split_and_a_merger_keep_who_follows_whom(town: Town) -> None:
    # 029 is split into 041 and 042; 030 goes into 042.
    rows = (
        community("110105019041", "双合南", succeeds="110105019029"),
        community("110105019042", "双合北", succeeds="110105019029 110105019030"),
        OTHER,
    )
    compound = operations.open_place(
        actor=manager(), parent_code="110105019029", level="compound", name="双合家园"
    )
    building = operations.open_place(
        actor=manager(), parent_code=compound.code, level="building", name="3号楼"
    )
    apply(*rows)
    steps = {
        (step.place.code, step.successor.code): (step.kind, step.is_main)
        for step in PlaceSuccession.objects.select_related("place", "successor")
    }
    assert steps == {
        ("110105019029", "110105019041"): (Succession.SPLIT, True),
        ("110105019029", "110105019042"): (Succession.SPLIT, False),
        ("110105019030", "110105019042"): (Succession.MERGED, True),
    }
    old = Place.objects.get(code="110105019029")
    assert old.valid_to == TODAY
    assert successor_of(old).code == "110105019041"
    for code in (compound.code, building.code):
        assert Place.objects.get(code=code).community_code == "110105019041"
    assert Place.objects.get(code=compound.code).known_by == Known.SUCCESSION
    committee = Organisation.objects.get(code="committee-029")
    assert committee.place.code == "110105019041"
    serves = Serving.objects.filter(organisation=committee).on(TODAY)
    assert {row.place.code for row in serves} == {"110105019041", "110105019042"}
    yesterday = Serving.objects.filter(organisation=committee).on(TODAY - dt.timedelta(days=1))
    assert [row.place.code for row in yesterday] == ["110105019029"]
    assert Event.objects.filter(name="place.redrawn", stream_id=old.pk).count() == 2


def test_a_new_code_alone_is_a_renumbering(town: Town) -> None:
    apply(OLD[1], OTHER, community("110105019039", "双合家园", succeeds="110105019029"))
    assert PlaceSuccession.objects.get().kind == Succession.RENUMBERED


def test_what_is_left_out_without_a_successor_stays_and_is_named(town: Town) -> None:
    found = difference(read_divisions(a_file(OLD[0], OTHER))[0])
    assert [(doubt.code, doubt.broken.refusal) for doubt in found.doubts] == [
        ("110105019030", rules.NO_SUCCESSOR)
    ]
    apply(OLD[0], OTHER)
    assert Place.objects.get(code="110105019030").valid_to is None


def test_a_file_speaks_only_for_the_districts_it_names(town: Town) -> None:
    found = difference(read_divisions(a_file(*OLD, OTHER))[0])
    assert "110106" in town.places
    assert not found.doubts


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        (community("110105019051", "甲", succeeds="110105019099"), rules.UNKNOWN_PREDECESSOR),
        (community("110105019051", "甲", succeeds="110105019"), rules.OTHER_LEVEL),
    ],
)
def test_a_wrong_predecessor_sets_only_its_row_aside(
    town: Town, row: str, refusal: Refusal
) -> None:
    found = difference(read_divisions(a_file(*OLD, OTHER, row))[0])
    assert [doubt.broken.refusal for doubt in found.doubts] == [refusal]
    assert apply(*OLD, OTHER, row).unchanged == 7
    assert not Place.objects.filter(code="110105019051").exists()


def test_a_code_once_re_drawn_is_never_given_again(town: Town) -> None:
    apply(OLD[1], OTHER, community("110105019039", "双合家园", succeeds="110105019029"))
    found = difference(read_divisions(a_file(*OLD, OTHER))[0])
    assert rules.CODE_RETIRED in [doubt.broken.refusal for doubt in found.doubts]


def test_a_place_whose_parent_is_missing_is_set_aside(db: None) -> None:
    rows = [rules.DivisionRow("110105019029", "双合", "双合", "community", "110105019")]
    found = difference(rows)
    assert [doubt.broken.refusal for doubt in found.doubts] == [rules.NO_PARENT]
    assert not found.added


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        ("1.10105E+11,甲,甲,社区,110105019,垡头街道,110105,朝阳区,", importing.BAD_CODE),
        ("110105019051,甲,甲,社区,110105018,垡头街道,110105,朝阳区,", importing.NOT_UNDER),
        ("110105019051,甲,甲,社区,,,110105,朝阳区,", importing.NOT_UNDER),
        ("110105019051,,甲,社区,110105019,垡头街道,110105,朝阳区,", importing.NO_NAME),
        ("110105019051,甲,甲,小区,110105019,垡头街道,110105,朝阳区,", importing.BAD_KIND),
        ("110105019029,甲,甲,社区,110105019,垡头街道,110105,朝阳区,", importing.TWICE),
        ("990105019029,甲,甲,社区,990105019,某街道,990105,某区,", importing.OTHER_CITY),
        ("110105019051,甲", tables.SHORT_ROW),
    ],
)
def test_a_bad_row_is_set_aside_with_its_line(town: Town, row: str, refusal: Refusal) -> None:
    rows, aside = read_divisions(a_file(OLD[0], row, OLD[1], OTHER))
    assert [(one.line, one.broken.refusal) for one in aside] == [(3, refusal)]
    assert len(rows) == 7
    assert not difference(rows).changes


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("a,b\n1,2\n", tables.WRONG_HEADER),
        ("", tables.WRONG_HEADER),
        (HEADER, tables.NO_ROWS),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(text: str, refusal: Refusal) -> None:
    for opened in (a_file(header=text), packed(text)):
        opened.seek(0)
        if not text:
            opened.truncate(0)
        with pytest.raises(RuleBroken) as refused:
            read_divisions(opened)
        assert refused.value.refusal is refusal


def test_bytes_that_are_no_text_are_refused_with_the_way_out() -> None:
    import io

    for data in ("社区".encode("gb18030"), b"\x1f\x8bnot gzip at all"):
        with pytest.raises(RuleBroken) as refused:
            read_divisions(io.BytesIO(data))
        assert refused.value.refusal is tables.NOT_READABLE


def test_what_is_applied_is_what_was_shown(town: Town) -> None:
    rows, _aside = read_divisions(a_file(*OLD, OTHER, community("110105019031", "新苑")))
    shown = difference(rows).digest
    apply(*OLD, OTHER, community("110105019031", "新苑"))
    with pytest.raises(RuleBroken) as refused:
        operations.redraw(actor=manager(), rows=rows, shown=shown)
    assert refused.value.refusal is CHANGED_MEANWHILE


def test_a_kept_file_is_applied_once(town: Town) -> None:
    rows, _aside = read_divisions(a_file(*OLD, OTHER, community("110105019031", "新苑")))
    draft = operations.keep_draft(actor=manager(), name="新.csv", rows=rows)
    shown = difference(rows).digest
    operations.redraw(actor=manager(), rows=rows, shown=shown, draft_id=draft.pk)
    assert DivisionDraft.objects.get().applied_at == NOW
    with pytest.raises(RuleBroken) as refused:
        operations.redraw(actor=manager(), rows=rows, shown=shown, draft_id=draft.pk)
    assert refused.value.refusal is APPLIED_ALREADY


def test_a_place_drawn_today_is_not_re_drawn_today(town: Town) -> None:
    apply(OLD[1], OTHER, community("110105019039", "双合", succeeds="110105019029"))
    with pytest.raises(RuleBroken) as refused:
        apply(OLD[1], OTHER, community("110105019040", "双合", succeeds="110105019039"))
    assert refused.value.refusal is TWICE_A_DAY


def test_nobody_re_draws_a_neighbours_area(town: Town) -> None:
    fengtai = manager(over="110106", column="district_code")
    for rows in (
        (*OLD, OTHER, community("110105019031", "新苑")),
        (community("110105019029", "别名"), OLD[1], OTHER),
    ):
        with pytest.raises(RuleBroken) as refused:
            apply(*rows, actor=fengtai)
        assert refused.value.refusal is OUTSIDE
