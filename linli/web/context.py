"""What every template may count on: the moment, the actor, the bar, how the page is to look."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from linli.accounts.door.sessions import BEFORE, moment
from linli.accounts.permissions import ROLES
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.web import navigation
from linli.web.appearance import chosen
from linli.web.live import live_address
from linli.web.templatetags.linli import called


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the variables of the frame. No query is made unless the template shows the unit."""
    actor: Actor | None = getattr(request, "actor", None)
    entries = navigation.entries(actor)
    return {
        "now": actor.now if actor else clock.now(),
        "actor": actor,
        "unit": lambda: _unit(request, actor),
        "roles": _roles(actor),
        "came_before": _came_before(request),
        "nav_items": entries,
        "nav_counts": {},
        "menu_items": navigation.menu(actor),
        "loop_steps": navigation.loop(entries),
        "demo": settings.LINLI.demo,
        "live": live_address(request) if actor else "",
        "type_size": chosen(request, "type"),
        "theme": chosen(request, "theme"),
    }


def _unit(request: HttpRequest, actor: Actor | None) -> str:
    organisation = getattr(getattr(request, "user", None), "organisation", None) if actor else None
    return called(organisation) if organisation else ""


def _came_before(request: HttpRequest) -> dt.datetime | None:
    """Return when the person signed in the time before this one."""
    session = getattr(request, "session", None)
    return moment(session.get(BEFORE)) if session is not None else None


def _roles(actor: Actor | None) -> list[Any]:
    """Return the names of the roles held, each once, in the order of the grants."""
    codes = dict.fromkeys(grant.role for grant in actor.grants) if actor else {}
    return [ROLES[code].label for code in codes if code in ROLES]
