"""What a message says, in the language in force: what happened, about what and where, until when. No person, no words of a caller."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.cases.choices import Confidentiality
from linli.cases.parts import moment
from linli.channels.adapters import Line
from linli.channels.choices import Kind
from linli.channels.models import Message

AT_TASKS = (Kind.TASK_GIVEN, Kind.TASK_WITHDRAWN, Kind.RELAY_ANSWERED)
_REPEATED = (Kind.REPEATED_STARTED, Kind.CHECK_MISSED)
_DONE = (Kind.TASK_DONE, Kind.TASK_RETURNED, Kind.TASK_WITHDRAWN, *_REPEATED)
"""Messages of what has ended: no deadline stands beside them."""


def title_of(message: Message) -> str:
    """Return what happened, as a headline."""
    if message.kind == Kind.ALERTED:
        if message.percent == 100:
            return _("The limit has passed")
        return _("%(percent)s %% of the limit has passed") % {"percent": message.percent}
    return str(message.get_kind_display())


def matter_of(message: Message) -> str:
    """Return what it is about, by its category; nothing of a case that is confidential as a whole."""
    case = message.case
    if case.confidentiality == Confidentiality.HIDE_CASE:
        return _("a confidential case")
    return str(case.category.label if case.category else case.get_kind_display())


def due_of(message: Message) -> Any:
    """Return until when something is to be done, None where nothing is."""
    if message.kind in _DONE:
        return None
    if message.task is not None:
        return message.task.due_at
    order = message.case.lead_order
    return order.handling_due_at if order is not None else None


def target_of(message: Message) -> str:
    """Return the path of the page where it is seen to."""
    if message.kind in AT_TASKS:
        anchor = "" if message.kind == Kind.TASK_WITHDRAWN else f"#task-{message.task_id}"
        return reverse("cases:tasks") + anchor
    if message.kind in _REPEATED:
        return reverse("repeated:duties")
    return reverse("cases:case", args=[message.case.number])


def line_of(message: Message, *, site: str) -> Line:
    """Return a message as it leaves the house. `site`: where the pages are found, empty for no links."""
    case = message.case
    title = title_of(message)
    if message.is_urgent:
        title = _("[Emergency] %(title)s") % {"title": title}
    detail = " · ".join((matter_of(message), case.place.label, case.shown_number))
    due_at = due_of(message)
    if due_at is not None:
        detail += "\n" + _("Due %(due)s") % {"due": moment(due_at)}
    url = site.rstrip("/") + target_of(message) if site else ""
    return Line(title=title, detail=detail, url=url, is_urgent=message.is_urgent)


def subject_of(lines: list[Line]) -> str:
    """Return the subject of a letter."""
    if len(lines) == 1:
        return _("Linli: %(title)s") % {"title": lines[0].title}
    count = len(lines)
    return ngettext("Linli: %(count)s message", "Linli: %(count)s messages", count) % {
        "count": count
    }
