"""Makes the actor of a request, once, from the signed-in user and the clock."""

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse

from linli.accounts.door.proofs import shown_at
from linli.accounts.queries import actor_of
from linli.kernel import clock


def actor_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Set `request.actor`: an Actor, or None for somebody who has not signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        actor = actor_of(user, now=clock.now()) if user.is_authenticated else None
        if actor is not None and actor.is_asked:
            actor = replace(actor, proved_at=shown_at(request, actor))
        request.actor = actor  # type: ignore[attr-defined]
        return get_response(request)

    return middleware
