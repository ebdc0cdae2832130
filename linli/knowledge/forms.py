"""The shape of what is typed into an article."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from linli.knowledge.choices import Audience
from linli.knowledge.models import ArticleVersion
from linli.knowledge.operations import Draft
from linli.knowledge.permissions import KnowledgePermission as P
from linli.knowledge.queries import units_of
from linli.territory.models import day_of
from linli.territory.queries import find_places

REVIEW_AFTER = dt.timedelta(days=180)
"""A rule that nobody has looked at for half a year may have changed; the writer may name another day."""


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label, required=required, widget=widget, input_formats=["%Y-%m-%d"]
    )


class ArticleForm(forms.Form):
    """A version, as it is written. `place` and `owner` stand only on a new article."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    question = forms.CharField(
        label=_("Question"),
        max_length=200,
        error_messages={"required": _("Write the question as a caller would ask it.")},
    )
    variants = forms.CharField(
        label=_("Other ways of asking"), required=False, max_length=2000, widget=_area(3)
    )
    answer = forms.CharField(
        label=_("Answer"),
        max_length=4000,
        widget=_area(5),
        error_messages={"required": _("Write the answer in the words that a caller is told.")},
    )
    steps = forms.CharField(label=_("Steps"), required=False, max_length=2000, widget=_area(3))
    materials = forms.CharField(
        label=_("What to bring"), required=False, max_length=2000, widget=_area(3)
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        error_messages={"required": _("Name the rule or notice that the answer rests on.")},
    )
    clause = forms.CharField(label=_("Article of the source"), required=False, max_length=100)
    source_date = _day(_("Date of the source"))
    valid_from = _day(_("Valid from"), required=True)
    valid_to = _day(_("Valid to"))
    review_on = _day(_("To be reviewed on"), required=True)
    audience = forms.ChoiceField(
        label=_("For whom"),
        choices=Audience.choices,
        widget=forms.RadioSelect,
        initial=Audience.EVERYONE,
    )
    place = forms.CharField(
        label=_("Holds in"),
        max_length=100,
        error_messages={"required": _("Name the area in which the answer holds.")},
    )
    owner = forms.TypedChoiceField(
        label=_("Unit that keeps it"),
        coerce=int,
        error_messages={"required": _("Choose the unit that keeps the article true.")},
    )

    def __init__(
        self, *args: Any, actor: Actor, version: ArticleVersion | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("label_suffix", "")
        today = day_of(actor.now)
        initial: dict[str, Any] = {"valid_from": today, "review_on": today + REVIEW_AFTER}
        if version is not None:
            initial |= {name: getattr(version, name) for name in Draft.__dataclass_fields__}
            initial["review_on"] = max(version.review_on, today + REVIEW_AFTER)
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["form_key"].initial = uuid.uuid4
        if version is not None:
            del self.fields["place"], self.fields["owner"]
            return
        self.units = {unit.pk: unit for unit in units_of(actor, P.WRITE)}
        self.fields["owner"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((unit.pk, unit.label) for unit in self.units.values()),
        ]
        self.fields["owner"].initial = actor.organisation_id

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Turn a RuleBroken of an operation into an error of this form."""
        try:
            yield
        except RuleBroken as broken:
            self.add_error(broken.field if broken.field in self.fields else None, broken.message)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "place" in self.fields and data.get("place"):
            found = find_places(data["place"], within=self.actor.scopes(P.WRITE))
            areas = [place for place in found if place.is_area]
            if len(areas) == 1:
                data["where"] = areas[0]
            else:
                self.add_error(
                    "place",
                    _(
                        "No single area of yours is known by “%(place)s”. Write the name of a community, "
                        "sub-district, district or city, or its code."
                    )
                    % {"place": data["place"]},
                )
        return data

    @property
    def draft(self) -> Draft:
        return Draft(**{name: self.cleaned_data[name] for name in Draft.__dataclass_fields__})
