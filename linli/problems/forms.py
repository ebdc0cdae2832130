"""The shape of what is typed about a problem."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import RuleBroken
from linli.problems import rules
from linli.problems.choices import GiftKind
from linli.territory.models import Organisation


def _words(label: Any, *, most: int = 200, rows: int = 0) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, widget=widget)


def _yuan(label: Any, *, least: str = "0.01") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal(least), max_digits=12, decimal_places=2
    )


class ActForm(forms.Form):
    """A form of a problem's page that shows a broken rule beside its field."""

    def __init__(self, *args: Any, units: Sequence[Organisation] = (), **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.units = {unit.pk: unit for unit in units}
        for name in ("owner", "organisation"):
            if name in self.fields:
                self.fields[name].choices = [  # type: ignore[attr-defined]
                    ("", "—"),
                    *((unit.pk, unit.label) for unit in units),
                ]
        if "form_key" in self.fields:
            self.fields["form_key"].initial = uuid.uuid4

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Turn a RuleBroken of an operation into an error of this form."""
        try:
            yield
        except RuleBroken as broken:
            self.add_error(broken.field if broken.field in self.fields else None, broken.message)

    def given(self) -> dict[str, Any]:
        """Return the arguments of the operation."""
        given = dict(self.cleaned_data)
        for name in ("owner", "organisation"):
            if name in given:
                given[name] = self.units[given[name]]
        return given


class Once(ActForm):
    """A form that makes one row, however often it is sent."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)


class GatherForm(Once):
    """Which calls are one problem, and what it is called."""

    title = _words(_("What the problem is"), most=100)
    cases = forms.MultipleChoiceField(
        label=_("Calls"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Mark at least two calls.")},
    )

    def __init__(self, *args: Any, numbers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cases"].choices = numbers  # type: ignore[attr-defined]


class SetAsideForm(ActForm):
    because = _words(_("Why it is none"), most=500, rows=2)


class AddCaseForm(ActForm):
    case = _words(_("Case number"), most=40)


class PlanForm(ActForm):
    cause = _words(_("Cause"), most=1000, rows=3)
    owner = forms.TypedChoiceField(label=_("Owner"), coerce=int)


class StepForm(Once):
    words = _words(_("Step"))
    due_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))


class RowForm(ActForm):
    """One of the rows on the page."""

    row = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**62)


class ApplyForm(Once):
    source = _words(_("From which funds"), most=100)
    amount = _yuan(_("Applied for (yuan)"))


class GrantForm(RowForm):
    amount = _yuan(_("Granted (yuan)"), least="0")


class SpendForm(Once):
    row = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**62)
    words = _words(_("What for"))
    receipt = _words(_("Number of the receipt"), most=64)
    amount = _yuan(_("Spent (yuan)"))


class PromiseForm(Once):
    kind = forms.ChoiceField(
        label=_("Material or labour"), choices=GiftKind.choices, widget=forms.RadioSelect
    )
    organisation = forms.TypedChoiceField(label=_("By whom"), coerce=int)
    words = _words(_("What is given"))
    amount = forms.DecimalField(
        label=_("Amount"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2
    )
    unit = _words(_("Counted in"), most=16)


class MeasureForm(ActForm):
    measure = _words(_("What was done"), most=1000, rows=3)


class ThresholdForm(ActForm):
    minimum = forms.IntegerField(label=_("Cases"), min_value=rules.FEWEST, max_value=rules.MOST)
    days = forms.IntegerField(
        label=_("Within days"), min_value=rules.SHORTEST, max_value=rules.LONGEST
    )
