"""Accounts of an administrator's area: find, open, give and end roles, one-time codes, shut."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli.accounts.door.choices import RESET_LASTS
from linli.accounts.door.proofs import freshly_proved
from linli.accounts.models import Appointment, FactorReset, RoleGrant, User
from linli.accounts.operations import give_role
from linli.accounts.people import operations
from linli.accounts.people.forms import ChangePersonForm, GiveRoleForm, OpenPersonForm
from linli.accounts.people.queries import find, looked_after, with_standing
from linli.accounts.people.story import story_of
from linli.accounts.permissions import ROLES
from linli.accounts.permissions import AccountsPermission as P
from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Organisation, Place, day_of
from linli.territory.parts import OUTSIDE
from linli.territory.serving import held_by, holds

SHOWN = 50


@needs(P.MANAGE)
def people(request: ActorRequest) -> HttpResponse:
    """List and find the accounts of the area."""
    words = request.GET.get("q", "").strip().replace("\x00", "")[:64]
    pages = Paginator(find(request.actor, words), SHOWN)
    page = pages.get_page(request.GET.get("page"))
    context = {"page": page, "words": words, "count": pages.count}
    return render(request, "accounts/people/people.html", context)


@needs(P.MANAGE)
@never_cache
@freshly_proved
def open_person(request: ActorRequest) -> HttpResponse:
    """Open an account; its one-time code is shown once."""
    form = OpenPersonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = dict(form.cleaned_data)
        unit = _unit(given.pop("organisation"), request)
        if unit is None:
            form.add_error("organisation", _("No open organisation of your area has this code."))
        else:
            with form.catching():
                user, code = operations.open_person(
                    actor=request.actor, organisation_id=unit.pk, **given
                )
                return _page(request, user, code=code)
    return render(
        request, "accounts/people/open.html", {"form": form}, status=422 if form.errors else 200
    )


def _unit(code: str, request: ActorRequest) -> Organisation | None:
    here = held_by(request.actor, P.MANAGE, through="place__")
    found: Organisation | None = Organisation.objects.filter(here, code=code, is_open=True).first()
    return found


@needs(P.MANAGE)
def person(request: ActorRequest, username: str) -> HttpResponse:
    """Show one account."""
    return _page(request, _person(request, username))


@needs(P.MANAGE)
@require_POST
@freshly_proved
def change(request: ActorRequest, username: str) -> HttpResponse:
    """Write name and staff number anew."""
    user = _person(request, username)
    form = ChangePersonForm(request.POST)
    if form.is_valid():
        with form.catching():
            operations.change_person(actor=request.actor, user_id=user.pk, **form.cleaned_data)
            messages.success(request, _("Written anew."))
            return redirect("accounts:person", username)
    return _page(request, user, change_form=form)


@needs(P.MANAGE)
@require_POST
@freshly_proved
def give(request: ActorRequest, username: str) -> HttpResponse:
    """Give a role over a place of the area."""
    user = _person(request, username)
    form = _role_form(user, request, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with form.catching():
            _give(request, user, given)
            messages.success(request, _("The role is given."))
            return redirect("accounts:person", username)
    return _page(request, user, form=form)


def _give(request: ActorRequest, user: User, given: dict[str, Any]) -> None:
    actor = request.actor
    place = Place.objects.filter(code=given["place_code"].strip()).first()
    if place is None:
        raise OUTSIDE(place=given["place_code"])
    appointment = None
    day = given["valid_to"]
    if given.get("appointment"):
        appointment = _appointments(user, request).get(pk=given["appointment"])
        day = min(filter(None, (day, appointment.valid_to)), default=None)
    give_role(
        actor=actor,
        user=user,
        role=given["role"],
        place=place,
        valid_from=actor.now,
        valid_to=operations.end_of(day, begins=actor.now, zone=timezone.get_default_timezone()),
        appointment=appointment,
    )


@needs(P.MANAGE)
@require_POST
@freshly_proved
def end_role(request: ActorRequest, grant: int) -> HttpResponse:
    """End a role now."""
    here = held_by(request.actor, P.MANAGE, through="place__")
    held = RoleGrant.objects.filter(here, pk=grant).select_related("user").first()
    if held is None:
        raise Http404
    try:
        operations.end_role(actor=request.actor, grant_id=grant)
    except RoleGrant.DoesNotExist as missing:
        raise Http404 from missing
    messages.success(request, _("The role has ended, and the person is signed out."))
    return redirect("accounts:person", held.user.username)


def _take(
    name: str, said: Callable[[], str], operation: Callable[..., Any]
) -> Callable[..., HttpResponse]:
    """Return the view of one button on an account's page. A code that comes back is shown once."""

    @needs(P.MANAGE)
    @require_POST
    @never_cache
    @freshly_proved
    def take(request: ActorRequest, username: str) -> HttpResponse:
        user = _person(request, username)
        done = operation(actor=request.actor, user_id=user.pk)
        if isinstance(done, str):
            return _page(request, user, code=done)
        messages.success(request, said())
        return redirect("accounts:person", username)

    take.__name__ = name
    return take


give_code = _take("give_code", str, operations.give_code)
let_in_again = _take("let_in_again", str, operations.let_in_again)
approve_reset = _take("approve_reset", str, operations.approve_factor_reset)
sign_out_everywhere = _take(
    "sign_out_everywhere",
    lambda: _("The person is signed out everywhere."),
    operations.sign_out_everywhere,
)
shut = _take("shut", lambda: _("The account is shut."), operations.shut_account)
ask_reset = _take(
    "ask_reset",
    lambda: _("Asked for. Another administrator has to approve it within 24 hours."),
    operations.ask_factor_reset,
)


def _person(request: ActorRequest, username: str) -> User:
    # PostgreSQL takes no NUL, so a name with control characters is nobody's.
    rows = looked_after(request.actor) if username.isprintable() else User.objects.none()
    try:
        return rows.get(username=username)
    except User.DoesNotExist as missing:
        raise Http404 from missing


def _appointments(user: User, request: ActorRequest) -> Any:
    rows = Appointment.objects.filter(user=user).not_over(day_of(request.actor.now))
    return rows.select_related("post__organisation").order_by("pk")


def _role_form(user: User, request: ActorRequest, data: Any = None) -> GiveRoleForm:
    return GiveRoleForm(data, appointments=list(_appointments(user, request)))


def _page(
    request: ActorRequest,
    user: User,
    *,
    code: str = "",
    form: GiveRoleForm | None = None,
    change_form: ChangePersonForm | None = None,
) -> HttpResponse:
    actor = request.actor
    user = with_standing(user, at=actor.now)
    grants = list(
        RoleGrant.objects.filter(user=user)
        .exclude(valid_to__lte=actor.now)
        .select_related("place", "appointment__post")
        .order_by("pk")
    )
    further = next((one.place for one in grants if not holds(actor, P.MANAGE, one.place)), None)
    open_reset = FactorReset.objects.filter(
        user=user, approved_at__isnull=True, made_at__gt=actor.now - RESET_LASTS
    ).select_related("asked_by")
    context = {
        "person": user,
        "code": code,
        "grants": [
            (ROLES[grant.role], grant, holds(actor, P.MANAGE, grant.place)) for grant in grants
        ],
        "further": further,
        "is_own": user.pk == actor.user_id,
        "may_act": further is None and user.pk != actor.user_id and not user.is_demo,
        "reset": open_reset.first(),
        "form": form or _role_form(user, request),
        "change_form": change_form
        or ChangePersonForm(
            initial={"display_name": user.display_name, "staff_number": user.staff_number or ""}
        ),
        "story": story_of(user),
    }
    failed = any(one is not None and one.errors for one in (form, change_form))
    return render(request, "accounts/people/person.html", context, status=422 if failed else 200)
