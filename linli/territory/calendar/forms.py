"""The shape of a year's file as it is uploaded."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

LARGEST = 200_000
"""Bytes. A year has 366 lines; anything larger is another file."""


class YearForm(forms.Form):
    """A year and the file of its days."""

    year = forms.IntegerField(
        label=_("Year"),
        min_value=1990,
        max_value=2199,
        error_messages={"required": _("Say which year the file is for.")},
    )
    file = forms.FileField(
        label=_("File of the year's days"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_(
            "CSV with the first line date,is_working,name. Only days off and make-up days are needed; the "
            "others follow the weekday."
        ),
        error_messages={
            "required": _("Choose the file with the year's holidays."),
            "empty": _("The file is empty. Choose the file with the year's holidays."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def clean_file(self) -> UploadedFile:
        """Return the file. Raises ValidationError for one that cannot be a year of days."""
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > LARGEST:
            raise forms.ValidationError(
                _("The file is too large to be a year of days. Choose the CSV file of one year.")
            )
        return file


class ApplyForm(forms.Form):
    """A difference that somebody has looked at and confirms."""

    year = forms.IntegerField(min_value=1990, max_value=2199)
    content = forms.CharField(max_length=LARGEST, strip=False)
    source = forms.CharField(max_length=100)
    seen_version = forms.IntegerField(min_value=0)
