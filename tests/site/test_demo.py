"""The demo city: the same for the same moment, never in the future, and enough for every page."""

import datetime as dt
import random
import re
from collections import Counter

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from linli.accounts.models import User
from linli.accounts.permissions import ROLES
from linli.accounts.queries import actor_of
from linli.cases import queries
from linli.cases.catalogue.shipped import shipped
from linli.cases.events import EVENT_OF_MOVE
from linli.cases.flows import CASE, ORDER, TASK
from linli.cases.models import Application, Case, CoTask
from linli.kernel.actor import Actor
from linli.kernel.models import Event
from linli.site.demo.days import HOURS, WAITS, WEEKDAYS, call_times, wait
from linli.site.demo.load import load_demo, planned
from linli.site.demo.matters import PRIVATE, STATUTORY, matters
from linli.site.demo.people import COMMITTEE_OF, EVERYBODY, HANDLERS, PARTNERS, TEAMS, UNITS
from linli.site.demo.ways import BLOCK, WAYS
from linli.site.digest_command import digest
from tests.conftest import NOW

CASES = 110


def test_matters_are_whole_different_and_of_every_first_level() -> None:
    known = [*matters(), *STATUTORY, *PRIVATE]
    assert len({matter.request.words for matter in known}) == len(known) >= 150
    codes = {row.code for row in shipped()}
    assert {matter.category for matter in known} <= codes
    assert {matter.category[:2] for matter in known} == {code for code in codes if len(code) == 2}
    for matter in matters():
        request = matter.request
        assert all((request.title, request.words, request.why, request.contact, request.reply))


def test_every_unit_that_leads_has_somebody_who_handles() -> None:
    units = {unit.code for unit in UNITS}
    assert {person.unit for person in EVERYBODY} <= units
    for committee, street in COMMITTEE_OF.values():
        assert {committee, street} <= HANDLERS.keys()
    assert [len(TEAMS[f"committee-{name}"]) for name in ("shuanghe", "huamao")] == [13, 13]
    assert len({person.username for person in EVERYBODY}) == len(EVERYBODY)
    assert PARTNERS.keys() <= units


def test_calls_come_like_the_messages_of_the_board() -> None:
    moments = call_times(4000, now=NOW, days=60, rng=random.Random(1))
    assert all(NOW - dt.timedelta(days=60) < moment < NOW for moment in moments)
    hours = Counter(moment.hour for moment in moments)
    days = Counter(moment.weekday() for moment in moments)
    assert max(abs(hours[h] / 4000 - HOURS[h] / sum(HOURS)) for h in range(24)) < 0.03
    # Sixty days hold no weekday more than nine times and none less than eight.
    assert max(abs(days[d] / 4000 - WEEKDAYS[d] / sum(WEEKDAYS)) for d in range(7)) < 0.04


def test_waiting_times_have_the_shape_of_the_boards_replies() -> None:
    limit = dt.timedelta(days=7)
    rng = random.Random(1)
    drawn = sorted(wait(limit, rng=rng) for _ in range(4000))
    in_time = sum(span <= limit for span in drawn) / len(drawn)
    assert 0.92 < in_time < 0.97
    half = dict(WAITS)[0.5] / dict(WAITS)[0.9]
    assert abs(drawn[2000] / limit - half) < 0.04


def test_the_plan_follows_from_its_moment_and_holds_every_way() -> None:
    plan = planned(NOW, cases=300)
    assert plan == planned(NOW, cases=300)
    assert plan != planned(NOW + dt.timedelta(hours=1), cases=300)
    assert len({script.number for script in plan}) == len(plan) == 300
    verbs = Counter(step.verb for script in planned(NOW, cases=1200) for step in script.steps)
    assert verbs.keys() >= {"clear_hold", "return_task", "merge", "reopen", "rework", "exclude"}
    assert 9_000 < sum(verbs.values()) + 1200 < 13_000
    assert len(BLOCK) == sum(count for _way, count in WAYS) <= 100


@pytest.mark.slow
@pytest.mark.django_db
def test_a_city_is_loaded_once_goes_on_after_a_kill_and_shows_something_to_everybody(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    def kill(done: int, total: int) -> None:
        if done == 30:
            raise Killed

    with pytest.raises(Killed):
        load_demo(now=NOW, cases=CASES, progress=kill)
    # A day later: the city that stands keeps its moment and its number of cases.
    later = NOW + dt.timedelta(days=1)
    loaded = load_demo(now=later, cases=CASES)
    assert (loaded.created, loaded.cases, loaded.as_of) == (CASES - 30, CASES, NOW)
    assert load_demo(now=later, cases=500).created == 0

    assert not Event.objects.filter(at__gt=NOW).exists()
    assert Case.objects.everywhere("test").filter(source="demo").count() == CASES
    _every_move_was_taken()
    _everybody_has_something()
    _a_case_cut_off_in_its_middle_goes_on()
    monkeypatch.setattr(settings.LINLI, "demo", True)
    page = client.get(reverse("accounts:choose_role")).content.decode()
    assert {user.username for user in User.objects.filter(grants__isnull=False)} == set(
        re.findall(r'name="username" value="([^"]+)"', page)
    )
    for role in ROLES:
        assert User.objects.filter(grants__role=role).exists()


def _every_move_was_taken() -> None:
    told = set(Event.objects.values_list("name", flat=True))
    moves = {move.name for flow in (CASE, ORDER, TASK) for move in flow.moves}
    # What only files, clocks and corrections do does not happen by itself.
    beside = {"take_over", "take_over_closed", "triage", "wake", "withdraw_task", "take_on"}
    missing = {
        name for name in moves - beside if EVENT_OF_MOVE.get(name, "case.closed") not in told
    }
    assert missing <= {"clear_hold", "return_task"}
    assert set(CoTask.objects.values_list("state", flat=True)) >= {"coming", "done"}
    assert set(Application.objects.values_list("kind", flat=True)) >= {"hold", "pause", "extension"}


def _everybody_has_something() -> None:
    users = {user.username: user for user in User.objects.all()}

    def actor(name: str) -> Actor:
        return actor_of(users[name], now=NOW)

    assert len(queries.orders_of(actor("worker-shuanghe"))) >= 2
    assert len(queries.received(actor=actor("dispatcher"))) >= 5
    assert len(queries.to_rule(actor("office"))) >= 1
    assert len(queries.to_decide(actor("office"))) >= 2
    assert len(queries.to_decide(actor("officer-fatou"))) >= 1
    assert len(queries.to_verify(actor("officer-fatou"))) >= 1
    assert len(queries.to_follow_up(actor=actor("follow-up"))) >= 1
    assert len(queries.tasks_of(actor("partner-hemu"))) >= 1
    assert len(queries.tasks_of(actor("parks"))) >= 1
    assert len(queries.held_by(actor("officer-chaoyang"))) >= 1
    assert len(queries.to_decide(actor("officer-balizhuang"))) >= 1


def _a_case_cut_off_in_its_middle_goes_on() -> None:
    """The digest is that of an undisturbed load: whatever was cut off was gone on with."""
    before = digest(times=True)
    assert load_demo(now=NOW, cases=CASES).created == 0
    assert digest(times=True) == before
