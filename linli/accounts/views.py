"""Signing in; in a demo, choosing a person to be."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from linli.accounts.door.operations import end_device
from linli.accounts.door.sessions import DEVICE
from linli.accounts.door.views import BACKEND, COOKIE
from linli.accounts.models import Device, RoleGrant, User
from linli.accounts.permissions import ROLES, AccountsPermission
from linli.kernel import clock

HOMES: dict[str, tuple[str, Any]] = {
    "operator": ("web:home", _("Your day")),
    "dispatcher": ("web:home", _("Your day")),
    "community_worker": ("cases:work", _("My work")),
    "follow_up_caller": ("web:home", _("Your day")),
    "street_officer": ("web:home", _("Your day")),
    "district_officer": ("web:home", _("Your day")),
    "department_officer": ("web:home", _("Your day")),
    "hotline_officer": ("web:home", _("Your day")),
    "verifier": ("web:home", _("Your day")),
    "partner": ("web:home", _("Your day")),
    "leader": ("insight:overview", _("Overview")),
    "administrator": ("web:home", _("Your day")),
}
"""The first page of each role. Names of pages, not imports: rooms above register them with Django."""

TRY: dict[str, Any] = {
    "operator": _("Take a call: a lift stands still in Shuanghe Jiayuan; Ctrl and Enter send it."),
    "dispatcher": _("Send the oldest case on; look at why the catalogue names that unit."),
    "community_worker": _("Accept an order, log the contact, ask the property company to come."),
    "follow_up_caller": _("Call somebody back, ask the three questions, send one back for rework."),
    "street_officer": _("Answer the call for help about the bins; verify what was reported."),
    "district_officer": _("Grant or refuse a hold on the ledger; clear the one of the bike shed."),
    "department_officer": _(
        "Write down what came of the meeting about the trees that are to be moved."
    ),
    "hotline_officer": _("Rule on an objection; decide an extension as the second person."),
    "verifier": _("Find a reported order and look whether it is so; send it back if not."),
    "partner": _("As head of security: the e-bikes in the lift wait for you to arrive."),
    "leader": _("See what is overdue, which problems grow, and drill down to the orders."),
    "administrator": _("Find any case; change the catalogue, the limits, the accounts."),
}
"""What to try first in a demo, by role; the cases named stand in it half done."""


def choose_role(request: HttpRequest) -> HttpResponse:
    """Send a signed-in person home; in a demo, let anybody choose whom to be."""
    if request.method == "POST":
        return _become(request)
    if not settings.LINLI.demo:
        return _home(request)
    if request.user.is_authenticated and "again" not in request.GET:
        return _home(request)
    people = [
        {
            "user": grant.user,
            "username": grant.user.username,
            "role": ROLES[grant.role],
            "place": grant.place,
            "home_label": HOMES[grant.role][1],
            "try": TRY.get(grant.role, ""),
        }
        for grant in RoleGrant.objects.in_force(clock.now())
        .filter(user__is_demo=True, user__is_active=True)
        .select_related("user__organisation", "place")
        .order_by("pk")
    ]
    firsts: dict[str, Any] = {}
    for person in people:
        firsts.setdefault(person["role"].code, person)
    others = [person for person in people if firsts[person["role"].code] is not person]
    context = {"people": list(firsts.values()), "others": others}
    return render(request, "accounts/choose_role.html", context)


def _become(request: HttpRequest) -> HttpResponse:
    if not settings.LINLI.demo:
        raise Http404
    username = request.POST.get("username", "")
    people = User.objects.filter(is_demo=True, is_active=True)
    # PostgreSQL takes no NUL, so a name with control characters is nobody's.
    user = people.filter(username=username).first() if username.isprintable() else None
    if user is None:
        raise Http404
    logout(request)
    login(request, user, backend=BACKEND)
    return _home(request)


def _home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("accounts:sign_in")
    grant = RoleGrant.objects.filter(user_id=request.user.pk).in_force(clock.now()).first()
    if grant is None:
        return render(request, "accounts/no_role.html", status=403)
    return redirect(HOMES[grant.role][0])


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave; in a demo, back to the choice of persons. A phone that stayed signed in does so no more."""
    actor, device = getattr(request, "actor", None), request.session.get(DEVICE)
    if actor is not None and device is not None and actor.may(AccountsPermission.OWN):
        with suppress(Device.DoesNotExist):
            end_device(actor=actor, device_id=device)
    logout(request)
    response = redirect("accounts:choose_role")
    response.delete_cookie(COOKIE)
    return response
