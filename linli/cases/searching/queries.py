"""The search itself: by words, by telephone number, narrowed by state, category, place and days."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from linli.cases.catalogue.models import Category
from linli.cases.catalogue.queries import below
from linli.cases.choices import Confidentiality
from linli.cases.flows import CASE, ORDER
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.cases.queries import case_ids_of
from linli.kernel.actor import Actor
from linli.methods.language.grams import holds, query_of
from linli.territory.models import Place
from linli.territory.serving import inside

PAGE = 20


@dataclass(frozen=True)
class Asked:
    """What somebody looks for. `state` is `case:code` or `order:code`; `phone` is E.164; days are whole.

    A category holds those below it too.
    """

    words: str = ""
    phone: str = ""
    state: str = ""
    category: Category | None = None
    place: Place | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def is_empty(self) -> bool:
        return self == Asked()


@dataclass(frozen=True)
class Found:
    """One page of cases, the newest first, and whether there are more behind it."""

    cases: list[Case]
    has_next: bool


def search(asked: Asked, *, actor: Actor, page: int) -> Found:
    """Return one page (the first is 1). Three queries at most, however many cases there are.

    Words are looked for in the actor's areas only, not in cases in which an organisation merely takes part:
    it does not read their words, so it must not find by them either. The total is not counted: of a million
    cases nobody reads the ninetieth page.
    """
    first = (page - 1) * PAGE
    rows = list(_narrowed(asked, actor=actor)[first : first + PAGE + 1])
    # The index knows neighbours, not order; whether the words stand there whole is looked at here.
    kept = [case for case in rows[:PAGE] if says(case, asked.words)]
    return Found(cases=kept, has_next=len(rows) > PAGE)


def says(case: Case, words: str) -> bool:
    """Return whether words stand whole in what is searched of a case, which has its lead order at hand."""
    reply = case.lead_order.public_reply if case.lead_order else ""
    return holds(words, case.title, case.words, case.address, reply)


def _narrowed(asked: Asked, *, actor: Actor) -> QuerySet[Case]:
    by_area = replace(actor, organisation_id=None)
    cases = Case.objects.seen_by(by_area, permission=P.SEE).select_related(
        "place", "lead_order__lead"
    )
    cases = with_words(cases, asked.words)
    if asked.phone:
        cases = cases.filter(pk__in=case_ids_of(asked.phone, actor=by_area, permission=P.SEE))
        if not actor.may(P.UNMASK_HIDDEN):
            # Whose name is hidden is not to be found by her number either.
            cases = cases.filter(confidentiality=Confidentiality.NONE)
    cases = in_state(cases, asked.state)
    if asked.category is not None:
        cases = cases.filter(category__in=below(asked.category))
    if asked.place is not None:
        cases = cases.filter(inside(asked.place))
    if asked.since is not None:
        cases = cases.filter(received_at__gte=_midnight(asked.since))
    if asked.until is not None:
        cases = cases.filter(received_at__lt=_midnight(asked.until + dt.timedelta(days=1)))
    return cases.order_by("-received_at", "-pk")


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone())


def states() -> list[tuple[str, object]]:
    """Return the states a case can be shown in, as (value, label), in the order of the loop.

    Where a case has a lead order, people see the order's state; before and at the end, the case's own.
    """
    order = [(f"order:{state.code}", state.label) for state in ORDER.states if not state.terminal]
    own = [
        (f"case:{state.code}", state.label) for state in CASE.states if state.code != "in_handling"
    ]
    before = [entry for entry in own if CASE.state(entry[0].partition(":")[2]).tone == "open"]
    return [*before, *order, *(entry for entry in own if entry not in before)]


def with_words(cases: Any, words: str) -> Any:
    """Return those of the cases whose search row knows the words; `says` is to look at each. All for none."""
    return cases.filter(search_row__grams__holds=query_of(words)) if words else cases


def in_state(cases: Any, value: str) -> Any:
    """Return those of the cases that stand in one of `states`; all for the empty text."""
    flow, _colon, code = value.partition(":")
    if flow == "order":
        return cases.filter(Q(lead_order__state=code) & ~Q(state="closed"))
    return cases.filter(state=code) if code else cases
