"""The story of a case: its events told as sentences, for its page and for `linli explain`."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from linli.cases.attachments.queries import all_of
from linli.cases.models import Attachment, Case
from linli.cases.queries import events_of
from linli.cases.telling import TELLERS, teller_of
from linli.cases.told import Step, Told, told_of
from linli.kernel.models import Event

__all__ = ["TELLERS", "Step", "story_of"]


def story_of(
    case: Case,
    events: list[Event] | None = None,
    *,
    attachments: Sequence[Attachment] | None = None,
) -> list[Step]:
    """Return what happened, oldest first. A fixed number of queries, however long the story.

    `events` saves reading them again; `attachments`: those that the reader may know of, without them all that stand.
    """
    events = events_of(case) if events is None else events
    told = told_of(case, events)
    shown = _standing(case, events) if attachments is None else attachments
    return [_step(event, told, shown) for event in events]


def _standing(case: Case, events: list[Event]) -> list[Attachment]:
    if not any(
        event.name in ("case.attached", "task.attached", "repeated.checked") for event in events
    ):
        return []
    return [one for one in all_of(case) if one.withdrawn_at is None]


def _step(event: Event, told: Told, attachments: Sequence[Attachment]) -> Step:
    actor = told.papers.get(("user", event.user_id)) if event.user_id else None
    return Step(
        at=event.at,
        who=actor.words if actor else _("Linli itself"),
        unit=(actor.second or "") if actor else "",
        pictures=tuple(one for one in attachments if one.seq == event.seq),
        **teller_of(event.name)(told, event.payload),
    )
