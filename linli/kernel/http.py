"""Between a request and an operation: who may open a page, and how a refusal is shown."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from linli.kernel.actor import Actor
from linli.kernel.errors import NOT_ALLOWED, RuleBroken

View = Callable[..., HttpResponse]


class ActorRequest(HttpRequest):
    """A request after the actor middleware, on a page that `needs` a permission."""

    actor: Actor
    htmx: Any


def needs(permission: str) -> Callable[[View], View]:
    """Open a view only to actors with the permission; others sign in or are told so (403)."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.actor is None:
                return redirect_to_login(request.get_full_path())
            if not request.actor.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return wrap


def refusal_middleware(get_response: View) -> View:
    """Show a refusal that no form could show beside its field."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, broken: Exception) -> HttpResponse | None:
        if not isinstance(broken, RuleBroken):
            return None
        status = 403 if broken.refusal is NOT_ALLOWED else 409
        return render(request, "web/errors/refused.html", {"refused": broken}, status=status)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
