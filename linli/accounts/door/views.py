"""Pages of the door and of one's own account. Those of allauth run inside our operations."""

import functools
from typing import Any

from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.views import LoginView, PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as MfaReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli.accounts.door import operations
from linli.accounts.door.forms import KeepDeviceForm, OneTimeCodeForm, UnlockForm
from linli.accounts.door.limits import may_try
from linli.accounts.door.proofs import ENROLLED, is_asked, proved_at
from linli.accounts.door.rules import needs_second_factor
from linli.accounts.door.sessions import DEVICE, PIN_GIVEN, SEEN, SIGNED_IN
from linli.accounts.models import Device, RoleGrant, Session, SignIn, User
from linli.accounts.parts import door
from linli.accounts.permissions import ROLES
from linli.accounts.permissions import AccountsPermission as P
from linli.kernel import clock
from linli.kernel.http import ActorRequest, View, needs

COOKIE = "linli_device"
BACKEND = "linli.accounts.door.backend.Backend"
SHOWN_SIGN_INS = 10


# — coming in —

_sign_in = LoginView.as_view(
    template_name="accounts/door/sign_in.html",
    extra_context={"city_sign_in": settings.LINLI.oidc_server and settings.LINLI.oidc_name},
)


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; a phone that stays signed in is asked for its PIN instead."""
    if request.method == "GET" and "password" not in request.GET and _device(request):
        asked = {"next": request.GET["next"]} if request.GET.get("next") else {}
        return redirect(f"{reverse('accounts:unlock')}?{urlencode(asked)}")
    return _sign_in(request)


second_step = AuthenticateView.as_view(template_name="accounts/door/second_step.html")


@never_cache
def shut(request: HttpRequest) -> HttpResponse:
    """Say that the account is shut."""
    return render(request, "accounts/door/shut.html", status=403)


@never_cache
def one_time_code(request: HttpRequest) -> HttpResponse:
    """Set a password by the code that an administrator handed over."""
    form = OneTimeCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        if not may_try(request, "one_time_code", of=given["username"]):
            form.add_error(None, _("Too many tries. Wait five minutes, then try again."))
        else:
            _use_code(form)
            if not form.errors:
                messages.success(request, _("Your password is set. Sign in with it now."))
                return redirect("accounts:sign_in")
    status = 422 if form.errors else 200
    return render(request, "accounts/door/one_time_code.html", {"form": form}, status=status)


def _use_code(form: OneTimeCodeForm) -> None:
    given = form.cleaned_data
    try:
        fits = operations.use_code(
            actor=door(clock.now()),
            username=given["username"].strip(),
            code=given["code"],
            password=given["password"],
        )
    except ValidationError as weak:
        form.add_error("password", weak)
        return
    if not fits:
        words = _(
            "That code opens nothing for this name: it is mistyped, used, or older than 24 hours. After "
            "five wrong tries it is void; then ask your administrator for a new one."
        )
        form.add_error("code", words)


# — a phone that stays signed in —


def _device(request: HttpRequest) -> Device | None:
    token = request.COOKIES.get(COOKIE, "")
    return operations.device_of(token, now=clock.now()) if token else None


@never_cache
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask for the PIN of a phone; what was sent before it was asked is taken up again."""
    device = _device(request)
    if device is None:
        if request.user.is_authenticated and DEVICE in request.session:
            request.session.flush()
        response = redirect("accounts:sign_in")
        response.delete_cookie(COOKIE)
        return response
    form = UnlockForm(request.POST if request.method == "POST" else None)
    left = operations.PIN_TRIES - device.wrong_pins
    if form.is_valid():
        done = operations.unlock_device(
            actor=door(clock.now(), user=device.user),
            device_id=device.pk,
            pin=form.cleaned_data["pin"],
        )
        if done.user is not None:
            _come_in(request, done.user, device)
            return resume_request(request) or redirect("accounts:choose_role")
        left = done.left
        if not left:
            request.session.flush()
            messages.error(
                request,
                _(
                    "Five wrong PINs: this phone stays signed in no more. Sign in with your password."
                ),
            )
            response = redirect("accounts:sign_in")
            response.delete_cookie(COOKIE)
            return response
        form.add_error("pin", _("That PIN does not fit. Tries left: %(left)s") % {"left": left})
    context = {"form": form, "device": device, "left": left, "next": request.GET.get("next", "")}
    return render(request, "accounts/door/unlock.html", context, status=422 if form.errors else 200)


def _come_in(request: HttpRequest, user: User, device: Device) -> None:
    """Open a session on the phone, or go on with the one that is open."""
    if request.user.pk != user.pk:
        login(request, user, backend=BACKEND)
        request.session[SIGNED_IN] = clock.now().isoformat()
    request.session[DEVICE] = device.pk
    request.session[SEEN] = request.session[PIN_GIVEN] = clock.now().isoformat()


@needs(P.OWN)
def keep_device(request: ActorRequest) -> HttpResponse:
    """Let the phone in hand stay signed in behind a PIN."""
    form = KeepDeviceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        with form.catching():
            device, token = operations.keep_device(
                actor=request.actor, name=given["name"], pin=given["pin"]
            )
            request.session[DEVICE] = device.pk
            request.session[SEEN] = request.session[PIN_GIVEN] = request.actor.now.isoformat()
            messages.success(request, _("This phone stays signed in for 30 days, behind its PIN."))
            response = redirect("accounts:mine")
            response.set_cookie(
                COOKIE,
                token,
                max_age=operations.DEVICE_LASTS,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
            return response
    context = {"form": form, "is_refused": needs_second_factor(request.actor)}
    return render(
        request, "accounts/door/keep_device.html", context, status=422 if form.errors else 200
    )


@needs(P.OWN)
@require_POST
def end_device(request: ActorRequest, pk: int) -> HttpResponse:
    """Let one of one's own phones stay signed in no more."""
    try:
        operations.end_device(actor=request.actor, device_id=pk)
    except Device.DoesNotExist as missing:
        raise Http404 from missing
    if request.session.get(DEVICE) == pk:
        request.session.flush()
    messages.success(request, _("That phone stays signed in no more."))
    return redirect("accounts:mine")


# — one's own account —


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@needs(P.OWN)
def mine(request: ActorRequest) -> HttpResponse:
    """Show one's own account: proofs, phones, open sessions, when one came in."""
    person, now = _person(request), request.actor.now
    user = person.pk
    factors = list(Authenticator.objects.filter(user_id=user).order_by("pk"))
    grants = RoleGrant.objects.filter(user_id=user).in_force(now).select_related("place")
    context = {
        "person": person,
        "grants": [(ROLES[grant.role], grant) for grant in grants if grant.role in ROLES],
        "totp": next((row for row in factors if row.type == "totp"), None),
        "keys": [row.wrap() for row in factors if row.type == "webauthn"],
        "has_codes": any(row.type == "recovery_codes" for row in factors),
        "must_set_up": is_asked(request) and proved_at(request) is None,
        "may_keep": not needs_second_factor(request.actor)
        and not person.is_demo
        and DEVICE not in request.session,
        "devices": Device.objects.filter(
            user_id=user, ended_at__isnull=True, expires_at__gt=now
        ).order_by("pk"),
        "this_device": request.session.get(DEVICE),
        "sessions": Session.objects.filter(user_id=user, expire_date__gt=now).order_by(
            "-signed_in_at"
        ),
        "this_session": request.session.session_key,
        "sign_ins": SignIn.objects.filter(user_id=user).order_by("-at")[:SHOWN_SIGN_INS],
    }
    return render(request, "accounts/door/mine.html", context)


@needs(P.OWN)
@require_POST
def end_others(request: ActorRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    operations.end_other_sessions(actor=request.actor, session=request.session.session_key)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("accounts:mine")


def _kept(view: View, said: Any = None) -> View:
    """Run a page of allauth that changes proofs inside our operation, so that the change and its event are one."""

    @needs(P.OWN)
    @functools.wraps(view)
    def kept(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _person(request).is_demo:
            raise Http404
        if request.method != "POST":
            return view(request, *args, **kwargs)
        answer: HttpResponse = operations.change_proofs(
            actor=request.actor,
            take=lambda: view(request, *args, **kwargs),
            session=lambda: request.session.session_key,
        )
        if answer.status_code == 302 and said is not None:
            messages.success(request, str(said))
        return answer

    return kept


def _enrolling(view: View) -> View:
    """Setting a second factor up shows it, too."""

    @functools.wraps(view)
    def enrolling(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if request.method == "POST" and answer.status_code == 302:
            request.session[ENROLLED] = clock.now().isoformat()
        return answer

    return enrolling


password = _kept(
    PasswordChangeView.as_view(template_name="accounts/door/password.html"),
    said=_lazy("Your password is changed; other browsers and phones are signed out."),
)
add_totp = _kept(
    _enrolling(ActivateTOTPView.as_view(template_name="accounts/door/add_totp.html")),
)
remove_totp = _kept(
    DeactivateTOTPView.as_view(template_name="accounts/door/remove_totp.html"),
    said=_lazy("The authenticator is taken away."),
)
add_key = _kept(
    _enrolling(AddWebAuthnView.as_view(template_name="accounts/door/add_key.html")),
)
remove_key = _kept(
    RemoveWebAuthnView.as_view(template_name="accounts/door/remove_key.html"),
    said=_lazy("The security key is taken away."),
)
codes = needs(P.OWN)(ViewRecoveryCodesView.as_view(template_name="accounts/door/codes.html"))
new_codes = _kept(GenerateRecoveryCodesView.as_view(template_name="accounts/door/new_codes.html"))
again = needs(P.OWN)(ReauthenticateView.as_view(template_name="accounts/door/again.html"))
again_code = needs(P.OWN)(MfaReauthenticateView.as_view(template_name="accounts/door/again.html"))
again_key = needs(P.OWN)(
    ReauthenticateWebAuthnView.as_view(template_name="accounts/door/again_key.html")
)
