"""Seeded cases stand as if people had worked on them: same tables, same rules, same history."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from linli.accounts.operations import installer
from linli.cases import events
from linli.cases.catalogue.models import Category, DutyItem
from linli.cases.catalogue.operations import load_categories
from linli.cases.catalogue.shipped import shipped
from linli.cases.clocks.queries import profile_for
from linli.cases.models import Case, CaseSearch, ClockAlert, Requester, WorkOrder
from linli.cases.story import story_of
from linli.kernel.models import Event, Outbox
from linli.site.seeding import drawing, filling
from linli.site.seeding.copying import Copier
from linli.site.seeding.drawing import batch, texts
from linli.site.seeding.rows import Cast, Rows, Where
from tests.builders import Town, a_case, a_town
from tests.cases.pages import a_browser
from tests.conftest import NOW

SPAN = dt.timedelta(days=365)


def drawn(seed: int = 1, cases: int = 2_000, number: int = 0) -> list[drawing.Drawn]:
    return list(batch(number, seed=seed, cases=cases, places=[1, 5], as_of=NOW))


# — drawing —


def test_the_same_seed_draws_the_same_and_another_something_else() -> None:
    assert drawn() == drawn()
    assert drawn() != drawn(seed=2)
    assert drawn(number=1) != drawn(number=0)
    assert texts(1) == texts(1) != texts(2)


def test_cases_come_in_order_within_the_span_and_nothing_lies_ahead() -> None:
    found = [*drawn(), *drawn(number=1)]
    assert len(found) == 2_000
    assert [one.index for one in found] == list(range(2_000))
    for one in found:
        assert NOW - SPAN <= one.moments[0] <= NOW
        assert list(one.moments) == sorted(one.moments)
        assert one.moments[-1] <= NOW
        if NOW - one.moments[0] > drawing.SETTLED:
            assert one.state == "closed"
    assert {one.state for one in drawn(cases=200_000, number=199)} >= {"received", "in_progress"}


# — in the tables —


@pytest.fixture
def town(db: None) -> Town:
    return a_town()


def cast_of(town: Town) -> Cast:
    root = installer(now=NOW, permissions=frozenset({"cases.catalogue"}))
    load_categories(actor=root, rows=list(shipped()))
    profile = profile_for(None, at=NOW)
    assert profile is not None
    users = {user.username: (user.pk, user.organisation_id) for user in town.users.values()}
    committee = (town.units["committee-029"].pk, town.users["worker"].pk)
    street = (town.units["street-019"].pk, None)
    return Cast(
        categories=dict(Category.objects.values_list("code", "pk")),
        duties=list(
            DutyItem.objects.filter(kind="committee").values_list("category__code", "valid_from")
        ),
        texts=texts(1),
        places=[
            Where(town.places[code], {"committee": committee, "street": street})
            for code in ("110105019029", "110105019030")
        ],
        classes={one.code: one for one in profile.classes.all()},
        users={
            "operator": users["sun"],
            "dispatcher": users["zhao"],
            "follow_up": users["zhou"],
            "sweeper": (None, None),
        },
    )


@pytest.fixture
def seeded(town: Town, as_owner: Callable[[], None]) -> list[Case]:
    """The oldest, all closed, and the youngest of many, which stand at every step."""
    as_owner()
    some = [*drawn()[:40], *drawn(cases=200_000, number=199)[-60:]]
    rows = Rows(cast_of(town), NOW)
    rows.add(some, counters=range(1_000, 1_100))
    rows.write()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return list(Case.objects.everywhere("test").filter(source="seed").order_by("pk"))


@pytest.fixture
def as_owner() -> Callable[[], None]:
    """Seeding is the owner's work; everything else in the tests is the application's."""

    def become() -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")

    return become


def test_every_step_is_there_and_each_has_its_history(seeded: list[Case]) -> None:
    assert len(seeded) == 100
    assert {case.state for case in seeded} == {"received", "in_handling", "closed"}
    for case in seeded:
        history = list(Event.objects.filter(stream_kind="case", stream_id=case.pk).order_by("seq"))
        assert [event.seq for event in history] == list(range(1, case.version + 1))
        assert [event.at for event in history] == sorted(event.at for event in history)
        assert history[0].name == "case.received"
        assert len(story_of(case)) >= 1
    assert Outbox.objects.count() == Event.objects.count()


def test_events_say_what_the_operations_would_say(seeded: list[Case]) -> None:
    known = {kind.event_name: kind for kind in vars(events).values() if hasattr(kind, "event_name")}
    for event in Event.objects.filter(stream_kind="case"):
        fields = {field.name for field in dataclasses.fields(known[event.name])}
        assert set(event.payload) == fields, event.name


def test_seeded_cases_are_found_opened_and_counted(town: Town, seeded: list[Case]) -> None:
    case = next(case for case in seeded if "电梯" in case.words)
    browser = a_browser(town.users["operator"])
    found = browser.get("/search/", {"q": f"电梯 {case.address}"}).content.decode()
    assert f"/cases/{case.number}/" in found
    assert browser.get(f"/cases/{case.number}/").status_code == 200
    assert CaseSearch.objects.count() == Requester.objects.count() == len(seeded)


def test_alerts_stand_as_the_sweep_leaves_them(seeded: list[Case]) -> None:
    assert ClockAlert.objects.count() == 6 * WorkOrder.objects.count() > 0
    for alert in ClockAlert.objects.select_related("order"):
        assert alert.due_at is not None
        settled = alert.raised_at or alert.lapsed_at
        assert (settled is not None) == (alert.due_at <= NOW)
        if alert.raised_at:
            assert alert.order.reported_at is None or alert.raised_at < alert.order.reported_at


def test_a_seeded_row_has_all_that_a_worked_one_has(town: Town, seeded: list[Case]) -> None:
    """Columns filled by the operations are filled here too, so that benches measure the real row."""
    worked = a_case(town, at="closed", title="电梯", address="3号楼")
    like = next(case for case in seeded if case.state == "closed")
    # Seeded words come back a thousand times and are nobody's own: nobody says the same as somebody else.
    assert empty(like) <= empty(worked) | {"intake_key", "words_hash"}
    # No entry led a seeded order anywhere: its unit was drawn, not looked up.
    assert empty(like.lead_order) <= empty(worked.lead_order) | {"catalogue_entry"}


def empty(row: Any) -> set[str]:
    return {
        field.name
        for field in row._meta.concrete_fields
        if getattr(row, field.attname) in (None, "")
    }


def test_a_row_against_a_rule_is_refused_by_the_database(
    town: Town, as_owner: Callable[[], None]
) -> None:
    as_owner()
    rows = Rows(cast_of(town), NOW)
    rows.add(drawn()[:1], counters=[1])
    (case,) = rows.tables[Case]
    rows.tables[Case] = [tuple("nonsense" if value == "closed" else value for value in case)]
    with (
        pytest.raises(
            psycopg.errors.CheckViolation, match=r"case_closed_has_time|case_state_known"
        ),
        transaction.atomic(),
    ):
        rows.write()


def test_a_column_that_is_none_is_noticed() -> None:
    with pytest.raises(LookupError, match="colour"):
        Copier(Case, ("id", "colour"))


def test_a_second_run_adds_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "load_demo", lambda **given: None)
    monkeypatch.setattr(filling, "_offices", lambda as_of: None)
    monkeypatch.setattr(filling, "_cast", lambda seed, as_of: cast_of(town))
    monkeypatch.setattr(filling, "BATCH", 50)
    monkeypatch.setattr(drawing, "BATCH", 50)
    done: list[tuple[int, int]] = []

    def told(so_far: int, total: int) -> None:
        done.append((so_far, total))

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    given: dict[str, Any] = {"seed": 1, "as_of": NOW, "progress": told}
    assert filling.fill(cases=100, **given) == 100
    assert done == [(50, 100), (100, 100)]
    assert filling.fill(cases=100, **given) == 0
    assert Case.objects.everywhere("test").filter(source="seed").count() == 100
