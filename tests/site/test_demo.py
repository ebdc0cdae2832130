"""The demo city: the same for the same moment, never in the future, and enough for every page."""

import datetime as dt

import pytest

from linli.accounts.models import User
from linli.accounts.queries import actor_of
from linli.cases import queries
from linli.cases.models import Case
from linli.kernel.models import Event
from linli.site.demo.days import call_times
from linli.site.demo.load import load_demo
from linli.site.demo.people import COMMITTEE_OF, HANDLERS, PEOPLE, UNITS
from linli.site.demo.words import REQUESTS
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def test_words_are_whole_and_different() -> None:
    assert len({request.words for request in REQUESTS}) == len(REQUESTS) >= 40
    for request in REQUESTS:
        assert all((request.title, request.words, request.why, request.contact, request.reply))
        assert request.lead in ("committee", "street")


def test_every_unit_that_leads_has_somebody_who_handles() -> None:
    units = {unit.code for unit in UNITS}
    assert {person.unit for person in PEOPLE} <= units
    for committee, _street in COMMITTEE_OF.values():
        assert committee in HANDLERS


def test_calls_come_like_a_hotlines() -> None:
    import random

    moments = call_times(2000, now=NOW, days=30, rng=random.Random(1))
    by_day = sum(1 for m in moments if 8 <= m.hour < 18)
    assert by_day / len(moments) > 0.6
    assert all(NOW - dt.timedelta(days=30) < moment < NOW for moment in moments)


@pytest.mark.slow
def test_a_city_is_loaded_once_goes_on_after_a_kill_and_shows_something_to_everybody() -> None:
    class Killed(Exception):
        pass

    def kill(done: int, total: int) -> None:
        if done == 60:
            raise Killed

    with pytest.raises(Killed):
        load_demo(now=NOW, progress=kill)
    loaded = load_demo(now=NOW)
    assert (loaded.created, loaded.cases) == (140, 200)
    assert load_demo(now=NOW).created == 0

    assert not Event.objects.filter(at__gt=NOW).exists()
    assert Case.objects.everywhere("test").filter(source="demo").count() == 200
    users = {user.username: user for user in User.objects.all()}
    worker = actor_of(users["worker-shuanghe"], now=NOW)
    assert len(queries.orders_of(worker)) >= 5
    assert len(queries.waiting_of(worker)) >= 1
    assert len(queries.received(actor=actor_of(users["dispatcher"], now=NOW))) >= 1
    assert len(queries.to_follow_up(actor=actor_of(users["follow-up"], now=NOW))) >= 3
    rates = queries.three_rates(
        column="district_code", code="110105", year=2026, month=11, as_of=NOW
    )
    assert rates.satisfaction.denominator >= 30
    assert rates.response.numerator < rates.response.denominator
