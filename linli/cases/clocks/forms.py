"""The shape of what an administrator types about clocks. Rules live in the operations."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.clocks.choices import ClockCode, LimitUnit
from linli.cases.clocks.models import ClockProfile
from linli.cases.clocks.rules import DEFAULT_TIMES, Limits
from linli.cases.forms import RuleForm
from linli.kernel.actor import Actor
from linli.methods.clocks import Limit, Unit
from linli.territory.queries import find_places
from linli.territory.wording import listed

_LOCAL = "%Y-%m-%dT%H:%M"
_MOST = 1000
_PARTS = ("first_contact", "handling")


def _moment(label: Any, *, help_text: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=help_text,
        input_formats=[_LOCAL, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL),
    )


class ProfileForm(RuleForm):
    """A version of a profile: its names, its basis and two limits for each class."""

    code = forms.RegexField(
        label=_("Profile code"),
        regex=r"^[a-z0-9][a-z0-9-]{1,31}$",
        help_text=_("A code that exists already gets its next version."),
        error_messages={
            "invalid": _(
                "Write 2 to 32 small letters, digits and hyphens, for example chaoyang-2027."
            )
        },
    )
    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60, required=False)
    basis = forms.CharField(
        label=_("Where the limits come from"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Name the document that sets these limits, with its date and article.")
        },
    )
    basis_en = forms.CharField(
        label=_("The same in English"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    working_times = forms.CharField(
        label=_("Working times"),
        max_length=100,
        initial=DEFAULT_TIMES,
        help_text=_("For limits in working hours and working days, as 09:00-12:00, 13:30-17:30."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in ClockCode:
            for part in _PARTS:
                words = (
                    _("First contact within") if part == "first_contact" else _("Handling within")
                )
                self.fields[f"{one.value}_{part}_amount"] = forms.IntegerField(
                    label=words, min_value=1, max_value=_MOST
                )
                self.fields[f"{one.value}_{part}_unit"] = forms.ChoiceField(
                    label=words, choices=LimitUnit.choices
                )

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield each class with its four bound fields, for the table of the page."""
        for one in ClockCode:
            limits = [
                {
                    "amount": self[f"{one.value}_{part}_amount"],
                    "unit": self[f"{one.value}_{part}_unit"],
                }
                for part in _PARTS
            ]
            yield {"label": one.label, "code": one.value, "limits": limits}

    def limits(self) -> dict[str, Limits]:
        """Return the limits of each class, from valid data."""
        data = self.cleaned_data
        return {
            one: Limits(
                *(
                    Limit(
                        data[f"{one.value}_{part}_amount"], Unit(data[f"{one.value}_{part}_unit"])
                    )
                    for part in _PARTS
                )
            )
            for one in ClockCode
        }


def filled_from(profile: ClockProfile) -> dict[str, Any]:
    """Return what a form starts with for the next version of a profile."""
    initial: dict[str, Any] = {
        name: getattr(profile, name)
        for name in ("code", "name", "name_en", "basis", "basis_en", "working_times")
    }
    for row in profile.classes.all():
        for part in _PARTS:
            initial[f"{row.code}_{part}_amount"] = getattr(row, f"{part}_amount")
            initial[f"{row.code}_{part}_unit"] = getattr(row, f"{part}_unit")
    return initial


class TermForm(RuleForm):
    """Which version is in force where and when."""

    profile = forms.ModelChoiceField(
        label=_("Clock profile"),
        queryset=ClockProfile.objects.none(),
        empty_label=_("Choose a profile"),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose the profile that is to apply.")
        ),
    )
    place = forms.CharField(
        label=_("Area"),
        required=False,
        max_length=100,
        help_text=_("A district, street or community. Left empty: the whole installation."),
    )
    is_override = forms.BooleanField(
        label=_("Beside the ordinary limits, for cases chosen at dispatch (an epidemic)"),
        required=False,
    )
    valid_from = _moment(_("From"), help_text=_("Left empty: from now on."))
    valid_to = _moment(_("To"), help_text=_("Left empty: without an end."))

    def __init__(self, *args: Any, actor: Actor, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.permission = actor, permission
        field: Any = self.fields["profile"]
        field.queryset = ClockProfile.objects.order_by("code", "-version")
        field.label_from_instance = lambda profile: f"{profile.label} v{profile.version}"

    def clean_place(self) -> Any:
        words = self.cleaned_data["place"].strip()
        if not words:
            return None
        found = find_places(words, within=self.actor.scopes(self.permission))
        if len(found) == 1:
            return found[0]
        if found:
            names = listed(place.label for place in found[:5])
            raise forms.ValidationError(
                _("Several places fit: %(names)s. Write the full name of the one meant."),
                params={"names": names},
            )
        raise forms.ValidationError(
            _("No place of your area is known by “%(place)s”. Try its full name."),
            params={"place": words},
        )
