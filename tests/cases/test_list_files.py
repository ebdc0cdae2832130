"""Duty lists and the tree of categories as files: read back as they were written, judged, compared, applied."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from linli.cases.catalogue import naming, operations, parts, tree, tree_files
from linli.cases.catalogue.applying import (
    BAD_DAY,
    CHANGED_MEANWHILE,
    ENDS_BEFORE,
    STILL_REFUSED,
    keep_catalogue,
)
from linli.cases.catalogue.choices import DraftKind
from linli.cases.catalogue.duty_files import DOUBLE, apply_duties, judge_duties
from linli.cases.catalogue.files import DUTIES, write_duties
from linli.cases.catalogue.models import CatalogueDraft, CatalogueEntry, Category, DutyItem
from linli.cases.catalogue.queries import categories_in_force, duty_items, proposal_for
from linli.cases.catalogue.sheets import WRONG_HEADER
from linli.cases.catalogue.tree_files import (
    CATEGORIES,
    apply_categories,
    judge_categories,
    write_tree,
)
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.models import Event
from linli.territory.models import Organisation
from tests.builders import BASIS, LIFT, Town, a_case
from tests.cases.people import a_person
from tests.cases.standing import standing_town
from tests.conftest import NOW


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with translation.override("zh-hans"):
        yield standing_town()


@pytest.fixture
def clerk(town: Town) -> Actor:
    return town.actor("administrator")


def duties() -> list[dict[str, Any]]:
    """Return the duty lists that stand, as they come back from their own file."""
    content = write_duties(
        duty_items(at=NOW),
        categories=Category.objects.all(),
        units=Organisation.objects.all(),
        english=False,
    )
    return DUTIES.read(io.BytesIO(content))


def the_tree(*, english: bool = False) -> list[dict[str, Any]]:
    content = write_tree(categories_in_force(NOW), english=english)
    return CATEGORIES.read(io.BytesIO(content))


def duty(**given: Any) -> dict[str, Any]:
    blank = dict.fromkeys(DUTIES.columns, "")
    return {"line": 9, **blank, "category": "1304", "whose": "居委会", "basis": BASIS, **given}


def category(code: str, **given: Any) -> dict[str, Any]:
    said = {"name": "新类", "name_en": "New", "lead": "街道", "clock_class": "N"}
    return {"line": 99, **dict.fromkeys(CATEGORIES.columns, ""), "category": code, **said, **given}


def keep(actor: Actor, rows: list[dict[str, Any]], what: DraftKind) -> CatalogueDraft:
    return keep_catalogue(actor=actor, name="表.xlsx", rows=rows, what=what)


# — duty lists —


def test_the_lists_come_back_from_their_own_file_unchanged(town: Town, clerk: Actor) -> None:
    operations.add_duty(
        actor=clerk, category=town.categories["1304"], organisation=town.units["committee-044"],
        basis=BASIS,
    )  # fmt: skip
    found = judge_duties(duties(), actor=clerk).difference
    assert (found.changes, found.unchanged) == (0, 2)


def test_a_file_puts_on_takes_off_and_moves_ends(town: Town, clerk: Actor) -> None:
    stands = DutyItem.objects.get()
    rows = [
        *duties(),
        duty(whose="committee-044", start="2026-12-01"),
        duty(place="110105019", whose="服务站"),
    ]
    rows[0]["end"] = "2026-12-31"
    draft = keep(clerk, rows, DraftKind.DUTIES)
    found = judge_duties(rows, actor=clerk).difference
    assert (len(found.added), len(found.moved), len(found.ended)) == (2, 1, 0)
    apply_duties(actor=clerk, draft_id=draft.pk, shown=found.digest)
    stands.refresh_from_db()
    assert str(stands.valid_to).startswith("2026-12-30 16:00")
    own = DutyItem.objects.get(organisation=town.units["committee-044"])
    assert own.category == town.categories["1304"]
    wide = DutyItem.objects.get(kind="service_station")
    assert (wide.place, wide.valid_from) == (town.places["110105019"], NOW)
    names = list(Event.objects.order_by("pk").values_list("name", flat=True))[-4:]
    assert names == [
        "catalogue.duty_reopened",
        "catalogue.duty_added",
        "catalogue.duty_added",
        "catalogue.duties_applied",
    ]
    with pytest.raises(CatalogueDraft.DoesNotExist):
        apply_duties(actor=clerk, draft_id=draft.pk, shown=found.digest)


def test_what_a_file_leaves_out_is_off_the_list_at_once(town: Town, clerk: Actor) -> None:
    rows = [duty(whose="居委会")]
    draft = keep(clerk, rows, DraftKind.DUTIES)
    shown = judge_duties(rows, actor=clerk).difference.digest
    apply_duties(actor=clerk, draft_id=draft.pk, shown=shown)
    home = town.places["110105019029"]
    found = proposal_for(category=town.categories[LIFT], place=home, urgency="N", at=NOW)
    committee = next(unit for unit in found.units if unit.code == "committee-029")
    assert found.refusal(committee) is not None


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"category": "77"}, naming.UNKNOWN_CATEGORY),
        ({"whose": "无此单位"}, naming.UNKNOWN_UNIT),
        ({"whose": "街道"}, operations.NOT_DUTY_BOUND),
        ({"whose": "street-019"}, operations.NOT_DUTY_BOUND),
        ({"place": "无此地"}, naming.UNKNOWN_AREA),
        ({"basis": " "}, operations.NO_BASIS),
        ({"start": "明天"}, BAD_DAY),
        ({"start": "2027-02-01", "end": "2027-02-01"}, ENDS_BEFORE),
    ],
)
def test_a_bad_row_is_handed_back_and_nothing_is_applied(
    town: Town, clerk: Actor, given: dict[str, str], refusal: Refusal
) -> None:
    rows = [*duties(), duty(**given)]
    judged = judge_duties(rows, actor=clerk)
    assert [(line, why.refusal) for line, why in judged.refused] == [(9, refusal)]
    draft = keep(clerk, rows, DraftKind.DUTIES)
    with pytest.raises(RuleBroken) as broken:
        apply_duties(actor=clerk, draft_id=draft.pk, shown=judged.difference.digest)
    assert broken.value.refusal is STILL_REFUSED
    assert DutyItem.objects.count() == 1


def test_the_same_item_twice_is_refused(town: Town, clerk: Actor) -> None:
    judged = judge_duties([*duties(), duty(), duty(line=10)], actor=clerk)
    assert [(line, why.refusal) for line, why in judged.refused] == [(10, DOUBLE)]


def test_who_looks_after_a_district_changes_only_its_own_lists(town: Town) -> None:
    actor = a_person(town, "administrator", place="110105")
    judged = judge_duties([duty(place="110105019")], actor=actor)
    # The item of the whole installation is not theirs: it neither ends nor counts.
    assert (len(judged.difference.added), judged.difference.ended, judged.refused) == (1, [], [])
    wide = judge_duties([duty()], actor=actor)
    assert [why.refusal for _line, why in wide.refused] == [parts.OUTSIDE_AREA]


def test_a_file_that_was_looked_at_before_another_change_is_looked_at_again(
    town: Town, clerk: Actor
) -> None:
    rows = [*duties(), duty()]
    draft = keep(clerk, rows, DraftKind.DUTIES)
    shown = judge_duties(rows, actor=clerk).difference.digest
    operations.end_duty(actor=clerk, item_id=DutyItem.objects.get().pk)
    with pytest.raises(RuleBroken) as broken:
        apply_duties(actor=clerk, draft_id=draft.pk, shown=shown)
    assert broken.value.refusal is CHANGED_MEANWHILE


def test_a_draft_is_applied_only_as_what_it_is(town: Town, clerk: Actor) -> None:
    draft = keep(clerk, duties(), DraftKind.DUTIES)
    with pytest.raises(CatalogueDraft.DoesNotExist):
        apply_categories(actor=clerk, draft_id=draft.pk, shown="")
    with pytest.raises(RuleBroken) as broken:
        DUTIES.read(io.BytesIO(write_tree(categories_in_force(NOW), english=False)))
    assert broken.value.refusal is WRONG_HEADER


# — the tree —


@pytest.mark.parametrize("english", [False, True])
def test_the_tree_comes_back_from_its_own_file_unchanged(town: Town, english: bool) -> None:
    with translation.override("en" if english else "zh-hans"):
        found = judge_categories(the_tree(english=english), at=NOW)
    assert (found.changes, found.refused, found.unchanged) == (0, [], Category.objects.count())


def test_a_file_adds_changes_and_ends(town: Town, clerk: Actor) -> None:
    a_case(town)
    rows = [row for row in the_tree() if row["category"] != "0201"]
    by_code = {row["category"]: row for row in rows}
    by_code["0209"]["name"] = "别的物业事项"
    by_code[LIFT]["successor"] = "0209"
    rows += [category("15", basis=BASIS), category("1501", name="下一级", line=100)]
    found = judge_categories(rows, at=NOW)
    assert not found.refused
    assert [row.code for row in found.added] == ["15", "1501"]
    assert [before.code for before, _row in found.changed] == ["0209"]
    assert sorted((one.code, then) for one, then in found.ended) == [("0201", ""), (LIFT, "0209")]
    draft = keep(clerk, rows, DraftKind.CATEGORIES)
    apply_categories(actor=clerk, draft_id=draft.pk, shown=found.digest)
    assert Category.objects.get(code=LIFT).successor_id == "0209"
    assert Category.objects.get(code="0209").name == "别的物业事项"
    assert CatalogueEntry.objects.get(category__code="15").lead_kind == "street"
    assert "15" not in parts.gaps(since=NOW)
    assert judge_categories(the_tree(), at=NOW).changes == 0
    last = Event.objects.order_by("pk").last()
    assert last is not None
    assert last.name == "catalogue.categories_applied"


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ([category("1-1")], tree_files.BAD_CODE),
        ([category("0203010101")], tree.TOO_DEEP),
        ([category("7701")], tree_files.NO_PARENT),
        ([category("15")], operations.NO_BASIS),
        ([category("0299", name=" ")], tree_files.NAME_MISSING),
        ([category("0299"), category("0299")], tree_files.CODE_TWICE),
        ([category("0298"), category("0299")], tree_files.NAME_TWICE),
        ([category("0299", lead="业主委员会")], naming.CANNOT_LEAD_KIND),
        ([category("0299", lead="谁")], naming.UNKNOWN_UNIT),
        ([category("0299", clock_class="很快")], naming.UNKNOWN_WORD),
        ([category("0299", successor="02")], tree_files.UNKNOWN_SUCCESSOR),
    ],
)
def test_a_bad_row_of_the_tree_is_handed_back(
    town: Town, rows: list[dict[str, Any]], refusal: Refusal
) -> None:
    found = judge_categories([*the_tree(), *rows], at=NOW)
    assert refusal in [why.refusal for _line, why in found.refused]


def test_what_is_in_use_is_not_left_out_and_ends_only_with_one_that_stays(
    town: Town, clerk: Actor
) -> None:
    a_case(town)
    without = [row for row in the_tree() if row["category"] != LIFT]
    [(line, broken)] = judge_categories(without, at=NOW).refused
    assert (line, broken.refusal) == (0, tree_files.LEFT_OUT)
    draft = keep(clerk, without, DraftKind.CATEGORIES)
    with pytest.raises(RuleBroken) as still:
        apply_categories(actor=clerk, draft_id=draft.pk, shown="")
    assert still.value.refusal is STILL_REFUSED
    rows = the_tree()
    by_code = {row["category"]: row for row in rows}
    by_code["0203"]["successor"] = LIFT
    refused = [why.refusal for _line, why in judge_categories(rows, at=NOW).refused]
    assert tree.FOLLOWS_ITSELF in refused
    by_code["0203"]["successor"] = "0209"
    refused = [why.refusal for _line, why in judge_categories(rows, at=NOW).refused]
    assert tree.HOLDS_OTHERS in refused or tree_files.NO_PARENT in refused


def test_a_code_that_has_ended_is_not_given_again(town: Town, clerk: Actor) -> None:
    rows = the_tree()
    tree.end_category(actor=clerk, code="1304", successor=town.categories["0209"])
    found = judge_categories(rows, at=NOW)
    assert [why.refusal for _line, why in found.refused] == [tree_files.CODE_RETIRED]


def test_a_district_does_not_apply_the_citys_tree(town: Town) -> None:
    actor = a_person(town, "administrator", place="110105")
    draft = keep(actor, the_tree(), DraftKind.CATEGORIES)
    with pytest.raises(RuleBroken) as broken:
        apply_categories(actor=actor, draft_id=draft.pk, shown="")
    assert broken.value.refusal is parts.OUTSIDE_AREA
