"""The shape of what is typed about repeated duties."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from linli.cases.attachments.forms import FilesField, FilesInput
from linli.cases.forms import RuleForm
from linli.cases.repeated.rules import read_times
from linli.territory.models import Organisation


def _day(label: Any, missing: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": missing},
    )


class StartForm(RuleForm):
    """Who checks what, at which times, from when to when."""

    organisation = forms.TypedChoiceField(
        label=_("Who checks"),
        coerce=int,
        error_messages={"required": _("Choose who checks.")},
    )
    words = forms.CharField(
        label=_("What is checked each time"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say what is looked at each time, and where.")},
    )
    times = forms.CharField(
        label=_("At which times"),
        help_text=_("Several with a space between: 18:30 21:00"),
        max_length=60,
        error_messages={"required": _("Give at least one time of day.")},
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=list(WEEKDAYS),
        error_messages={"required": _("Mark at least one day.")},
    )
    starts_on = _day(_("From"), _("Say from which day."))
    ends_on = _day(_("To and including"), _("Say until which day; two weeks are usual."))

    def __init__(self, *args: Any, units: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(unit.pk, unit.label) for unit in units]  # type: ignore[attr-defined]

    def clean_times(self) -> list[dt.time]:
        found = read_times(self.cleaned_data["times"])
        if found is None:
            raise forms.ValidationError(_("Write the times as 18:30, with a space between."))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The end lies before the beginning."))
        return dict(data)


class CheckForm(RuleForm):
    """One check."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    is_fine = forms.TypedChoiceField(
        label=_("Is everything as it should be"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether everything is as it should be.")},
    )
    photos = FilesField(
        label=_("Photos"),
        required=False,
        help_text=_("Several at once. Place and device are taken out of the photos themselves."),
        widget=FilesInput(attrs={"multiple": True, "accept": "image/jpeg,image/png,image/webp"}),
    )
    note = forms.CharField(
        label=_("What was seen"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4


class EndForm(RuleForm):
    result = forms.CharField(
        label=_("Why it ends"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why it ends earlier, in a sentence.")},
    )
