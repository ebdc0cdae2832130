"""Plays what was planned: each step by its operation, as its person, at its moment.

A case goes on where it stopped: each step leaves one event, so the events of a case say how many are done.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from linli.accounts.models import User
from linli.accounts.queries import actor_of
from linli.cases import operations
from linli.cases.catalogue.models import Category
from linli.cases.clocks.sweeping import sweep_alerts
from linli.cases.models import (
    Application,
    Case,
    ClockAlert,
    Consultation,
    CoTask,
    DutyCheck,
    TaskGroup,
)
from linli.cases.repeated.operations import make_check, start_repeated
from linli.kernel.actor import Actor
from linli.kernel.models import Event
from linli.site.demo.people import COMMUNITIES
from linli.territory.models import Organisation, Place

SOURCE = "demo"
BESIDE = ("order.alerted", "repeated.missed")
"""Events that no step leaves: the clock's own."""


_VERBS: dict[str, Callable[..., Any]] = {
    **{name: getattr(operations, name) for name in operations.__all__},
    "start_repeated": start_repeated,
    "make_check": make_check,
}
"""Every operation that a step may name."""


@dataclass(frozen=True)
class Step:
    """One act. `verb` names an operation; `given` its arguments, with words for what has no key yet (see `Player`)."""

    at: dt.datetime
    who: str
    verb: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Script:
    """A case from its call on. `number` is its number at the demo, by which it is known again."""

    number: str
    received_at: dt.datetime
    operator: str
    draft: dict[str, Any]
    steps: tuple[Step, ...]


class Player:
    """The people and things of the demo, and the acts of a script.

    Words in `given`: `lead`, `unit`, `helper` (codes of organisations), `asked` (kind of the application that
    waits), `task` (which co-task of the case, from 0), `group` (name of the task group), `check` (which check of
    the case, from 0), `consultation` (the one that is open), `days` (until so many
    days ahead), `again_hours` (called back so many hours later), `same_as` (another script's number).
    """

    def __init__(self, as_of: dt.datetime, *, sweeper: Actor) -> None:
        users = User.objects.filter(is_demo=True).select_related("organisation")
        self.actors = {user.username: actor_of(user, now=as_of) for user in users}
        self.units = {unit.code: unit.pk for unit in Organisation.objects.all()}
        self.categories = {row.code: row for row in Category.objects.all()}
        self.places = {place.code: place for place in Place.objects.filter(code__in=COMMUNITIES)}
        self.sweeper = sweeper.at(as_of)
        self.words: dict[str, tuple[str, Callable[[Case, Any, dt.datetime], Any]]] = {
            "lead": ("lead_id", lambda case, code, at: self.units[code]),
            "unit": ("unit_id", lambda case, code, at: self.units[code]),
            "helper": ("organisation_id", lambda case, code, at: self.units[code]),
            "asked": ("application_id", _asked),
            "task": ("task_id", _task),
            "group": ("group_id", lambda case, name, at: TaskGroup.objects.get(name=name).pk),
            "check": ("check_id", _check),
            "consultation": ("consultation_id", _consultation),
            "again_hours": ("again_at", lambda case, hours, at: at + dt.timedelta(hours=hours)),
            "days": ("until", lambda case, days, at: at + dt.timedelta(days=days)),
            "same_as": ("same_as", lambda case, number, at: _standing(number).number),
        }

    def play(self, script: Script, *, done: int) -> bool:
        """Take the steps that are not done and not ahead of the demo's moment. Returns whether any was taken.

        `done`: how many acts the case has behind it, the call itself among them.
        """
        acts = [step for step in script.steps if step.at <= self.sweeper.now]
        if done > len(acts):
            return False
        case = self._received(script) if done == 0 else _standing(script.number)
        for step in acts[max(done - 1, 0) :]:
            self._alerts(case, until=step.at)
            self._act(case, step)
        self._alerts(case, until=self.sweeper.now)
        return True

    def _received(self, script: Script) -> Case:
        draft = dict(script.draft)
        draft["category"] = self.categories[draft["category"]]
        draft["place"] = self.places[draft["place"]]
        return operations.receive(
            actor=self.actors[script.operator].at(script.received_at),
            draft=operations.Draft(source=SOURCE, external_no=script.number, **draft),
        )

    def _act(self, case: Case, step: Step) -> None:
        given: dict[str, Any] = {}
        for name, value in step.given.items():
            key, found = self.words.get(name, (name, None))
            given[key] = found(case, value, step.at) if found else value
        if not given.keys() & {"task_id", "consultation_id", "check_id"}:
            given["case_id"] = case.pk
        _VERBS[step.verb](actor=self.actors[step.who].at(step.at), **given)

    def _alerts(self, case: Case, *, until: dt.datetime) -> None:
        """Raise the alerts that a running clock of the case reaches by `until`, each at its own moment."""
        running = Q(clock="first_contact", order__first_contact_at__isnull=True) | Q(
            clock="handling"
        )
        reached = ClockAlert.objects.filter(
            running, order__case=case, order__reported_at__isnull=True, raised_at__isnull=True
        ).filter(due_at__lt=until)
        for alert in reached.order_by("due_at"):
            if alert.due_at is not None:
                sweep_alerts(actor=self.sweeper.at(alert.due_at))


def acts_done() -> dict[str, int]:
    """Return how many acts each case of the demo has behind it, by its number at the demo. Two queries."""
    keys = dict(
        Case.objects.everywhere("demo: which cases stand already")
        .filter(source=SOURCE)
        .values_list("pk", "external_no")
    )
    done = dict.fromkeys(keys.values(), 0)
    told = Event.objects.filter(stream_kind="case", stream_id__in=list(keys))
    for stream in told.exclude(name__in=BESIDE).values_list("stream_id", flat=True):
        done[keys[stream]] += 1
    return done


def _check(case: Case, number: int, at: dt.datetime) -> int:
    rows = DutyCheck.objects.filter(duty__case=case).order_by("due_at", "pk")
    return int(rows.values_list("pk", flat=True)[number])


def _standing(number: str) -> Case:
    found: Case = Case.objects.everywhere("demo: a case that stands").get(
        source=SOURCE, external_no=number
    )
    return found


def _asked(case: Case, kind: str, at: dt.datetime) -> int:
    waiting = Application.objects.filter(order__case=case, decided_at__isnull=True)
    return waiting.get(kind=kind).pk


def _task(case: Case, index: int, at: dt.datetime) -> int:
    return CoTask.objects.filter(order__case=case).order_by("pk")[index].pk


def _consultation(case: Case, which: Any, at: dt.datetime) -> int:
    return Consultation.objects.get(case=case, answered_at__isnull=True).pk


def steps_of(scripts: Sequence[Script], as_of: dt.datetime) -> int:
    """Return how many acts of the scripts lie before the demo's moment, calls among them."""
    return sum(1 + sum(step.at <= as_of for step in script.steps) for script in scripts)
