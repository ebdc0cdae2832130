"""The shape of what is typed into a roster."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from linli.accounts.models import User
from linli.kernel.errors import RuleBroken
from linli.territory.models import Place
from linli.workforce.choices import DutyKind


def _time(label: Any, initial: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        initial=initial,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )


class DutyForm(forms.Form):
    """A form of the roster that shows a broken rule beside its field."""

    person = forms.TypedChoiceField(
        label=_("Who"),
        coerce=int,
        error_messages={"required": _("Choose who is on duty.")},
    )

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((person.pk, person.display_name) for person in people),
        ]

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Turn a RuleBroken of an operation into an error of this form."""
        try:
            yield
        except RuleBroken as broken:
            self.add_error(broken.field if broken.field in self.fields else None, broken.message)


class PlanForm(DutyForm):
    """Who is on duty on which days of the week shown, from when to when."""

    days = forms.MultipleChoiceField(
        label=_("Days"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Mark at least one day.")},
    )
    begins = _time(_("From"), "09:00")
    ends = _time(_("To"), "17:00")
    kind = forms.ChoiceField(
        label=_("Kind of duty"),
        choices=DutyKind.choices,
        widget=forms.RadioSelect,
        initial=DutyKind.DUTY,
    )
    place = forms.TypedChoiceField(label=_("Place"), coerce=int, required=False, empty_value=None)

    def __init__(
        self, *args: Any, monday: dt.date, today: dt.date, places: Sequence[Place], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        days = [monday + dt.timedelta(days=index) for index in range(7)]
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), date_format(day, "D j")) for day in days if day >= today
        ]
        if places:
            self.fields["place"].choices = [  # type: ignore[attr-defined]
                ("", _("The whole area")),
                *((place.pk, place.label) for place in places),
            ]
        else:
            del self.fields["place"]
        self.order_fields(["days", "person", "begins", "ends", "kind", "place"])

    def clean_days(self) -> list[dt.date]:
        return [dt.date.fromisoformat(text) for text in self.cleaned_data["days"]]


class SwapForm(DutyForm):
    """Who takes a shift over."""
