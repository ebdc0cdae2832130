"""What a row is about: by the map's table or by our own code or name; unknown words are left open and counted."""

import pytest

from linli.accounts.operations import installer
from linli.cases.catalogue.models import Category
from linli.cases.catalogue.operations import load_categories
from linli.cases.catalogue.shipped import shipped as shipped_categories
from linli.cases.imports.maps import SHIPPED, read_map, shipped
from linli.cases.imports.running import look, survey
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.kernel.errors import RuleBroken
from linli.kernel.models import Event
from linli.methods.language.normal import lookup_form
from tests.builders import Town
from tests.cases.imports.files import an_order, city, imported, importer
from tests.cases.imports.test_history import a_request, york
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_shipped_tree")]


@pytest.fixture
def the_shipped_tree(request: pytest.FixtureRequest) -> None:
    if "town" in request.fixturenames:
        request.getfixturevalue("town")
    actor = installer(now=NOW, permissions=frozenset({P.CATALOGUE}))
    load_categories(actor=actor, rows=list(shipped_categories()))


def only() -> Case:
    return Case.objects.everywhere("test").select_related("category").get()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"SUB_TYPE_NAME": "暴露垃圾", "MAIN_TYPE_NAME": "市容环卫"}, "0101"),
        ({"SUB_TYPE_NAME": "没有听说过", "MAIN_TYPE_NAME": "市容环卫"}, "01"),
        ({"SUB_TYPE_NAME": "電梯", "MAIN_TYPE_NAME": ""}, "0203"),
        ({"SUB_TYPE_NAME": "０２０３０２", "MAIN_TYPE_NAME": "市容环卫"}, "020302"),
        ({"SUB_TYPE_NAME": "", "MAIN_TYPE_NAME": "", "EVENT_TYPE_NAME": "Lifts"}, "0203"),
        ({"SUB_TYPE_NAME": "没有听说过", "MAIN_TYPE_NAME": "也没有"}, None),
        ({"SUB_TYPE_NAME": "", "MAIN_TYPE_NAME": ""}, None),
    ],
)
def test_the_deepest_class_that_is_known_is_the_category(
    town: Town, given: dict[str, str], code: str | None
) -> None:
    run = imported(city(an_order(1, **given)), actor=importer("110000"))

    case = only()
    assert (case.category.code if case.category else None) == code
    assert (run.created, run.left_open) == (1, int(code is None))
    received = Event.objects.get(stream_id=case.pk, name="case.received")
    assert received.payload["category"] == code


def test_unknown_words_are_counted_and_named_before_and_after(town: Town) -> None:
    rows = [
        an_order(n, SUB_TYPE_NAME="没听过", MAIN_TYPE_NAME="" if n % 2 else "也没有")
        for n in range(5)
    ]
    found = survey(city(*rows, an_order(9)))
    seen = look(found, actor=importer("110000"))

    assert seen.left_open == [("没听过 / 也没有", 3), ("没听过", 2)]
    assert imported(city(*rows, an_order(9)), actor=importer("110000")).left_open == 5


def test_a_city_with_a_tree_of_its_own_is_not_told_another(town: Town) -> None:
    Category.objects.filter(code="0101").update(name="另一类", name_en="Another")

    imported(city(an_order(1)), actor=importer("110000"))

    assert only().category.code == "01", "暴露垃圾 leads to no 垃圾清运 here; its main class does"


def test_new_yorks_complaint_types_have_our_categories() -> None:
    rows = [
        a_request(1),
        a_request(2, **{"Complaint Type": "Noise", "Descriptor": "Noise, Barking Dog (NR5)"}),
        a_request(3, **{"Complaint Type": "ILLEGAL PARKING", "Descriptor": "Blocked Hydrant"}),
        a_request(4, **{"Complaint Type": "Question", "Descriptor": "Other"}),
    ]
    run = imported(york(*rows), actor=importer("nyc"))

    codes = Case.objects.everywhere("test").values_list("external_no", "category__code")
    assert dict(codes) == {"1": "010902", "2": "011201", "3": "0503", "4": None}
    assert run.left_open == 1


@pytest.mark.parametrize("code", SHIPPED)
def test_every_category_that_a_shipped_map_names_is_shipped(code: str) -> None:
    rule = shipped(code).category
    known = {lookup_form(name) for name in Category.objects.values_list("name", flat=True)}

    assert all(lookup_form(name) in known for name in (rule.values if rule else ()))


def test_a_word_under_two_categories_is_refused() -> None:
    text = """
code = "x"
name = "x"
name_zh = "x"
needs = ["a"]
columns = { number = "a", words = "a", received = "a" }
places = { way = "named", columns = "a" }
[category]
columns = "b"
values = { "垃圾清运" = ["垃圾"], "噪声" = ["垃 圾"] }
"""
    with pytest.raises(RuleBroken) as refused:
        read_map(text, name="x.toml")

    assert "垃 圾" in refused.value.message
