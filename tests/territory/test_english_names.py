"""English names: stored when a place or organisation is written, marked as derived, never over one that was given."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from linli.kernel.errors import RuleBroken
from linli.territory.differences import difference
from linli.territory.importing.divisions import read_divisions
from linli.territory.models import Organisation, Place, label_of
from linli.territory.operations import (
    PlaceRow,
    establish,
    load_places,
    open_place,
    redraw,
)
from linli.territory.operations.places import WRONG_PARENT
from linli.territory.queries import find_places, labels_of
from tests.builders import ROWS, Town
from tests.territory.city import a_file, community, manager
from tests.territory.test_redrawing import OLD, OTHER

HOME = "110105019029"
CITY = [("city_code", "110000")]


def test_a_loaded_place_is_named_in_both_languages(town: Town) -> None:
    home, district = town.places[HOME], town.places["110105"]
    with translation.override("en"):
        assert (home.label, district.label) == ("Shuanghe Jiayuan Community", "Chaoyang District")
        assert labels_of([HOME]) == {HOME: "Shuanghe Jiayuan Community"}
    with translation.override("zh-hans"):
        assert home.label == home.name
        assert home.short_label == "双合家园"
        assert labels_of([HOME]) == {HOME: home.name}
    assert home.is_english_derived


def test_a_name_that_was_given_is_not_spelled_over(town: Town) -> None:
    given = PlaceRow("110105019", "垡头街道", "垡头", "street", "110105", "Fatou")
    load_places(actor=manager(), rows=[given])
    street = Place.objects.get(code="110105019")
    assert (street.name_en, street.is_english_derived) == ("Fatou", False)
    again = load_places(actor=manager(), rows=ROWS)
    assert again.changed == 0
    street.refresh_from_db()
    assert street.name_en == "Fatou"


def test_a_place_that_is_renamed_is_spelled_anew(town: Town) -> None:
    rows, _aside = read_divisions(a_file(community(HOME, "翠城趣园"), OLD[1], OTHER))
    redraw(actor=manager(), rows=rows, shown=difference(rows).digest)
    assert Place.objects.get(code=HOME).name_en == "Cuichengquyuan Community"


def test_what_is_opened_is_spelled_at_once(town: Town) -> None:
    court = open_place(actor=manager(), parent_code=HOME, level="compound", name="南院")
    house = open_place(actor=manager(), parent_code=court.code, level="building", name="3号楼")
    assert (court.name_en, house.name_en) == ("Nanyuan", "Building 3")
    opened: dict[str, Any] = {"code": "p-9", "kind": "property", "place_code": HOME}
    spelled = establish(actor=manager(), name="青橙物业", **opened)
    assert (spelled.name_en, spelled.is_english_derived) == ("Qingcheng Property Management", True)
    opened["code"] = "p-10"
    given = establish(actor=manager(), name="青橙物业", name_en="Orange", **opened)
    assert (given.name_en, given.is_english_derived) == ("Orange", False)
    with translation.override("en"):
        told = dict(Organisation.objects.values_list("code", label_of()))
    assert told["p-10"] == "Orange"


def test_a_refusal_names_the_place_in_the_readers_language(town: Town) -> None:
    for language, name in (("en", "Shuanghe Jiayuan Community"), ("zh-hans", "双合家园社区居委会")):
        with translation.override(language):
            with pytest.raises(RuleBroken) as broken:
                open_place(actor=manager(), parent_code=HOME, level="entrance", name="2单元")
            assert broken.value.refusal is WRONG_PARENT
            assert name in broken.value.message


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Shuanghe Jiayuan Community", [HOME]),
        ("shuanghe", [HOME]),
        ("SHUANGHEJIAYUAN", [HOME]),
        ("Fatou Sub-district", ["110105019"]),
        ("fatou", ["110105019"]),
        ("nowhere", []),
        ("zz", []),
    ],
)
def test_a_place_is_found_by_its_english_name(town: Town, typed: str, found: list[str]) -> None:
    assert [place.code for place in find_places(typed, within=CITY)] == found
    assert not find_places(typed, within=[("community_code", "110105015044")])


def test_the_database_takes_no_derived_name_that_is_not_there(town: Town) -> None:
    for table in (Place, Organisation):
        with pytest.raises(IntegrityError, match="english_derived"), transaction.atomic():
            table.objects.filter(is_english_derived=True).update(name_en="")
