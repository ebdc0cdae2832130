"""The shape of what people send in: an order pasted, a file dropped."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.cases.attachments.forms import FilesField, FilesInput
from linli.cases.choices import Kind, Urgency
from linli.cases.forms import RuleForm
from linli.cases.imports.drafts import moment_of
from linli.cases.imports.maps import shipped
from linli.cases.imports.pasted import read_pasted
from linli.cases.rules import WORDS_LIMIT
from linli.kernel.actor import Actor
from linli.territory.models import Place
from linli.territory.queries import find_places, with_paths

MOMENT = "%Y-%m-%dT%H:%M"
PASTED_LIMIT = WORDS_LIMIT * 2


def _moment(label: Any, **given: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=[MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        **given,
    )


class PasteForm(RuleForm):
    """The text as it was copied."""

    pasted = forms.CharField(
        label=_("The order as copied"),
        max_length=PASTED_LIMIT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={
            "required": _("Copy the order on the city's page and paste it here, or type it beside.")
        },
    )


class OrderForm(RuleForm):
    """One order of the city's platform. `place` is words; `place_code` the choice when several fit.

    `photos` show the order from which it is typed; they go to the case under `form_key`.
    """

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)
    pasted = forms.CharField(
        required=False, max_length=PASTED_LIMIT, strip=False, widget=forms.HiddenInput
    )
    number = forms.CharField(
        label=_("Number at the source"),
        max_length=64,
        error_messages={
            "required": _(
                "Write the order's number: by it the order is known again, and its answer goes back."
            )
        },
    )
    received_at = _moment(
        _("Received at the source"),
        error_messages={
            "required": _("Write when the platform received it: the clocks run from then.")
        },
    )
    due_at = _moment(_("Due at the source"), required=False)
    words = forms.CharField(
        label=_("What happened"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": _(
                "There are no words yet. Write down what the resident asks, even in one sentence."
            )
        },
    )
    title = forms.CharField(label=_("Title"), required=False, max_length=200)
    place = forms.CharField(
        label=_("Place"),
        max_length=200,
        error_messages={"required": _("Write where it is: the community or compound is enough.")},
    )
    place_code = forms.CharField(required=False, widget=forms.HiddenInput)
    address = forms.CharField(label=_("Where exactly"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Kind of request"), choices=Kind.choices, initial=Kind.HELP)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices, initial=Urgency.NORMAL)
    name = forms.CharField(label=_("Caller's name"), required=False, max_length=64)
    phone = forms.CharField(label=_("Caller's telephone"), required=False, max_length=40)
    photos = FilesField(
        label=_("Photo of the order"),
        required=False,
        widget=FilesInput(
            attrs={
                "accept": "image/jpeg,image/png,image/webp",
                "multiple": True,
                "form": "order",
                "data-shows": "photo-shown",
            }
        ),
    )

    def __init__(self, *args: Any, actor: Actor, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = list(actor.scopes(permission))
        self.candidates: list[Place] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        words = data.get("place")
        if not words:
            return data
        found = find_places(words, within=self.held)
        chosen = find_places(data.get("place_code") or "", within=self.held)
        if len(chosen) == 1 and chosen[0].pk in {place.pk for place in found}:
            found = chosen
        if len(found) == 1:
            data["where"] = found[0]
        elif found:
            self.candidates = with_paths(found)
            self.add_error("place", _("Several places fit. Choose the one that is meant."))
        else:
            self.add_error(
                "place",
                _("No place of your area is known by “%(place)s”. Try the community's name alone.")
                % {"place": words},
            )
        return data


def initial_of(text: str, *, actor: Actor, permission: str) -> dict[str, Any]:
    """Return the fields of an order as read from a pasted text; what was not found is left out."""
    read = read_pasted(text)
    parts, given = dict(read.parts), shipped("platform")
    for name in ("received", "due"):
        moment = moment_of(parts.pop(name, ""), case_map=given)
        if moment is not None:
            parts[f"{name}_at"] = timezone.localtime(moment).strftime(MOMENT)
    for name, choice in (("kind", given.kind), ("urgency", given.urgency)):
        if said := parts.pop(name, ""):
            parts[name] = choice.of([said])
    parts.setdefault("words", read.rest)
    parts.pop("unit", None)
    if not parts.get("place"):
        home = [code for _column, code in actor.scopes(permission)]
        community = Place.objects.filter(code__in=home, level="community").first()
        parts["place"] = (
            community.label if community and len(home) == 1 else parts.get("address", "")
        )
    return {"pasted": text, **parts}


class FileForm(RuleForm):
    """A file of cases, and a map of one's own if none that comes with Linli fits."""

    file = forms.FileField(
        label=_("File with cases"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.gz"}),
        error_messages={
            "required": _("Choose the file: CSV, TSV or XLSX."),
            "empty": _("The file is empty. Check that it is the right one."),
        },
    )
    map = forms.FileField(
        label=_("Map of your own (TOML)"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".toml"}),
    )
