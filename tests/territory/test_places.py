"""Places below the community: codes, door codes, scope copies, what may lie where."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.models import Event
from linli.territory import door_codes
from linli.territory.models import Place
from linli.territory.operations import move_place, open_place
from linli.territory.operations.places import SAME_NAME, WRONG_PARENT
from linli.territory.parts import OUTSIDE
from linli.territory.queries import find_places, path_names, with_paths
from linli.territory.serving import around, below, inside
from tests.builders import Town
from tests.territory.city import manager

HOME = "110105019029"
CITY = [("city_code", "110000")]


@pytest.fixture
def stairs(town: Town) -> tuple[Place, Place, Place]:
    """A compound, a building in it, an entrance of that."""
    compound = open_place(actor=manager(), parent_code=HOME, level="compound", name="南院")
    building = open_place(
        actor=manager(), parent_code=compound.code, level="building", name="3号楼"
    )
    entrance = open_place(
        actor=manager(), parent_code=building.code, level="entrance", name="2单元"
    )
    return compound, building, entrance


def test_what_lies_below_a_community_carries_its_columns_and_none_of_its_own(
    stairs: tuple[Place, Place, Place],
) -> None:
    for place in stairs:
        assert place.community_code == HOME
        assert place.code not in place.scope.values()
        assert not place.is_area
    assert [place.code[:3] for place in stairs] == ["cp-", "bd-", "en-"]
    assert Event.objects.filter(name="place.opened").count() == 3


def test_everything_in_a_compound_is_found_by_what_hangs_on_it(
    town: Town, stairs: tuple[Place, Place, Place]
) -> None:
    compound, building, entrance = stairs
    assert set(below(compound)) == {compound.pk, building.pk, entrance.pk}
    found = Place.objects.filter(inside(town.places[HOME]))
    assert {place.pk for place in found} == {town.places[HOME].pk, *below(compound)}
    assert [place.code for place in around(entrance)][-4:] == [
        HOME,
        compound.code,
        building.code,
        entrance.code,
    ]


def test_a_door_code_read_aloud_leads_to_its_entrance(
    town: Town, stairs: tuple[Place, Place, Place]
) -> None:
    entrance = stairs[2]
    spoken = entrance.shown_door_code.replace("-", " ")
    assert find_places(spoken, within=CITY) == [entrance]
    elsewhere = [("community_code", "110105015044")]
    assert find_places(spoken, within=elsewhere) == []
    assert path_names(entrance)[-1] == "2单元"
    assert with_paths([entrance])[0].path_text.endswith("双合家园社区居委会 · 2单元")  # type: ignore[attr-defined]


@given(st.integers(1000, 9_999_999), st.data())
def test_one_wrong_digit_or_two_swapped_are_noticed(counter: int, data: st.DataObject) -> None:
    code = door_codes.make(counter)
    assert door_codes.read(door_codes.show(code)) == code
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != code[at]]))
    assert door_codes.read(code[:at] + other + code[at + 1 :]) is None
    for index, (left, right) in enumerate(pairwise(code)):
        if left != right:
            assert door_codes.read(code[:index] + right + left + code[index + 2 :]) is None


@pytest.mark.parametrize("text", ["", "12", "abc", "1234567890", "一二三四五六七"])
def test_what_is_no_door_code_is_none(text: str) -> None:
    assert door_codes.read(text) is None


@pytest.mark.parametrize(
    ("parent", "level"),
    [(HOME, "entrance"), ("110000", "compound"), ("110105019", "building"), (HOME, "community")],
)
def test_a_level_that_cannot_lie_there_is_refused(town: Town, parent: str, level: str) -> None:
    _refused(WRONG_PARENT, parent_code=parent, level=level, name="某")


def _refused(refusal: Refusal, **given: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        open_place(actor=manager(), **given)
    assert broken.value.refusal is refusal


def test_a_name_stands_once_in_a_place(town: Town) -> None:
    open_place(actor=manager(), parent_code=HOME, level="compound", name="南院")
    _refused(SAME_NAME, parent_code=HOME, level="compound", name=" 南院 ")


def test_nobody_opens_a_place_in_a_neighbours_area(town: Town) -> None:
    neighbour = manager(over="110105015044", column="community_code")
    with pytest.raises(RuleBroken) as broken:
        open_place(actor=neighbour, parent_code=HOME, level="compound", name="南院")
    assert broken.value.refusal is OUTSIDE


def test_a_compound_that_moves_takes_its_buildings_along(
    town: Town, stairs: tuple[Place, Place, Place]
) -> None:
    move_place(actor=manager(), code=stairs[0].code, to_code="110105015044")
    for place in stairs:
        place.refresh_from_db()
        assert (place.street_code, place.community_code) == ("110105015", "110105015044")
    with pytest.raises(RuleBroken) as broken:
        move_place(actor=manager(), code=HOME, to_code="110105015044")
    assert broken.value.refusal is WRONG_PARENT
