"""The shape of what an administrator types about accounts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.accounts.door.forms import OwnForm
from linli.accounts.permissions import ROLES


class OpenPersonForm(OwnForm):
    """Who the account is for."""

    display_name = forms.CharField(label=_("Name"), max_length=64)
    username = forms.RegexField(
        r"^[\w.@-]{2,64}$",
        label=_("User name"),
        help_text=_("Letters, digits, dot, hyphen, e.g. li.qiuhe; it is typed each time."),
        error_messages={"invalid": _("Use 2 to 64 letters, digits, dots and hyphens, no spaces.")},
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    staff_number = forms.CharField(
        label=_("Staff number"),
        max_length=32,
        required=False,
        help_text=_("By it the city's own sign-in knows the person."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    organisation = forms.CharField(
        label=_("Organisation code"),
        max_length=32,
        help_text=_("It stands on the organisation's page."),
    )


class GiveRoleForm(OwnForm):
    """A role over a place from a day to a day, perhaps with a post."""

    role = forms.ChoiceField(label=_("Role"))
    place_code = forms.CharField(
        label=_("Place code"),
        max_length=32,
        help_text=_("The code stands on the page of each place."),
    )
    valid_to = forms.DateField(
        label=_("To, the first day it holds no more"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    appointment = forms.TypedChoiceField(
        label=_("With the post"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The role ends the night the post ends."),
    )

    def __init__(self, *args: Any, appointments: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(code, role.label) for code, role in ROLES.items()]
        self.fields["role"].choices = [("", "—"), *roles]  # type: ignore[attr-defined]
        held = [
            (row.pk, f"{row.post.organisation.label} · {row.post.title}") for row in appointments
        ]
        self.fields["appointment"].choices = [("", "—"), *held]  # type: ignore[attr-defined]
        if not held:
            del self.fields["appointment"]


class ChangePersonForm(OwnForm):
    """Name and staff number of an account."""

    display_name = forms.CharField(label=_("Name"), max_length=64)
    staff_number = forms.CharField(
        label=_("Staff number"),
        max_length=32,
        required=False,
        help_text=_("By it the city's own sign-in knows the person."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
