"""What is typed at the door. allauth's forms with our words, and two of our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as MfaReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from linli.accounts.door.choices import Means, Outcome
from linli.accounts.door.operations import note_sign_in
from linli.accounts.parts import door
from linli.kernel import clock
from linli.kernel.errors import RuleBroken

PASSWORD_HELP = _(
    "At least ten characters, not digits alone, without your name, and none that many people use."
)
CODE_KEYS = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none"}


def say(form: forms.BaseForm, name: str, label: Any, **attrs: str) -> None:
    """Give a field of allauth's our label, and nothing that only repeats it."""
    field = form.fields[name]
    field.label, field.help_text = label, ""
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attrs)


class SignInForm(LoginForm):
    """User name or staff number, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(
            self, "login", _("User name or staff number"), autocapitalize="none", spellcheck="false"
        )
        say(self, "password", _("Password"))


class AgainForm(ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "password", _("Password"))


class SecondStepForm(AuthenticateForm):
    """The code of an authenticator, or a recovery code. A wrong one stands in the log."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "code", _("Code"), **CODE_KEYS)

    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except forms.ValidationError:
            note_sign_in(
                actor=door(clock.now(), user=self.user),
                user_id=self.user.pk,
                means=Means.SECOND_FACTOR,
                outcome=Outcome.WRONG,
            )
            raise


class SecondStepAgainForm(MfaReauthenticateForm):
    """The code once more, inside."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "code", _("Code"), **CODE_KEYS)


class AddTotpForm(ActivateTOTPForm):
    """The first code of a new authenticator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "code", _("The six digits that the app shows"), **CODE_KEYS)


class AddKeyForm(AddWebAuthnForm):
    """The name of a new security key; what the key answers is put in by the script."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "name", _("What you call it"), maxlength="40")


class ChangePasswordForm(AllauthChangePasswordForm):
    """The present password and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self, "oldpassword", _("Present password"))
        say(self, "password1", _("New password"))
        say(self, "password2", _("New password, once more"))
        self.fields["password1"].help_text = PASSWORD_HELP


class OwnForm(forms.Form):
    """A form of ours that shows a broken rule beside its field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Turn a RuleBroken of an operation into an error of this form."""
        try:
            yield
        except RuleBroken as broken:
            self.add_error(broken.field if broken.field in self.fields else None, broken.message)


def _secret(label: Any, autocomplete: str, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, **attrs}),
    )


class OneTimeCodeForm(OwnForm):
    """A one-time code, and the password that it sets."""

    username = forms.CharField(
        label=_("User name or staff number"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    code = forms.CharField(
        label=_("One-time code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}
        ),
    )
    password = _secret(_("New password"), "new-password")
    again = _secret(_("New password, once more"), "new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = PASSWORD_HELP

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("password") != given.get("again") and "password" in given:
            self.add_error("again", _("The two do not match. Type the new password twice."))
        return given


PIN_KEYS = {"inputmode": "numeric", "pattern": "[0-9]*", "maxlength": "6"}


class KeepDeviceForm(OwnForm):
    """What a phone is called that stays signed in, and its PIN twice."""

    name = forms.CharField(label=_("What you call this phone"), max_length=40)
    pin = _secret(_("PIN, six digits"), "off", **PIN_KEYS)
    again = _secret(_("PIN, once more"), "off", **PIN_KEYS)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("pin") != given.get("again") and "pin" in given:
            self.add_error("again", _("The two do not match. Type the PIN twice."))
        return given


class UnlockForm(OwnForm):
    """The PIN of a phone."""

    pin = _secret(_("PIN"), "off", **PIN_KEYS)
