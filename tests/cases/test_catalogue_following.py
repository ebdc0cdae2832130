"""The catalogue when the city changes: re-drawn places are followed, a closing unit hands over what it leads."""

import datetime as dt
from typing import Any

import pytest

from linli.cases import operations
from linli.cases.catalogue import following
from linli.cases.catalogue import operations as catalogue
from linli.cases.catalogue.following import follow_redrawn_catalogue
from linli.cases.catalogue.models import CatalogueEntry, DutyItem
from linli.cases.catalogue.queries import proposal_for
from linli.kernel.errors import RuleBroken
from linli.territory.differences import difference
from linli.territory.importing.divisions import read_divisions
from linli.territory.models import Place
from linli.territory.operations import redraw
from tests.builders import BASIS, LIFT, Town
from tests.conftest import NOW
from tests.territory.city import a_file, community, manager

HOME, NEXT, NEW = "110105019029", "110105019030", "110105019050"
OTHER = "110105015044,华贸中心社区居委会,华贸中心,社区,110105015,八里庄街道,110105,朝阳区,"
FENGTAI = "110106001001,某社区居委会,某,社区,110106001,某街道,110106,丰台区,"
LATER = NOW + dt.timedelta(days=1)


def redrawn() -> None:
    rows, aside = read_divisions(
        a_file(community(NEW, "双翠", succeeds=f"{HOME} {NEXT}"), OTHER, FENGTAI)
    )
    assert not aside
    redraw(actor=manager(), rows=rows, shown=difference(rows).digest)


def entry(town: Town, code: str, **given: Any) -> CatalogueEntry:
    if "lead" not in given:
        given["lead_kind"] = "street"
    return catalogue.add_entry(
        actor=town.actor("administrator", now=NOW - dt.timedelta(days=3)),
        category=town.categories[code],
        **{"basis": BASIS, **given},
    )


def leads(town: Town, place: str, *, code: str = LIFT) -> list[str]:
    found = proposal_for(
        category=town.categories[code],
        place=Place.objects.get(code=place),
        urgency="N",
        at=LATER,
    )
    return [unit.code for unit in found.leads]


def test_entries_and_duties_of_a_redrawn_place_go_on_for_the_one_that_follows(town: Town) -> None:
    first = entry(town, LIFT, place=town.places[HOME], co_handlers=["property"])
    catalogue.add_duty(
        actor=town.actor("administrator"),
        category=town.categories["04"],
        kind="committee",
        place=town.places[HOME],
        basis="清单",
    )
    redrawn()
    assert leads(town, NEW) == ["committee-029"]  # the entry still names the old place
    assert follow_redrawn_catalogue(actor=manager()) == 2
    assert follow_redrawn_catalogue(actor=manager()) == 0
    assert leads(town, NEW) == ["street-019"]
    first.refresh_from_db()
    assert first.valid_to == NOW
    again = CatalogueEntry.objects.get(place__code=NEW)
    assert (again.basis, again.lead_kind, again.valid_from) == (BASIS, "street", NOW)
    assert [one.kind for one in again.co_handlers.all()] == ["property"]
    assert DutyItem.objects.get(place__code=NEW).valid_to is None


def test_of_two_entries_that_meet_in_one_place_the_first_stands(town: Town) -> None:
    for place in (HOME, NEXT):
        entry(town, LIFT, place=town.places[place])
    redrawn()
    assert follow_redrawn_catalogue(actor=manager()) == 2
    assert CatalogueEntry.objects.filter(place__code=NEW).count() == 1
    assert not CatalogueEntry.objects.filter(place__code=NEXT, valid_to=None).exists()


def test_a_unit_that_the_catalogue_names_closes_only_with_a_successor(town: Town) -> None:
    street, committee = town.units["street-019"], town.units["committee-029"]
    entry(town, "0203", lead=street)
    entry(town, "0401", lead=street, place=town.places[HOME])
    with pytest.raises(RuleBroken) as broken:
        operations.close_unit(actor=manager(), organisation_id=street.pk)
    assert broken.value.refusal is following.STILL_NAMED
    street.refresh_from_db()
    assert street.is_open
    with pytest.raises(RuleBroken) as broken:  # 0401 is on no duty list of the committee
        operations.close_unit(actor=manager(), organisation_id=street.pk, successor_id=committee.pk)
    assert broken.value.code == "catalogue.off_every_list"
    street.refresh_from_db()
    assert street.is_open
    CatalogueEntry.objects.filter(category__code="0401").update(valid_to=NOW)
    operations.close_unit(actor=manager(), organisation_id=street.pk, successor_id=committee.pk)
    standing = CatalogueEntry.objects.get(category__code="0203", valid_to=None)
    assert standing.lead == committee
    assert leads(town, HOME) == ["committee-029"]


def test_a_unit_that_no_entry_names_closes_as_before(town: Town) -> None:
    operations.close_unit(actor=manager(), organisation_id=town.units["committee-044"].pk)
    assert not town.units["committee-044"].__class__.objects.get(code="committee-044").is_open
