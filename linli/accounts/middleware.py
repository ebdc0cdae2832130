"""Makes the actor of a request, once, from the signed-in user and the clock."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from linli.accounts.queries import actor_of
from linli.kernel import clock


def actor_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Set `request.actor`: an Actor, or None for somebody who has not signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        request.actor = (  # type: ignore[attr-defined]
            actor_of(user, now=clock.now()) if user.is_authenticated else None
        )
        return get_response(request)

    return middleware
