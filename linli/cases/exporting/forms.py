"""The shape of what people ask for as a file. Rules live in `rules.py` and the operations."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.fields import CategoryField, read_category
from linli.cases.catalogue.models import Category
from linli.cases.exporting.choices import ExportFormat, ExportList
from linli.cases.exporting.operations import Wish
from linli.cases.flows import CASE
from linli.cases.forms import RuleForm
from linli.cases.searching.queries import states
from linli.kernel.actor import Actor
from linli.methods.language.grams import query_of
from linli.territory.queries import find_places
from linli.territory.wording import listed


class ExportForm(RuleForm):
    """Which cases, as which file. The end is a day that is still in."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    which = forms.ChoiceField(label=_("Which cases"), required=False, choices=ExportList.choices)
    words = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=200,
        help_text=_(
            "As in the search: two characters are enough, all of several must stand there."
        ),
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    category = CategoryField(required=False)
    place = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=100,
        help_text=_("Left empty: your whole area."),
    )
    received_from = forms.DateField(
        label=_("Received from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    received_to = forms.DateField(
        label=_("Received until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    format = forms.ChoiceField(
        label=_("File format"),
        choices=ExportFormat.choices,
        widget=forms.RadioSelect,
        initial=ExportFormat.XLSX,
    )

    def __init__(self, *args: Any, actor: Actor, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.permission = actor, permission
        self.fields["form_key"].initial = uuid.uuid4
        self.categories: list[Category] = []
        self.fields["state"].choices = [("", _("all")), *_states()]  # type: ignore[attr-defined]

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"].replace("\x00", "").strip()
        if words and not query_of(words):
            raise forms.ValidationError(
                _("There is no word in this. Type two characters of what was said.")
            )
        return words

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        said = data.get("category")
        data["about"] = read_category(self, words=said) if said else None
        return data

    def clean_place(self) -> Any:
        words = self.cleaned_data["place"].strip()
        if not words:
            return None
        found = find_places(words, within=list(self.actor.scopes(self.permission)))
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

    def wish(self, *, language: str, is_personal: bool = False) -> Wish:
        """Return what is asked for, from valid data."""
        data = self.cleaned_data
        last = data["received_to"]
        return Wish(
            format=data["format"],
            language=language,
            which=data["which"],
            words=data["words"],
            state=data["state"] or None,
            category=data["about"],
            place=data["place"],
            received_from=_start_of(data["received_from"]),
            received_to=_start_of(last and min(last, _LAST_DAY) + dt.timedelta(days=1)),
            is_personal=is_personal,
            reason=data.get("reason", ""),
        )


def _states() -> list[tuple[str, Any]]:
    """Return the states in which cases are shown, and all of those that some unit has in hand."""
    return [*states(), ("case:in_handling", CASE.state("in_handling").label)]


_LAST_DAY = dt.date(9000, 1, 1)


def _start_of(day: dt.date | None) -> dt.datetime | None:
    if day is None:
        return None
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone())


class PersonalExportForm(ExportForm):
    """The same with names and numbers: a reason goes with it."""

    reason = forms.CharField(
        label=_("Why you need it"),
        max_length=200,
        error_messages={
            "required": _(
                "Say what the names and numbers are needed for. It stands in every one of the cases."
            )
        },
    )
