"""How many cases wait behind each entry of the bar: asked for by the page itself, as the live stream says or every half minute.

The bar is drawn without them, so that no page waits for a count; without a script the lists say it.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from linli.cases import queries
from linli.channels.queries import unread_count
from linli.kernel.actor import Actor
from linli.kernel.http import ActorRequest
from linli.web import navigation

COUNTS: dict[str, Callable[[Actor], int]] = {
    "cases:queue": lambda actor: queries.received(actor=actor).count(),
    "cases:rulings": lambda actor: len(queries.to_rule(actor)),
    "cases:work": lambda actor: queries.orders_of(actor).count(),
    "cases:tasks": lambda actor: queries.tasks_of(actor).count(),
    "cases:approvals": lambda actor: len(queries.to_decide(actor)),
    "cases:follow_up": lambda actor: queries.to_follow_up(actor=actor).count(),
    "channels:inbox": unread_count,
}
"""What is counted for an entry, by the name of its page; the others have no count. One query each."""


def badges(request: ActorRequest) -> HttpResponse:
    """Return the counts of the reader's bar, to be put into it. Nothing before sign-in."""
    if request.actor is None:
        return HttpResponse(status=204)
    counted: list[dict[str, Any]] = [
        entry | {"count": COUNTS[entry["url_name"]](request.actor)}
        for entry in navigation.entries(request.actor)
        if entry["url_name"] in COUNTS
    ]
    return render(request, "web/parts/badges.html", {"counted": counted})
