"""The story of a case: its events told as sentences, for its page and for `linli explain`."""

from typing import Any

from django.utils.translation import gettext as _

from linli.accounts.queries import names_of
from linli.cases.models import Case
from linli.cases.queries import events_of
from linli.cases.telling import TELLERS, teller_of
from linli.cases.told import Step, Told, told_of
from linli.kernel.models import Event

__all__ = ["TELLERS", "Step", "story_of"]


def story_of(case: Case, events: list[Event] | None = None) -> list[Step]:
    """Return what happened, oldest first. A fixed number of queries, however long the story.

    `events` saves reading them again.
    """
    events = events_of(case) if events is None else events
    told = told_of(case, events)
    users = names_of({event.user_id for event in events if event.user_id})
    return [_step(event, told, users) for event in events]


def _step(event: Event, told: Told, users: dict[int, Any]) -> Step:
    user = users.get(event.user_id) if event.user_id else None
    unit = user.organisation.name if user and user.organisation else ""
    who = user.display_name if user else _("Linli itself")
    return Step(at=event.at, who=who, unit=unit, **teller_of(event.name)(told, event.payload))
