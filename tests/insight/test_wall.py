"""The wall and the units: figures that equal those of the overview and of the orders, nobody's name, no single case."""

import datetime as dt

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from linli.cases.models import WorkOrder
from linli.insight.counting import rebuild
from linli.insight.figures import BAR, bar
from linli.insight.units import months_of, units_in
from linli.insight.wall import usual
from tests.builders import STEPS, Town, a_case, a_town
from tests.cases.pages import Page, a_browser
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
PHONE, NAME = "19900007788", "许大妈"


@pytest.fixture(autouse=True)
def clock(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def town() -> Town:
    return a_town()


def a_busy(town: Town) -> None:
    for at in STEPS:
        a_case(town, at=at, phone=PHONE, name=NAME, words="六号楼电梯停运，老人下不了楼。")
    a_case(town, at="reported", lead="street-019", category="0401")
    rebuild()


@pytest.mark.parametrize("address", ["/wall/", "/wall/110105/", "/wall/110105/now/"])
def test_the_wall_shows_figures_and_no_case(town: Town, client: Client, address: str) -> None:
    a_busy(town)
    client.force_login(town.users["leader"])
    response = client.get(address)
    page = Page(response)
    assert 'id="wall"' in response.content.decode()
    assert f"{len(STEPS) + 1}" in page.text
    for words in (PHONE, NAME, "六号楼", "下不了楼"):
        assert words not in page.text
    assert "/cases/" not in response.content.decode()


def test_the_wall_is_drawn_on_ink_whatever_the_reader_chose(town: Town, client: Client) -> None:
    client.force_login(town.users["leader"])
    client.cookies["linli_theme"] = "paper"
    assert 'data-theme="ink"' in client.get("/wall/").content.decode()


def test_the_wall_renews_itself_also_without_script(town: Town, client: Client) -> None:
    client.force_login(town.users["leader"])
    page = client.get("/wall/").content.decode()
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page
    assert 'hx-get="/wall/110105/now/"' in page


def test_a_wall_whose_reader_has_to_prove_herself_is_not_renewed(town: Town) -> None:
    user = town.users["leader"]
    user.is_demo = False
    user.save(update_fields=["is_demo"])
    assert a_browser(user).get("/wall/110105/now/").status_code == 204


def test_what_is_usual_is_the_mean_of_the_same_weekday() -> None:
    today = dt.date(2026, 11, 18)
    weeks = {today - dt.timedelta(weeks=back): {"received": 10 * back} for back in range(1, 5)}
    other = {today - dt.timedelta(days=1): {"received": 900}, today: {"received": 400}}
    assert usual({**weeks, **other}, today=today) == 25
    assert usual(other, today=today) is None


@pytest.mark.parametrize(("count", "of", "length"), [(0, 0, 0.0), (0, 9, 0.0), (9, 9, BAR), (3, 9, 66.7)])  # fmt: skip
def test_a_bar_is_as_long_as_its_count(count: int, of: int, length: float) -> None:
    assert bar(count, of=of) == length


def test_the_counts_of_a_unit_are_those_of_its_orders(town: Town) -> None:
    a_busy(town)
    found = {one.unit.code: one for one in units_in(town.places["110105"], month=NOVEMBER, after=DECEMBER)}  # fmt: skip
    for code in ("committee-029", "street-019"):
        orders = WorkOrder.objects.filter(lead=town.units[code])
        assert found[code].dispatched == orders.count()
        assert found[code].reported == orders.filter(reported_at__isnull=False).count()
    satisfied = WorkOrder.objects.filter(lead=town.units["committee-029"], satisfaction="satisfied")
    assert found["committee-029"].satisfied.numerator == satisfied.count()
    assert "committee-044" not in found
    assert next(iter(found)) == "committee-029"


def test_the_page_of_a_unit_shows_its_months_to_who_sees_the_rates(
    town: Town, client: Client
) -> None:
    a_busy(town)
    assert [month for month, _one in months_of(town.units["committee-029"], months=[dt.date(2026, 10, 1), NOVEMBER])] == [NOVEMBER]  # fmt: skip
    for who, shown in (("leader", True), ("administrator", False)):
        client.force_login(town.users[who])
        page = Page(client.get("/organisations/committee-029/"))
        assert ("情况怎样" in page.text) is shown


def test_the_units_of_an_area_are_shown_to_who_holds_it(town: Town, client: Client) -> None:
    a_busy(town)
    client.force_login(town.users["leader"])
    assert "双合家园社区居委会" in Page(client.get("/overview/110105/units/")).text
    assert client.get("/overview/110106/units/").status_code == 404
