"""The shape of what an administrator types about places and organisations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.forms import RuleForm
from linli.territory.choices import OrganisationKind, PlaceLevel
from linli.territory.models import Organisation, Place, Post
from linli.web.templatetags.linli import called

BELOW = [
    (level.value, level.label)
    for level in (PlaceLevel.COMPOUND, PlaceLevel.BUILDING, PlaceLevel.ENTRANCE)
]


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs
    )


class OpenPlaceForm(RuleForm):
    level = forms.ChoiceField(label=_("Level"), widget=forms.RadioSelect)
    name = forms.CharField(label=_("Name"), max_length=100)

    def __init__(self, *args: Any, levels: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [(code, label) for code, label in BELOW if code in levels]  # type: ignore[attr-defined]
        self.fields["level"].initial = levels[0] if levels else None


class EstablishForm(RuleForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    name_en = forms.CharField(label=_("English name"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=OrganisationKind.choices, initial=OrganisationKind.PROPERTY
    )
    code = forms.RegexField(
        r"^[a-z][a-z0-9-]{2,31}$",
        label=_("Organisation code"),
        help_text=_("Small letters, digits and hyphens, e.g. property-029"),
        error_messages={
            "invalid": _("Use 3 to 32 small letters, digits and hyphens, beginning with a letter.")
        },
    )


class ServeForm(RuleForm):
    place_code = forms.CharField(
        label=_("Place code"),
        max_length=32,
        help_text=_("The code stands on the page of each place."),
    )
    valid_from = _day(_("From"))
    valid_to = _day(_("To, the first day it holds no more"), required=False)


class PostForm(RuleForm):
    title = forms.CharField(label=_("Post"), max_length=60)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=99, initial=1)


class AppointForm(RuleForm):
    post = forms.TypedChoiceField(label=_("Post"), coerce=int)
    username = forms.CharField(
        label=_("User name"),
        max_length=64,
        help_text=_("Also of somebody who works elsewhere: posts may be held crosswise."),
    )
    valid_from = _day(_("From"))
    valid_to = _day(_("To, the first day it holds no more"), required=False)

    def __init__(self, *args: Any, posts: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [(post.pk, post.title) for post in posts]  # type: ignore[attr-defined]


class HandOverForm(RuleForm):
    successor = forms.TypedChoiceField(
        label=_("Who takes over"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who takes over the open orders.")},
    )

    def __init__(self, *args: Any, units: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].choices = [  # type: ignore[attr-defined]
            (unit.pk, f"{called(unit)} · {unit.get_kind_display()}") for unit in units
        ]


class DivisionFileForm(RuleForm):
    file = forms.FileField(
        label=_("Division file"),
        help_text=_(
            "CSV in UTF-8 (.gz too): code, name, short, kind, streetCode, street, areaCode, district, and "
            "succeeds where a place follows an older one."
        ),
        error_messages={"required": _("Choose the file first.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.gz"}),
    )


def levels_in(place: Place) -> tuple[str, ...]:
    """Return the levels that may be opened just below a place."""
    if place.level == PlaceLevel.COMPOUND:
        return (PlaceLevel.BUILDING.value,)
    if place.level == PlaceLevel.BUILDING:
        return (PlaceLevel.ENTRANCE.value,)
    if place.level in (PlaceLevel.COMMUNITY, PlaceLevel.VILLAGE):
        return (PlaceLevel.COMPOUND.value, PlaceLevel.BUILDING.value)
    return (
        (PlaceLevel.COMPOUND.value,)
        if place.level in (PlaceLevel.STREET, PlaceLevel.DISTRICT)
        else ()
    )
