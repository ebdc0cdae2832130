"""Organisations: what they serve from when to when, their posts, who is near."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.models import Event
from linli.territory.models import Organisation, Post, Serving
from linli.territory.operations import close_post, establish, open_post, serve, stop_serving
from linli.territory.operations.organisations import (
    CODE_TAKEN,
    ENDS_BEFORE_START,
    OVERLAP,
    SAME_POST,
)
from linli.territory.parts import IS_CLOSED, OUTSIDE
from linli.territory.serving import serving
from tests.builders import Town
from tests.conftest import NOW
from tests.territory.city import manager

HOME = "110105019029"
TODAY = dt.date(2026, 11, 18)
DAY = dt.timedelta(days=1)


def a_unit(code: str = "housing-1", kind: str = "housing", place: str = HOME) -> Organisation:
    return establish(actor=manager(), code=code, name=code, kind=kind, place_code=place)


def codes(town: Town, *, on: dt.date = TODAY, place: str = HOME) -> list[str]:
    return [unit.code for unit in serving(town.places[place], on=on)]


def refuses(refusal: Refusal, verb: object, **given: object) -> None:
    with pytest.raises(RuleBroken) as broken:
        verb(actor=manager(), **given)  # type: ignore[operator]
    assert broken.value.refusal is refusal


def test_several_housing_units_serve_one_community_the_nearest_first(town: Town) -> None:
    a_unit("housing-1")
    a_unit("housing-2")
    others = ["street-019", "district-105", "hotline"]
    nearest = ["committee-029", "housing-1", "housing-2", "team-029"]
    assert codes(town) == [*nearest, *others]
    assert codes(town, on=TODAY - DAY) == ["committee-029", "team-029", *others]
    assert Event.objects.filter(name="organisation.opened").count() == 2


def test_an_organisation_serves_from_a_day_to_a_day(town: Town) -> None:
    unit = a_unit()
    begins, ends = TODAY + 10 * DAY, TODAY + 20 * DAY
    given = {"organisation_id": unit.pk, "place_code": "110105015044"}
    serve(actor=manager(), **given, valid_from=begins, valid_to=ends)  # type: ignore[arg-type]
    there = {"place": "110105015044"}
    assert "housing-1" not in codes(town, on=begins - DAY, **there)
    assert "housing-1" in codes(town, on=begins, **there)
    assert "housing-1" in codes(town, on=ends - DAY, **there)
    assert "housing-1" not in codes(town, on=ends, **there)
    assert Organisation.objects.get(pk=unit.pk).version == 2


def test_the_same_time_twice_is_refused_with_the_time_that_stands(town: Town) -> None:
    unit = a_unit()
    given = {"organisation_id": unit.pk, "place_code": HOME}
    refuses(OVERLAP, serve, **given, valid_from=TODAY + DAY)
    refuses(ENDS_BEFORE_START, serve, **given, valid_from=TODAY, valid_to=TODAY)
    stop_serving(actor=manager(), organisation_id=unit.pk, serving_id=unit.servings.get().pk)
    serve(actor=manager(), **given, valid_from=TODAY, valid_to=TODAY + 5 * DAY)  # type: ignore[arg-type]
    serve(actor=manager(), **given, valid_from=TODAY + 5 * DAY)  # type: ignore[arg-type]


def test_the_table_itself_holds_no_overlap(town: Town) -> None:
    unit = town.units["committee-029"]
    with pytest.raises(IntegrityError, match="serving_never_twice"), transaction.atomic():
        Serving.objects.create(organisation=unit, place=town.places[HOME], valid_from=TODAY)


def test_a_serving_that_ends_today_is_over_today(town: Town) -> None:
    unit = town.units["committee-029"]
    stop_serving(actor=manager(), organisation_id=unit.pk, serving_id=unit.servings.get().pk)
    assert "committee-029" not in codes(town)
    assert "committee-029" in codes(town, on=TODAY - DAY)
    assert unit.servings.get().valid_to == TODAY


def test_what_serves_a_compound_serves_its_entrances_and_not_the_community(town: Town) -> None:
    from linli.territory.operations import open_place

    compound = open_place(actor=manager(), parent_code=HOME, level="compound", name="南院")
    building = open_place(actor=manager(), parent_code=compound.code, level="building", name="1")
    unit = a_unit("property-1", "property", compound.code)
    assert serving(building, on=TODAY)[0] == unit
    assert serving(building, on=TODAY)[0].serves == compound
    assert "property-1" not in codes(town)


def test_a_closed_organisation_serves_nobody_and_takes_no_change(town: Town) -> None:
    unit = town.units["committee-029"]
    Organisation.objects.filter(pk=unit.pk).update(is_open=False, closed_at=NOW)
    assert "committee-029" not in codes(town)
    refuses(IS_CLOSED, open_post, organisation_id=unit.pk, title="主任")


def test_posts_open_once_and_close(town: Town) -> None:
    unit = town.units["committee-029"]
    post = open_post(actor=manager(), organisation_id=unit.pk, title="主任", seats=2)
    refuses(SAME_POST, open_post, organisation_id=unit.pk, title=" 主任")
    close_post(actor=manager(), organisation_id=unit.pk, post_id=post.pk)
    assert not Post.objects.on(TODAY + DAY).exists()
    open_post(actor=manager(), organisation_id=unit.pk, title="主任")


def test_a_code_belongs_to_one_organisation(town: Town) -> None:
    refuses(CODE_TAKEN, establish, code="hotline", name="某", kind="property", place_code=HOME)


def test_nobody_manages_what_lies_outside_the_area(town: Town) -> None:
    neighbour = manager(over="110105015044", column="community_code")
    unit = town.units["committee-029"]
    with pytest.raises(Organisation.DoesNotExist):
        open_post(actor=neighbour, organisation_id=unit.pk, title="主任")
    with pytest.raises(RuleBroken) as broken:
        establish(actor=neighbour, code="p-1", name="某", kind="property", place_code=HOME)
    assert broken.value.refusal is OUTSIDE
    own = town.units["committee-044"]
    with pytest.raises(RuleBroken) as broken:
        serve(actor=neighbour, organisation_id=own.pk, place_code=HOME, valid_from=TODAY)
    assert broken.value.refusal is OUTSIDE
