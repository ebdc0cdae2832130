"""The counters follow the cases: equal to a recount by SQL that shares nothing with them, after whatever happened."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from linli.cases import operations
from linli.insight.counting import SUBSCRIBER, rebuild
from linli.insight.models import MEASURES, Contribution, DailyCount
from linli.insight.subscribers import count
from linli.journal.drainer import drain
from linli.journal.following import SUBSCRIBERS, follow
from linli.journal.models import Cursor
from tests.builders import BESIDE, STEPS, Town, a_case, a_town, take
from tests.conftest import NOW
from tests.journal.conftest import own_chain as own_chain

pytestmark = pytest.mark.django_db

# Each measure by hand: the day on which it counts, and which rows count.
ORDER = "cases_workorder r JOIN cases_case c ON c.id = r.case_id"
PLAIN: dict[str, tuple[str, str, str]] = {
    "received": ("cases_case r JOIN cases_case c ON c.id = r.id", "r.received_at", "true"),
    "closed": ("cases_case r JOIN cases_case c ON c.id = r.id", "r.closed_at", "r.closed_at IS NOT NULL"),
    "dispatched": (ORDER, "r.dispatched_at", "true"),
    "reported": (ORDER, "r.reported_at", "r.reported_at IS NOT NULL"),
    "late": (ORDER, "r.reported_at", "r.reported_at > r.handling_due_at"),
    "due": (ORDER, "r.handling_due_at", "true"),
    "contacted": (ORDER, "r.handling_due_at", "r.first_contact_at IS NOT NULL"),
    "in_time": (ORDER, "r.handling_due_at", "r.first_contact_at <= r.first_contact_due_at"),
    "valid": (ORDER, "r.handling_due_at", "r.followed_up_at IS NOT NULL"),
    "solvable": (ORDER, "r.handling_due_at", "r.followed_up_at IS NOT NULL AND r.resolution <> 'explained'"),
    "solved": (ORDER, "r.handling_due_at", "r.resolution <> 'explained' AND r.answered = 'solved'"),
    "satisfied": (ORDER, "r.handling_due_at", "r.satisfaction <> 'not'"),
}  # fmt: skip


def counted(measure: str) -> dict[tuple[dt.date, str, str, int], int]:
    return {
        (row.day, row.area_code, row.category_code, row.unit_id): getattr(row, measure)
        for row in DailyCount.objects.all()
        if getattr(row, measure)
    }


def plainly(measure: str) -> dict[tuple[dt.date, str, str, int], int]:
    """Count one measure again, cell by cell, from the cases themselves."""
    table, moment, condition = PLAIN[measure]
    areas = ("r.city_code", "r.district_code", "r.street_code", "r.community_code", "''")
    found: dict[tuple[dt.date, str, str, int], int] = {}
    with connection.cursor() as cursor:
        for area in areas:
            for depth in (0, 2, 4, 6, 8):
                unit = "0" if area != "''" else "r.lead_id"
                if area == "''" and table != ORDER:
                    continue
                cursor.execute(
                    f"SELECT ({moment} AT TIME ZONE 'Asia/Shanghai')::date, {area}, left(coalesce(k.code, ''), {depth}),"
                    f" {unit}, count(*) FROM {table} LEFT JOIN cases_category k ON k.id = c.category_id"
                    f" WHERE {condition} AND {area} IS NOT NULL AND length(coalesce(k.code, '')) >= {depth}"
                    " GROUP BY 1, 2, 3, 4"
                )
                found |= {
                    (day, code, about, of): n for day, code, about, of, n in cursor.fetchall()
                }
    return found


def everything() -> list[tuple[Any, ...]]:
    names = ("day", "area_code", "category_code", "unit_id", *MEASURES)
    return sorted(DailyCount.objects.values_list(*names))


def follow_all() -> None:
    """Seal what happened and let the counters follow, in small batches as on a busy day."""
    while drain(now=NOW, limit=7).count:
        pass
    while follow(SUBSCRIBERS[SUBSCRIBER], now=NOW, limit=7):
        pass


@pytest.fixture
def town() -> Town:
    return a_town()


@pytest.fixture
def busy(town: Town) -> Town:
    """A case at every state there is, in two communities, one of them without a category."""
    for at in (*STEPS, *BESIDE, "merged"):
        a_case(town, at=at)
    a_case(town, at="received", category=None)
    a_case(town, at="closed", satisfaction="not", answered="not_solved")
    a_case(town, at="closed", resolution="explained", now=NOW - dt.timedelta(days=40))
    return town


@pytest.mark.parametrize("measure", MEASURES)
def test_the_counters_equal_a_recount_by_sql(busy: Town, measure: str) -> None:
    follow_all()
    assert counted(measure) == plainly(measure)
    assert counted(measure) or measure == "late"


def test_what_changes_later_moves_from_its_old_cell_to_the_new_one(busy: Town) -> None:
    closed = a_case(busy, at="closed", now=NOW - dt.timedelta(hours=2))
    follow_all()
    before = counted("closed")
    operations.reopen(actor=busy.actor("operator"), case_id=closed.pk, because="又坏了")
    operations.categorise(
        actor=busy.actor("dispatcher"), case_id=closed.pk, category=busy.categories["0405"]
    )
    follow_all()
    assert sum(counted("closed").values()) < sum(before.values())
    for measure in MEASURES:
        assert counted(measure) == plainly(measure)


def test_rebuilding_gives_the_same_and_mends_what_was_wrong(busy: Town) -> None:
    follow_all()
    followed = everything()
    DailyCount.objects.filter(area_code="110105").update(received=999)
    assert rebuild() == Contribution.objects.values("case_id").distinct().count()
    assert everything() == followed
    assert Cursor.objects.get(name=SUBSCRIBER).position > 0
    follow_all()
    assert everything() == followed


def test_a_batch_told_twice_counts_once(busy: Town) -> None:
    from linli.journal.queries import sealed_after

    follow_all()
    followed = everything()
    count(sealed_after(0, limit=500))
    assert everything() == followed


def test_an_order_that_is_handed_over_leaves_the_old_unit(town: Town) -> None:
    case = a_case(town, at="objecting")
    follow_all()
    take(
        town.actor("office"),
        case,
        "rule_elsewhere",
        lead_id=town.units["street-019"].pk,
        ruling="归街道",
    )
    follow_all()
    assert not DailyCount.objects.filter(unit_id=town.units["committee-029"].pk).exists()
    assert DailyCount.objects.filter(unit_id=town.units["street-019"].pk).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"area_code": "110105", "received": -1},
        {"area_code": "110105", "unit_id": 3},
        {"area_code": "", "unit_id": 0},
    ],
)
def test_the_database_refuses_a_cell_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DailyCount.objects.create(day=NOW.date(), **wrong)


def test_a_cell_stands_once() -> None:
    DailyCount.objects.create(day=NOW.date(), area_code="110105")
    with pytest.raises(IntegrityError), transaction.atomic():
        DailyCount.objects.create(day=NOW.date(), area_code="110105")
