"""The shipped division codes, and how words lead to a place among all of Beijing."""

import pytest
from django.db.models import Count

from linli.accounts.operations import installer
from linli.territory.divisions import beijing
from linli.territory.models import Place
from linli.territory.operations import Loaded, PlaceRow, load_places
from linli.territory.queries import find_places, path_names, with_paths
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
CITY = (("city_code", "110000"),)


def load() -> Loaded:
    actor = installer(now=NOW, permissions=frozenset({"territory.load"}))
    return load_places(actor=actor, rows=beijing())


@pytest.fixture(autouse=True)
def city() -> None:
    load()


def test_all_of_beijing_is_there_and_a_second_load_changes_nothing() -> None:
    counted = dict(Place.objects.values_list("level").annotate(Count("pk")))
    assert counted == {
        "city": 1,
        "district": 16,
        "street": 349,
        "community": 3818,
        "village": 3717,
    }
    assert load() == Loaded(created=0, changed=0, unchanged=1 + 16 + 349 + 7535)
    codes = ("110105015044", "110105019029", "110105008054")
    assert Place.objects.filter(code__in=codes).count() == 3


def test_a_corrected_name_is_corrected_and_nothing_else() -> None:
    Place.objects.filter(code="110105019029").update(name="旧名")
    assert load() == Loaded(created=0, changed=1, unchanged=7900)
    assert Place.objects.get(code="110105019029").name == "双合家园社区居民委员会"


def test_each_place_names_its_ancestors() -> None:
    place = Place.objects.get(code="110105019029")
    assert list(place.scope.values()) == ["110000", "110105", "110105019", "110105019029"]
    assert place.scope_column == "community_code"
    assert path_names(place)[:3] == ["北京市", "朝阳区", "垡头街道"]
    assert with_paths([place])[0].path_text.startswith("朝阳区 · 垡头街道")  # type: ignore[attr-defined]


def test_a_parent_that_is_not_there_is_an_error_and_loads_nothing() -> None:
    actor = installer(now=NOW, permissions=frozenset({"territory.load"}))
    with pytest.raises(KeyError):
        load_places(
            actor=actor,
            rows=[PlaceRow("119999", "新区", "新", "district", "110000"), PlaceRow("119998001", "街", "街", "street", "119998")],
        )  # fmt: skip
    assert not Place.objects.filter(code="119999").exists()


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("双合家园社区", ["110105019029"]),
        ("雙合家園", ["110105019029"]),
        ("１１０１０５０１９０２９", ["110105019029"]),
        ("朝阳区垡头街道双合家园4号楼2单元", ["110105019029"]),
        ("北京市朝阳区八里庄街道华贸中心3号楼", ["110105015044"]),
        ("朝阳区", ["110105"]),
        ("海淀区中关村", ["110108011"]),
        ("和平里", ["110101010", "110101010027"]),
        ("朝阳区和平里", ["110105"]),
        ("没有这个地方", []),
        ("   ", []),
    ],
)
def test_words_lead_to_the_place_that_is_meant(words: str, codes: list[str]) -> None:
    assert [place.code for place in find_places(words, within=CITY)] == codes


def test_a_name_of_several_districts_gives_several_candidates() -> None:
    found = find_places("幸福", within=CITY)
    assert len({place.district_code for place in found}) > 1


def test_only_places_within_the_area_are_found() -> None:
    assert find_places("双合家园", within=(("district_code", "110106"),)) == []
    assert find_places("双合家园", within=()) == []
