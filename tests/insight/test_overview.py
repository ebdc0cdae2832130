"""The overview: the rates of the counters are those of the cases, for every area; nobody sees beyond her own."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from time_machine import TimeMachineFixture

from linli.accounts.operations import give_role, installer
from linli.cases import queries as cases
from linli.insight import queries
from linli.insight.counting import rebuild
from linli.kernel.actor import SCOPE_COLUMNS
from linli.methods.intervals import wilson
from tests.builders import START, STEPS, Town, a_case, a_town, take
from tests.conftest import NOW
from tests.journal.conftest import own_chain as own_chain

pytestmark = pytest.mark.django_db
HOME = {
    "city_code": "110000",
    "district_code": "110105",
    "street_code": "110105019",
    "community_code": "110105019029",
}
EARLIER = NOW - dt.timedelta(days=25)


@pytest.fixture(autouse=True)
def clock(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def town() -> Town:
    return a_town()


def leave_out(town: Town) -> None:
    """Exclude one order by two persons, hold another on the ledger."""
    excluded = a_case(town, at="closed", now=NOW - dt.timedelta(hours=3))
    asking = {"reason": "force_majeure", "words": "暴雨", "evidence": "气象证明", "days": 30}
    take(town.actor("worker", now=NOW - dt.timedelta(hours=2)), excluded, "ask_exclusion", **asking)
    take(
        town.actor("office", now=NOW - dt.timedelta(hours=1)),
        excluded,
        "exclude",
        asked="exclusion",
    )
    a_case(town, at="on_ledger")


@pytest.fixture
def busy(town: Town) -> Town:
    for at in STEPS:
        a_case(town, at=at)
        a_case(town, at=at, now=EARLIER)
    a_case(town, at="closed", satisfaction="not", answered="not_solved", now=EARLIER)
    a_case(town, at="closed", resolution="explained")
    # Never contacted, and its time is over: assessed without any event that says so.
    a_case(town, at="dispatched", now=NOW - dt.timedelta(days=6))
    leave_out(town)
    rebuild()
    return town


@pytest.mark.parametrize("column", SCOPE_COLUMNS)
@pytest.mark.parametrize("month", [10, 11])
def test_the_rates_from_the_counters_are_those_of_the_orders(
    busy: Town, column: str, month: int
) -> None:
    first = dt.date(2026, month, 1)
    after = dt.date(2026, month + 1, 1)
    code = HOME[column]
    counts, days = queries.monthly([code], months=(first,), after=after)
    assert sum(day["received"] for day in days.values()) == counts[code, first]["received"]
    changed = queries.adjustments(column=column, code=code, first=first, after=after, as_of=NOW)
    rates = queries.rates_of(counts.get((code, first)), changed.get((code, first)))
    assert rates == cases.three_rates(column=column, code=code, year=2026, month=month, as_of=NOW)
    assert rates.response.denominator > 0


def test_what_is_owed_and_what_is_left_out_changes_the_rates(busy: Town) -> None:
    first, after = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
    changed = queries.adjustments(
        column="district_code", code="110105", first=first, after=after, as_of=NOW
    )
    adjusting = changed["110105", first]
    assert adjusting.owed >= 1
    assert adjusting.out["assessed"] == 2


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_says_how_many_of_how_many_and_keeps_to_ten_queries(
    busy: Town, client: Client, language: str
) -> None:
    client.force_login(busy.users["leader"])
    client.cookies["django_language"] = language
    client.get(reverse("insight:overview"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(reverse("insight:overview")).content.decode()
    assert len(asked) <= 10, [query["sql"][:160] for query in asked]
    rates = cases.three_rates(column="district_code", code="110105", year=2026, month=11, as_of=NOW)
    low, high = wilson(rates.response.numerator, rates.response.denominator)
    assert f"{rates.response.numerator} / {rates.response.denominator}" in page
    assert f"{low * 100:.1f}–{high * 100:.1f}" in page
    assert ("超时" if language == "zh-hans" else "overdue") in page


def test_a_city_leader_sees_the_map_and_a_district_leader_sees_streets(
    busy: Town, client: Client
) -> None:
    root = installer(now=START, permissions=frozenset({"accounts.manage"}))
    give_role(
        actor=root,
        user=busy.users["office"],
        role="leader",
        place=busy.places["110000"],
        valid_from=START,
    )
    client.force_login(busy.users["office"])
    page = client.get(reverse("insight:overview")).content.decode()
    assert page.count('class="map"') == 1
    assert reverse("insight:area", args=["110105"]) in page
    client.force_login(busy.users["leader"])
    page = client.get(reverse("insight:overview")).content.decode()
    assert 'class="map"' not in page
    assert reverse("insight:area", args=["110105019"]) in page


@pytest.mark.parametrize("name", ["overdue", "soon", "open", "ledger", "nonsense"])
def test_the_orders_behind_a_figure_name_nobody(busy: Town, client: Client, name: str) -> None:
    a_case(busy, at="accepted", name="许大妈", phone="19900007788", address="六号楼二单元301")
    client.force_login(busy.users["leader"])
    page = client.get(reverse("insight:orders", args=["110105"]) + f"?list={name}").content.decode()
    assert "大妈" not in page
    assert "7788" not in page
    assert "301" not in page
    assert "/cases/" not in page


def test_a_confidential_case_is_counted_and_not_listed(busy: Town, client: Client) -> None:
    a_case(busy, at="accepted", confidentiality="hide_case", words="举报三号楼群租房")
    client.force_login(busy.users["leader"])
    page = client.get(reverse("insight:orders", args=["110105"]) + "?list=open").content.decode()
    assert "群租" not in page
    backlog = queries.backlog(column="district_code", code="110105", now=NOW)
    shown = queries.shown_to(
        busy.actor("leader"),
        queries.of_list("open", column="district_code", code="110105", now=NOW),
    )
    assert backlog.open == len(shown) + 1


def test_every_open_order_has_one_age(busy: Town) -> None:
    backlog = queries.backlog(column="district_code", code="110105", now=NOW)
    assert sum(count for _low, _high, count in backlog.ages) == backlog.open > 0


@pytest.mark.parametrize("code", ["110106", "110000", "nowhere"])
def test_an_area_that_is_not_hers_looks_like_none(busy: Town, client: Client, code: str) -> None:
    client.force_login(busy.users["leader"])
    for name in ("area", "orders"):
        assert client.get(reverse(f"insight:{name}", args=[code])).status_code == 404


def test_while_events_wait_the_page_says_until_when_it_counted(busy: Town, client: Client) -> None:
    a_case(busy, at="received")
    _areas, standing = queries.area_and_below("110105")
    assert standing is not None
    assert standing.waiting
    assert standing.as_of(NOW) != NOW
    client.force_login(busy.users["leader"])
    assert client.get(reverse("insight:overview")).status_code == 200
