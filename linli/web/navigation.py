"""The loop, and who finds which page in the bar: one frozen table each.

Rooms are named here by url name and permission code only; nothing of theirs is imported.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import Actor


@dataclass(frozen=True)
class Step:
    """One step of the loop, as the masthead shows it."""

    code: str
    label: Any


@dataclass(frozen=True)
class NavItem:
    """One entry of the bar. `go` marks the raised entry that begins something new."""

    url_name: str
    label: Any
    icon: str
    permission: str
    loop_step: str
    go: bool = False


LOOP = (
    Step("hear", _("Visits and calls")),
    Step("sort", _("Triage")),
    Step("dispatch", _("Dispatch")),
    Step("handle", _("Handling")),
    Step("report", _("Report")),
    Step("follow_up", _("Call back")),
    Step("rates", _("Three rates")),
    Step("topic", _("Topics")),
    Step("project", _("Projects")),
    Step("effect", _("Effect")),
)

NAVIGATION = (
    NavItem("cases:queue", _("To dispatch"), "send", "cases.dispatch", "dispatch"),
    NavItem("cases:rulings", _("Objections"), "gavel", "cases.rule", ""),
    NavItem("cases:work", _("My work"), "inbox", "cases.handle", "handle"),
    NavItem("cases:tasks", _("Tasks"), "users", "cases.task", "handle"),
    NavItem("cases:approvals", _("Approvals"), "check", "cases.approve", "handle"),
    NavItem("cases:take_call", _("Take a call"), "phone", "cases.receive", "hear", go=True),
    NavItem("cases:calls", _("Calls"), "phone", "cases.see_calls", ""),
    NavItem("imports:paste", _("Orders in"), "plus", "cases.import", "hear"),
    NavItem("cases:follow_up", _("Call back"), "visit", "cases.follow_up", "follow_up"),
    NavItem("channels:inbox", _("Messages"), "bell", "channels.read", ""),
    NavItem("workforce:week", _("Duty roster"), "clock", "workforce.roster", ""),
    NavItem("problems:list", _("Problems"), "merge", "problems.see", ""),
    NavItem("insight:overview", _("Overview"), "chart", "cases.see_rates", "rates"),
    NavItem("privacy:looks", _("Who looked"), "eye", "cases.looks", ""),
    NavItem("privacy:persons", _("Own data"), "lock", "cases.rights", ""),
    NavItem("catalogue:home", _("Catalogue"), "doc", "cases.dispatch", ""),
    NavItem("catalogue:home", _("Catalogue"), "doc", "cases.catalogue", ""),
    NavItem("sorting:accuracy", _("Sorting"), "filter", "cases.see_sorting", "sort"),
    NavItem("clocks:clocks", _("Limits"), "clock", "cases.clocks", ""),
    NavItem("calendar:calendar", _("Working days"), "book", "territory.calendar", ""),
    NavItem("channels:deliveries", _("Deliveries"), "send", "channels.deliveries", ""),
    NavItem("accounts:people", _("Accounts"), "users", "accounts.manage", ""),
    NavItem("api:home", _("Other systems"), "keys", "api.tokens", ""),
    NavItem("knowledge:home", _("Knowledge"), "book", "knowledge.see", ""),
    NavItem("places:home", _("Places"), "pin", "territory.see", ""),
)

MENU = (
    NavItem("exporting:exports", _("My exports"), "doc", "cases.export", ""),
    NavItem("repeated:duties", _("Repeated duties"), "clock", "cases.task", ""),
    NavItem("groups:groups", _("Task groups"), "users", "cases.groups", ""),
    NavItem("channels:preference", _("How I am told"), "bell", "channels.read", ""),
    NavItem("channels:robots", _("Group robots"), "users", "channels.robots", ""),
)
"""Pages of one's own, in the menu under the name: there when wanted, not in the way of the work."""


ON_A_PHONE = 5
"""Entries that a phone's bar has room for; where there are more, the last place opens the others."""


def entries(actor: Actor | None) -> list[dict[str, Any]]:
    """Return the bar's entries for an actor, in the order of the table; none before sign-in.

    `is_far`: on a phone it stands behind “more”. What begins something new never does.
    """
    shown = _for(actor, NAVIGATION)
    if len(shown) <= ON_A_PHONE:
        return [entry | {"is_far": False} for entry in shown]
    near = [entry for entry in shown if entry["go"]][:1]
    near += [entry for entry in shown if entry not in near][: ON_A_PHONE - 1 - len(near)]
    return [entry | {"is_far": entry not in near} for entry in shown]


def menu(actor: Actor | None) -> list[dict[str, Any]]:
    """Return the entries of the menu under an actor's name."""
    return _for(actor, MENU)


def _for(actor: Actor | None, table: tuple[NavItem, ...]) -> list[dict[str, Any]]:
    if actor is None:
        return []
    return [
        {
            "url_name": item.url_name,
            "key": item.url_name.replace(":", "-"),
            "url": reverse(item.url_name),
            "label": item.label,
            "icon": item.icon,
            "loop_step": item.loop_step,
            "go": item.go,
        }
        for item in table
        if actor.may(item.permission)
    ]


def loop(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps of the loop; a step is a link where an entry of the bar leads there."""
    urls = {entry["loop_step"]: entry["url"] for entry in reversed(shown)}
    return [{"code": step.code, "label": step.label, "url": urls.get(step.code)} for step in LOOP]
