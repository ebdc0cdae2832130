"""What a lead asks the level above for, and what its clocks do then."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from linli.cases import guards, operations
from linli.cases.clocks.sweeping import renew_deadlines, sweep_alerts
from linli.cases.models import Application, Case, ClockAlert
from linli.cases.operations.applying import TOO_MUCH, UNTIL_PAST, UNTIL_TOO_FAR, WRONG_GROUND
from linli.cases.operations.deciding import TIME_IS_OVER
from linli.cases.parts import LAPSED
from linli.cases.privacy.redactors import GONE, overwrite_texts
from linli.cases.queries import to_decide
from linli.cases.rules import REASONS, decider_depth
from linli.cases.story import story_of
from linli.kernel.actor import Actor
from linli.kernel.errors import FIELD_NEEDED, MOVED_ALREADY, NOT_ALLOWED, RuleBroken
from linli.territory.calendar.files import weekday_rule
from linli.territory.calendar.operations import apply_year
from tests.builders import Town, a_case, take
from tests.cases.expect import refused as refused_by
from tests.cases.pages import a_client
from tests.cases.people import a_person
from tests.cases.standing import standing_town
from tests.conftest import NOW

DAY = dt.timedelta(days=1)
ASKED: dict[str, dict[str, Any]] = {
    "ask_pause": {"reason": "third_party_test", "words": "等检测报告"},
    "ask_extension": {"reason": "material", "words": "等电机", "told": "电话告知了", "amount": 3},
    "ask_hold": {"reason": "funds", "words": "明年有资金"},
    "ask_exclusion": {"reason": "force_majeure", "words": "暴雨停电", "evidence": "供电局通知"},
    "escalate": {"reason": "no_power", "words": "要住建委一起"},
}
DAYS = {"ask_pause": 5, "ask_hold": 60, "ask_exclusion": 90}
GRANTED = {
    "ask_pause": ("pause", "pause", "street_officer"),
    "ask_extension": ("extend", "extension", "office"),
    "ask_hold": ("hold", "hold", "district_officer"),
    "ask_exclusion": ("exclude", "exclusion", "office"),
    "escalate": ("answer_call", "escalation", "street_officer"),
}


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with translation.override("zh-hans"):  # whatever language a test before this one left
        yield standing_town()


def ask(town: Town, case: Case, name: str, *, now: dt.datetime = NOW, **given: Any) -> Application:
    given = {**ASKED[name], **given}
    if name in DAYS and "until" not in given:
        given.setdefault("days", DAYS[name])
    return take(town.actor("worker", now=now), case, name, **given)


def grant(town: Town, case: Case, name: str, *, now: dt.datetime = NOW, **given: Any) -> Any:
    verb, kind, who = GRANTED[name]
    actor = town.actor(who, now=now)
    return take(actor, case, verb, asked=kind, **{"decision": "同意", **given})


def order_of(case: Case) -> Any:
    found = Case.objects.everywhere("test").select_related("lead_order__clock_class__profile")
    return found.get(pk=case.pk).lead_order


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_for_waits_and_changes_nothing(town: Town, name: str) -> None:
    case = a_case(town, at="in_progress")
    before = order_of(case)
    asked = ask(town, case, name)
    after = order_of(case)
    assert (after.state, after.handling_due_at) == (before.state, before.handling_due_at)
    assert asked.decided_at is None
    with pytest.raises(RuleBroken) as refused:
        ask(town, case, name)
    assert refused.value.refusal is MOVED_ALREADY  # by a colleague, or by herself
    assert refused.value.facts["who"] == "李社工"


@pytest.mark.parametrize("name", ASKED)
def test_a_second_person_of_the_right_level_grants_it(town: Town, name: str) -> None:
    case = a_case(town, at="in_progress")
    ask(town, case, name)
    grant(town, case, name)
    told = story_of(Case.objects.everywhere("test").get(pk=case.pk))
    assert told[-1].body == "同意"
    assert told[-2].body == ASKED[name]["words"]
    with pytest.raises(Application.DoesNotExist):
        grant(town, case, name)
    asked = Application.objects.get(order__case=case)
    verb = getattr(operations, GRANTED[name][0])
    with pytest.raises(RuleBroken) as refused:
        verb(
            actor=town.actor(GRANTED[name][2]),
            case_id=case.pk,
            application_id=asked.pk,
            decision="同意",
        )
    assert refused.value.refusal is MOVED_ALREADY
    assert refused.value.facts["who"] == town.users[GRANTED[name][2]].display_name


@pytest.mark.parametrize("name", ASKED)
def test_whoever_could_grant_it_may_refuse_it_saying_why(town: Town, name: str) -> None:
    case = a_case(town, at="in_progress")
    asked = ask(town, case, name)
    actor = town.actor(GRANTED[name][2])
    given = {"case_id": case.pk, "application_id": asked.pk}
    with pytest.raises(RuleBroken) as refused:
        operations.refuse(actor=actor, decision=" ", **given)
    assert refused.value.refusal is FIELD_NEEDED
    order = operations.refuse(actor=actor, decision="材料已到", **given)
    assert (order.state, order.pause_count, order.extension) == ("in_progress", 0, 0)
    ask(town, case, name)  # asked anew: nothing stands in the way


@pytest.mark.parametrize("name", ASKED)
def test_nobody_of_another_level_or_unit_decides(town: Town, name: str) -> None:
    case = a_case(town, at="in_progress")
    asked = ask(town, case, name)
    verb, kind, _who = GRANTED[name]
    depth = decider_depth(kind, lead_kind="committee")
    people = {
        2: a_person(town, "street_officer", place="110105019", unit=None),
        1: a_person(town, "district_officer", place="110105", unit=None),
        0: a_person(town, "hotline_officer", place="110000"),
    }
    given = {"case_id": case.pk, "application_id": asked.pk, "decision": "不行"}
    for level, actor in people.items():
        if level > depth:
            for act in (getattr(operations, verb), operations.refuse):
                with pytest.raises(RuleBroken) as refused:
                    act(actor=actor, **given)
                assert refused.value.code.startswith("order.not_")
    next_door = a_person(town, "street_officer", place="110105015", unit=None)
    with pytest.raises(Case.DoesNotExist):
        operations.refuse(actor=next_door, **given)
    with pytest.raises(RuleBroken) as refused:
        operations.refuse(actor=town.actor("worker"), **given)
    assert refused.value.refusal is NOT_ALLOWED
    operations.refuse(actor=people[depth], **given)


def test_nobody_decides_her_own_application_even_with_both_roles(town: Town) -> None:
    case = a_case(town, at="in_progress", lead="street-019", now=NOW)
    both = Actor(
        user_id=town.users["district_officer"].pk,
        name="秦区办",
        grants=(*town.actor("district_officer").grants, *town.actor("street_officer").grants),
        now=NOW,
        organisation_id=town.units["street-019"].pk,
    )
    asked = take(both, case, "ask_pause", **ASKED["ask_pause"], days=3)
    elsewhere = Actor(
        user_id=both.user_id, name=both.name, grants=both.grants, now=NOW, organisation_id=None
    )
    with pytest.raises(RuleBroken) as refused:
        operations.pause(actor=elsewhere, case_id=case.pk, application_id=asked.pk)
    assert refused.value.refusal is guards.SAME_PERSON
    with pytest.raises(RuleBroken) as refused:
        operations.pause(
            actor=Actor(
                user_id=town.users["leader"].pk,
                name="王主任",
                grants=both.grants,
                now=NOW,
                organisation_id=both.organisation_id,
            ),
            case_id=case.pk,
            application_id=asked.pk,
        )
    assert refused.value.refusal is guards.NOT_ABOVE


@pytest.mark.parametrize(
    ("kind", "lead_kind", "depth"),
    [
        ("pause", "committee", 2),
        ("pause", "property", 2),
        ("pause", "street", 1),
        ("pause", "district", 0),
        ("pause", "department", 0),
        ("escalation", "service_station", 2),
        ("hold", "committee", 1),
        ("hold", "street", 1),
        ("hold", "department", 0),
        ("extension", "committee", 0),
        ("exclusion", "street", 0),
    ],
)
def test_who_decides_what(kind: str, lead_kind: str, depth: int) -> None:
    assert decider_depth(kind, lead_kind=lead_kind) == depth


@pytest.mark.parametrize("name", ["ask_pause", "ask_hold", "ask_exclusion"])
def test_a_time_lies_ahead_but_not_too_far(town: Town, name: str) -> None:
    case = a_case(town, at="in_progress")
    most = {"ask_pause": 15, "ask_hold": 90, "ask_exclusion": 366}[name]
    for until, refusal in (
        (NOW, UNTIL_PAST),
        (NOW + dt.timedelta(days=most, seconds=1), UNTIL_TOO_FAR),
        (None, FIELD_NEEDED),
    ):
        with pytest.raises(RuleBroken) as refused:
            ask(town, case, name, until=until)
        assert refused.value.refusal is refusal
    ask(town, case, name, until=NOW + dt.timedelta(days=most))


@pytest.mark.parametrize("name", ["ask_pause", "ask_hold"])
def test_a_time_that_has_passed_is_not_granted(town: Town, name: str) -> None:
    case = a_case(town, at="in_progress", urgency="C")
    ask(town, case, name, until=NOW + DAY)
    with pytest.raises(RuleBroken) as refused:
        grant(town, case, name, now=NOW + DAY)
    assert refused.value.refusal is TIME_IS_OVER


def test_each_kind_knows_its_own_grounds(town: Town) -> None:
    case = a_case(town, at="in_progress")
    for name in ASKED:
        kind = GRANTED[name][1]
        others = {one for known in REASONS.values() for one in known} - set(REASONS[kind])
        for reason in (*others, "nothing"):
            with pytest.raises(RuleBroken) as refused:
                ask(town, case, name, reason=reason)
            assert refused.value.refusal is WRONG_GROUND


# — what nobody decided in time —


@pytest.mark.parametrize("name", [name for name in ASKED if name != "ask_exclusion"])
def test_what_the_order_overtakes_ends_by_itself_and_says_so(town: Town, name: str) -> None:
    case = a_case(town, at="in_progress")
    asked = ask(town, case, name)
    report = {"resolution": "solved", "public_reply": "好了", "evidence": "完工单"}
    operations.report(actor=town.actor("worker", now=NOW + DAY), case_id=case.pk, **report)
    asked.refresh_from_db()
    assert (asked.lapsed_at, asked.decided_at, asked.waits) == (NOW + DAY, None, False)
    told = story_of(Case.objects.everywhere("test").get(pk=case.pk))[-1]
    assert ("未决定即随之结束的申请", "1") in told.facts
    decider = town.actor(GRANTED[name][2], now=NOW + DAY)
    assert asked not in to_decide(decider)
    with refused_by(LAPSED):
        operations.refuse(
            actor=decider, decision="不同意", case_id=case.pk, application_id=asked.pk
        )
    page = a_client(town.users["worker"], language="zh-hans")
    page = page.get(reverse("cases:case", args=[case.number])).content.decode()
    assert "自行结束" in page


def test_an_exclusion_is_decided_after_the_report_too(town: Town) -> None:
    case = a_case(town, at="in_progress")
    asked = ask(town, case, "ask_exclusion")
    report = {"resolution": "solved", "public_reply": "好了", "evidence": "完工单"}
    operations.report(actor=town.actor("worker"), case_id=case.pk, **report)
    asked.refresh_from_db()
    assert asked.waits
    with pytest.raises(IntegrityError, match="lapsed_or_decided"), transaction.atomic():
        Application.objects.filter(pk=asked.pk).update(lapsed_at=NOW)


def test_what_has_lapsed_stays_so(town: Town) -> None:
    case = a_case(town, at="in_progress")
    asked = ask(town, case, "ask_pause")
    rows = Application.objects.filter(pk=asked.pk)
    rows.update(lapsed_at=NOW)
    decided = {"decided_at": NOW, "decided_by": town.users["office"].pk, "is_granted": True}
    for change in (decided, {"lapsed_at": None}, {"lapsed_at": NOW + DAY}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    assert ask(town, case, "ask_pause").waits, "it is asked anew"


# — clocks —


def test_a_pause_moves_the_deadline_by_its_length_and_its_alerts(town: Town) -> None:
    case = a_case(town, at="in_progress")
    before = order_of(case)
    ask(town, case, "ask_pause", days=5)
    order = grant(town, case, "ask_pause", now=NOW + DAY)
    assert order.state == "paused"
    assert order.handling_due_at == before.handling_due_at + 4 * DAY
    assert order.first_contact_due_at == before.first_contact_due_at
    alert = ClockAlert.objects.get(order=order, clock="handling", percent=100)
    assert alert.due_at == order.handling_due_at


def test_a_lead_goes_on_before_the_pause_is_over_and_the_clock_with_it(town: Town) -> None:
    case = a_case(town, at="in_progress")
    before = order_of(case)
    ask(town, case, "ask_pause", days=5)
    grant(town, case, "ask_pause")
    with pytest.raises(RuleBroken):
        operations.report(
            actor=town.actor("worker"),
            case_id=case.pk,
            resolution="solved",
            public_reply="好了",
            evidence="完工单",
        )
    order = operations.resume(actor=town.actor("worker", now=NOW + 2 * DAY), case_id=case.pk)
    assert order.state == "in_progress"
    assert order.handling_due_at == before.handling_due_at + 2 * DAY


def test_a_pause_that_is_over_ends_by_itself_and_costs_no_time(town: Town) -> None:
    case = a_case(town, at="in_progress")
    before = order_of(case)
    ask(town, case, "ask_pause", days=5)
    grant(town, case, "ask_pause")
    sweeper = town.actor("administrator", now=NOW + 5 * DAY - dt.timedelta(seconds=1))
    assert operations.wake(actor=sweeper) == 0
    late = town.actor("administrator", now=NOW + 7 * DAY)
    assert operations.wake(actor=late) == 1
    assert operations.wake(actor=late) == 0
    order = order_of(case)
    assert order.state == "in_progress"
    assert order.handling_due_at == before.handling_due_at + 5 * DAY
    told = story_of(Case.objects.everywhere("test").get(pk=case.pk))[-1]
    assert told.what == "暂停到期，办理钟继续走"


def test_an_order_is_paused_twice_at_most(town: Town) -> None:
    case = a_case(town, at="in_progress", urgency="C")
    for index in range(2):
        now = NOW + index * DAY
        ask(town, case, "ask_pause", now=now, days=1)
        grant(town, case, "ask_pause", now=now)
        operations.resume(
            actor=town.actor("worker", now=now + dt.timedelta(hours=1)), case_id=case.pk
        )
    with pytest.raises(RuleBroken) as refused:
        ask(town, case, "ask_pause", now=NOW + 2 * DAY)
    assert refused.value.refusal is guards.PAUSED_TWICE


def test_an_extension_is_asked_before_the_end_once_and_at_most_the_limit(town: Town) -> None:
    case = a_case(town, at="in_progress")
    due = order_of(case).handling_due_at
    for amount in (0, 8, None):
        with pytest.raises(RuleBroken) as refused:
            ask(town, case, "ask_extension", amount=amount)
        assert refused.value.refusal in (TOO_MUCH, FIELD_NEEDED)
    with pytest.raises(RuleBroken) as refused:
        ask(town, case, "ask_extension", told=" ")
    assert refused.value.field == "told"  # article 15: openly
    with pytest.raises(RuleBroken) as refused:
        ask(town, case, "ask_extension", now=due + dt.timedelta(seconds=1))
    assert refused.value.refusal is guards.TOO_LATE_TO_EXTEND
    ask(town, case, "ask_extension", now=due, amount=7)
    order = grant(town, case, "ask_extension", now=due + dt.timedelta(hours=2))
    assert order.handling_due_at == due + 7 * DAY
    with pytest.raises(RuleBroken) as refused:
        ask(town, case, "ask_extension", now=due + DAY)
    assert refused.value.refusal is MOVED_ALREADY


def test_on_the_ledger_the_clock_stands_until_the_district_clears_it(town: Town) -> None:
    case = a_case(town, at="in_progress")
    before = order_of(case)
    ask(town, case, "ask_hold", days=60)
    order = grant(town, case, "ask_hold")
    assert (order.state, order.handling_due_at) == ("on_ledger", before.handling_due_at)
    alerts = ClockAlert.objects.filter(order=order, clock="handling", raised_at__isnull=True)
    assert {alert.due_at for alert in alerts if alert.percent > 50} == {None}
    sweeper = town.actor("administrator", now=before.handling_due_at + DAY)
    assert sweep_alerts(actor=sweeper).raised == 0

    # Looked at again in time: held on, by a new application.
    ask(town, case, "ask_hold", now=NOW + 59 * DAY, days=90)
    grant(town, case, "ask_hold", now=NOW + 60 * DAY)
    assert Application.objects.filter(order=order, ended_at__isnull=True).count() == 1

    later = NOW + 100 * DAY
    actor = town.actor("district_officer", now=later)
    with pytest.raises(RuleBroken) as refused:
        operations.clear_hold(actor=actor, case_id=case.pk, clearing="")
    assert refused.value.refusal is FIELD_NEEDED
    with pytest.raises(RuleBroken) as refused:
        operations.clear_hold(
            actor=town.actor("street_officer"), case_id=case.pk, clearing="资金到了"
        )
    assert refused.value.refusal is guards.NOT_THE_DISTRICT
    order = operations.clear_hold(actor=actor, case_id=case.pk, clearing="资金到了")
    assert order.state == "in_progress"
    assert order.handling_due_at == before.handling_due_at + 100 * DAY
    assert story_of(Case.objects.everywhere("test").get(pk=case.pk))[-1].body == "资金到了"


def test_a_changed_calendar_keeps_pauses_and_extensions(town: Town) -> None:
    case = a_case(town, at="in_progress", kind="inquiry")
    ask(town, case, "ask_extension", amount=1)
    grant(town, case, "ask_extension")
    due = order_of(case).handling_due_at
    apply_year(
        actor=town.actor("administrator", now=NOW + dt.timedelta(minutes=1)),
        year=NOW.year,
        days=weekday_rule(NOW.year),
        source="test",
    )
    sweeper = town.actor("administrator", now=NOW + dt.timedelta(minutes=2))
    assert renew_deadlines(actor=sweeper) == 1
    assert order_of(case).handling_due_at == due


# — the database —


def test_the_database_refuses_what_no_rule_lets_through(town: Town) -> None:
    case = a_case(town, at="in_progress")
    asked = ask(town, case, "ask_pause")
    rows = Application.objects.filter(pk=asked.pk)
    decided = {"decided_at": NOW, "is_granted": True}
    other = town.users["leader"].pk
    for changes, constraint in (
        ({**decided, "decided_by": asked.user_id}, "application_by_two_persons"),
        (decided, "application_decision_is_whole"),
        ({**decided, "decided_by": other, "until": NOW + 16 * DAY}, "application_not_too_far"),
        ({"until": None}, "application_kind_has_its_facts"),
        ({"ended_at": NOW}, "application_ends_after_grant"),
        ({"kind": "exclusion"}, "application_kind_has_its_facts"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            rows.update(**changes)
    twin = rows.get()
    twin.pk = None
    with pytest.raises(IntegrityError, match="application_one_waits"), transaction.atomic():
        twin.save(force_insert=True)
    grant(town, case, "ask_pause")
    with pytest.raises(DatabaseError, match="application_is_final"), transaction.atomic():
        rows.update(is_granted=False)
    ordered = case.lead_order
    with pytest.raises(IntegrityError, match="order_counts_in_bounds"), transaction.atomic():
        type(ordered).objects.filter(pk=ordered.pk).update(pause_count=3)


def test_the_database_knows_one_extension(town: Town) -> None:
    case = a_case(town, at="in_progress")
    ask(town, case, "ask_extension")
    grant(town, case, "ask_extension")
    twin = Application.objects.get(order__case=case)
    twin.pk = None
    with pytest.raises(IntegrityError, match="application_one_extension"), transaction.atomic():
        twin.save(force_insert=True)


def test_words_of_what_is_final_give_way_to_retention_alone(town: Town) -> None:
    case = a_case(town, at="on_ledger")
    operations.clear_hold(
        actor=town.actor("district_officer"), case_id=case.pk, clearing="资金到了"
    )
    rows = Application.objects.filter(order__case=case)
    with pytest.raises(DatabaseError, match="application_is_final"), transaction.atomic():
        rows.update(words="改写")
    with pytest.raises(DatabaseError, match="application_has_ended"), transaction.atomic():
        rows.update(clearing="改写")
    assert overwrite_texts([case.pk]) > 0
    gone = rows.get()
    assert (gone.words, gone.clearing, gone.is_granted) == (GONE, GONE, True)
