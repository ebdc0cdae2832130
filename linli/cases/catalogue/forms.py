"""The shape of what an administrator types about the catalogue. Rules live in the operations."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.choices import DUTY_BOUND
from linli.cases.catalogue.fields import CategoryField, read_category
from linli.cases.catalogue.models import CatalogueEntry, Category
from linli.cases.catalogue.naming import Names
from linli.cases.catalogue.sheets import LARGEST
from linli.cases.choices import Urgency
from linli.cases.clocks.choices import ClockCode
from linli.cases.forms import RuleForm
from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from linli.territory.models import Organisation, Place
from linli.territory.queries import find_places
from linli.territory.wording import listed

UNITS_ID = "units"
"""Id of the list of units that a page offers: `catalogue/units.html`."""


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **kwargs)


def start_of(day: dt.date | None, *, now: dt.datetime) -> dt.datetime | None:
    """Return the beginning of a day at the site; None (from now on) for today and for no day."""
    if day is None or day == timezone.localtime(now).date():
        return None
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone())


class AreaForm(RuleForm):
    """A form with an area in words: within the areas over which the permission is held."""

    def __init__(self, *args: Any, actor: Actor, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.permission = actor, permission

    def area(self, words: str) -> Place | None:
        """Return the place that the words mean. Raises ValidationError."""
        words = words.strip()
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


class EntryForm(AreaForm):
    """Who leads a category in an area."""

    lead = forms.CharField(
        label=_("Lead"),
        max_length=100,
        help_text=_("An organisation, or a kind such as sub-district: found by the case's place."),
        widget=forms.TextInput(attrs={"list": UNITS_ID, "autocomplete": "off"}),
        error_messages={"required": _("Name who leads: an organisation or a kind of one.")},
    )
    place = forms.CharField(
        label=_("Area"),
        required=False,
        max_length=100,
        help_text=_("A district, street, community or compound. Left empty: everywhere."),
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"), required=False, choices=[("", _("every urgency")), *Urgency.choices]
    )
    clock_class = forms.ChoiceField(
        label=_("Limit"),
        required=False,
        choices=[("", _("by the case's own urgency")), *ClockCode.choices],
    )
    co_handlers = forms.CharField(
        label=_("Co-handlers"),
        required=False,
        max_length=300,
        help_text=_("Several with commas between them: organisations or kinds."),
    )
    basis = forms.CharField(
        label=_("Legal basis"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": _("Name the document that says so, with its date and article.")
        },
    )
    valid_from = day_field(_("From"), help_text=_("Left empty: from now on."))
    valid_to = day_field(_("To"), help_text=_("Left empty: without an end."))

    def clean_place(self) -> Place | None:
        return self.area(self.cleaned_data["place"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        names = Names()
        try:
            if "lead" in data:
                unit = names.unit(data["lead"])
                data["unit"] = unit if isinstance(unit, Organisation) else None
                data["kind"] = unit if isinstance(unit, str) else ""
        except RuleBroken as broken:
            self.add_error("lead", broken.message)
        try:
            data["helpers"] = names.several(data.get("co_handlers", ""))
        except RuleBroken as broken:
            self.add_error("co_handlers", broken.message)
        return data

    def arguments(self) -> dict[str, Any]:
        """Return what the operation is given, from valid data."""
        data, now = self.cleaned_data, self.actor.now
        return {
            "lead": data["unit"],
            "lead_kind": data["kind"],
            "urgency": data["urgency"],
            "place": data["place"],
            "co_handlers": data["helpers"],
            "clock_class": data["clock_class"],
            "basis": data["basis"],
            "valid_from": start_of(data["valid_from"], now=now),
            "valid_to": start_of(data["valid_to"], now=now),
        }


def filled_from(entry: CatalogueEntry) -> dict[str, Any]:
    """Return what a form starts with to change an entry: the next one ends it."""
    return {
        "lead": entry.lead.code if entry.lead else str(entry.get_lead_kind_display()),
        "place": entry.place.code if entry.place else "",
        "urgency": entry.urgency,
        "clock_class": entry.clock_class,
        "co_handlers": "、".join(
            row.organisation.code if row.organisation else str(row.get_kind_display())
            for row in entry.co_handlers.all()
        ),
        "basis": entry.basis,
    }


class DutyForm(AreaForm):
    """What a community's body may lead."""

    category = CategoryField(
        error_messages={"required": _("Write one word of the matter and choose from the list.")}
    )
    category_code = forms.CharField(required=False, widget=forms.HiddenInput)
    whose = forms.CharField(
        label=_("Whose list"),
        max_length=100,
        help_text=_("All residents' committees, all service stations, or one by its name or code."),
        widget=forms.TextInput(attrs={"list": UNITS_ID, "autocomplete": "off"}),
    )
    place = forms.CharField(
        label=_("Area"),
        required=False,
        max_length=100,
        help_text=_("Where those of a kind have it on their list. Left empty: everywhere."),
    )
    basis = forms.CharField(
        label=_("Legal basis"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": _("Name the document that says so, with its date and article.")
        },
    )
    valid_from = day_field(_("From"), help_text=_("Left empty: from now on."))
    valid_to = day_field(_("To"), help_text=_("Left empty: without an end."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories: list[Category] = []

    def clean_place(self) -> Place | None:
        return self.area(self.cleaned_data["place"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if words := data.get("category"):
            data["about"] = read_category(
                self, words=words, code=data.get("category_code", ""), at=self.actor.now
            )
        if "whose" in data:
            try:
                data["unit"] = Names().unit(data["whose"])
            except RuleBroken as broken:
                self.add_error("whose", broken.message)
        return data

    def arguments(self) -> dict[str, Any]:
        """Return what the operation is given, from valid data."""
        data, now = self.cleaned_data, self.actor.now
        unit = data["unit"]
        return {
            "category": data["about"],
            "organisation": unit if isinstance(unit, Organisation) else None,
            "kind": unit if isinstance(unit, str) else "",
            "place": data["place"],
            "basis": data["basis"],
            "valid_from": start_of(data["valid_from"], now=now),
            "valid_to": start_of(data["valid_to"], now=now),
        }


class FileForm(RuleForm):
    """The catalogue as a spreadsheet."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": _("Choose the file that you changed."),
            "empty": _("The file is empty. Choose the file that you changed."),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                _("The file is larger than 5 MB. Such lists are smaller: is it the right one?")
            )
        return file


class AskForm(AreaForm):
    """A case that might be: where would it go?"""

    category = CategoryField(
        error_messages={"required": _("Write one word of the matter and choose from the list.")}
    )
    category_code = forms.CharField(required=False, widget=forms.HiddenInput)
    place = forms.CharField(
        label=_("Place"),
        max_length=100,
        error_messages={"required": _("Say where it would be: the community is enough.")},
    )
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices, initial=Urgency.NORMAL)
    on = day_field(_("On"), help_text=_("Left empty: now."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories: list[Category] = []

    def clean_place(self) -> Place | None:
        return self.area(self.cleaned_data["place"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if words := data.get("category"):
            data["about"] = read_category(
                self, words=words, code=data.get("category_code", ""), at=self.actor.now
            )
        return data

    @property
    def at(self) -> dt.datetime:
        """Return the moment asked about: now, or noon of another day."""
        day = self.cleaned_data["on"]
        if day is None or day == timezone.localtime(self.actor.now).date():
            return self.actor.now
        return dt.datetime.combine(day, dt.time(12), tzinfo=timezone.get_default_timezone())


BOUND_KINDS = [(kind.value, kind.label) for kind in DUTY_BOUND]
