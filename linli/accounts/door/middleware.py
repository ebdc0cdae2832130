"""What every request of somebody signed in is asked before its page opens."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from allauth.account.adapter import get_adapter

# Not public, but pinned: it keeps what was sent until the person has shown who she is.
from allauth.account.internal.flows.reauthentication import suspend_request
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from linli.accounts.door.proofs import is_asked, proved_at, shown_at
from linli.accounts.door.rules import ProofNeeded, is_fresh, is_idle, needs_second_factor
from linli.accounts.door.sessions import DEVICE, SEEN, moment

ALWAYS = {"health", "set_language", "web:appearance", "accounts:sign_out", "accounts:unlock"}
"""Pages that nothing is asked for."""
SETTING_UP = {
    "accounts:mine",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "account_change_password",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}
"""Pages where a second factor is set up or shown; open before it has been."""
BY_ITSELF = {"web:badges", "web:here", "insight:wall_now"}
"""Addresses that a page asks for by itself: no sign that somebody is there, and nothing to lead back to."""
SEEN_EVERY = dt.timedelta(minutes=1)


def door_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Ask for what is missing: a role in force, a phone's PIN, the second factor. What was sent is kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        actor, name = request.actor, request.resolver_match.view_name
        if actor is None or request.user.is_demo or name in ALWAYS:
            return None
        if not actor.grants:
            logout(request)
            request.actor = None
            return render(request, "accounts/no_role.html", status=403)
        seen = moment(request.session.get(SEEN))
        if name in BY_ITSELF:
            is_idle_phone = DEVICE in request.session and is_idle(seen, now=actor.now)
            is_shut = is_idle_phone or (is_asked(request) and proved_at(request) is None)
            return HttpResponse(status=204) if is_shut else None
        if DEVICE in request.session and is_idle(seen, now=actor.now):
            return _ask(request, reverse("accounts:unlock"))
        if seen is None or actor.now - seen >= SEEN_EVERY:
            request.session[SEEN] = actor.now.isoformat()
        if name not in SETTING_UP and is_asked(request) and proved_at(request) is None:
            return _ask(request, _factor(request) or reverse("accounts:mine"))
        return None

    def process_exception(request: Any, raised: Exception) -> HttpResponse | None:
        return _ask_for_proof(request) if isinstance(raised, ProofNeeded) else None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def _factor(request: Any) -> str | None:
    """Return the address where this person shows the second factor, or None if she has none."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    return next((one["url"] for one in methods if one["id"] != "reauthenticate"), None)


def _ask_for_proof(request: Any) -> HttpResponse:
    """Ask for the second factor, or on a phone that stays signed in for its PIN; without either, to set one up.

    Given in this very request, which then took up again what had been sent, it is newer than the request's actor.
    """
    shown = shown_at(request, request.actor)
    if is_fresh(shown, now=request.actor.now):
        request.actor = replace(request.actor, proved_at=shown)
        again = resolve(request.path_info)
        response: HttpResponse = again.func(request, *again.args, **again.kwargs)
        return response
    address = _factor(request)
    if address is None and DEVICE in request.session and not needs_second_factor(request.actor):
        address = reverse("accounts:unlock")
    if address is None:
        messages.warning(
            request,
            _(
                "Names and numbers open after a second proof only. Let this phone stay signed in behind a PIN, or "
                "add an authenticator or a security key; then look once more."
            ),
        )
        return redirect("accounts:mine")
    return _ask(request, address)


def _ask(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to the page that asks, and from there back to this one."""
    response: HttpResponse = suspend_request(request, address)
    return response
