"""Where allauth asks us: what it says, whom it lets in, how its secrets are sealed."""

import base64
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.accounts.door.choices import FRESH, Means, Outcome
from linli.accounts.door.operations import note_sign_in
from linli.accounts.door.proofs import proved_at
from linli.accounts.door.sessions import BEFORE, SEEN, SIGNED_IN
from linli.accounts.models import User
from linli.accounts.parts import door
from linli.kernel import clock
from linli.kernel.seal import seal, unseal

TOO_MANY = _(
    "Too many tries. Wait five minutes, then try again. Forgotten password: ask your administrator for a "
    "one-time code."
)
WRONG_CODE = _("That code does not fit. Codes change every 30 seconds: type the present one.")


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by user name or staff number; nobody signs up; no e-mail is sent."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is shut. Ask your administrator."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "username_password_mismatch": _(
            "User name and password do not fit together. Look at capital letters and the language of the keyboard."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # By account, whichever of its names was typed, and whatever host the browser named.
        name = credentials.get("username", "").strip()
        user = User.objects.filter(Q(username=name) | Q(staff_number=name)).first()
        return f"account:{user.pk}" if user else f"name:{name.casefold()}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        name = credentials.get("username", "").strip()
        user = User.objects.filter(Q(username=name) | Q(staff_number=name)).first()
        if user is not None:
            self._note(user, means=Means.PASSWORD, outcome=Outcome.WRONG)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Open the session, write it down, and keep when she came the time before: the menu tells her."""
        assert isinstance(user, User)
        super().login(request, user)
        now = clock.now()
        request.session[SIGNED_IN] = request.session[SEEN] = now.isoformat()
        methods = {record["method"] for record in get_authentication_records(request, user)}
        came_by = {"mfa": Means.SECOND_FACTOR, "socialaccount": Means.PROVIDER}
        means = next((came_by[method] for method in came_by if method in methods), Means.PASSWORD)
        before = self._note(user, means=means, outcome=Outcome.IN)
        if before is not None:
            request.session[BEFORE] = before.isoformat()

    def _note(self, user: User, *, means: str, outcome: str) -> Any:
        actor = door(clock.now(), user=user)
        return note_sign_in(actor=actor, user_id=user.pk, means=means, outcome=outcome)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:choose_role")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:mine")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: our pages say what happened, in our words."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: Linli keeps no e-mail addresses."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return whether proofs may be changed only after one has been shown again: not just after signing in."""
        request = context.request
        if not request.user.is_authenticated:
            return True
        times = [record["at"] for record in get_authentication_records(request, request.user)]
        enrolled = proved_at(request)
        shown = max([*times, *([enrolled.timestamp()] if enrolled else [])], default=0.0)
        return clock.now().timestamp() - shown > FRESH.total_seconds()

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return the proofs that may be asked again; where a second factor is set up, the password is none."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"] != "reauthenticate"]
        return factors or methods


class MfaAdapter(DefaultMFAAdapter):
    """Second factors, sealed for the person they belong to. A CHECK keeps them in her rows."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_generate_recovery_codes": _("Set up an authenticator or a security key first."),
    }

    def encrypt(self, text: str) -> str:
        owner = context.request.user.pk
        sealed = base64.b64encode(seal(text, where=self._where(owner))).decode()
        return f"{owner}:{sealed}"

    def decrypt(self, encrypted_text: str) -> str:
        owner, _colon, sealed = encrypted_text.partition(":")
        return unseal(base64.b64decode(sealed), where=self._where(owner))

    def _where(self, owner: int | str) -> str:
        return f"mfa_authenticator.data.{owner}"

    def build_totp_svg(self, url: str) -> str:
        svg: str = segno.make(url, error="m").svg_inline(
            scale=5, border=3, light="#fff", dark="#000"
        )
        # As a file of its own (a data address), it must name its language.
        return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:
        from allauth.mfa.models import Authenticator

        held = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Security key %(number)s") % {"number": held + 1}
