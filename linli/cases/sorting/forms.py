"""The shape of what is sent to sorting."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.forms import RuleForm

LARGEST = 200_000_000


class ModelFileForm(RuleForm):
    """A model's file."""

    file = forms.FileField(
        label=_("Model file"),
        error_messages={
            "required": _("Choose the file that `linli train` wrote."),
            "empty": _("The file is empty. Choose the file that `linli train` wrote."),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                _("The file is larger than 200 MB. Models are smaller: is it the right one?")
            )
        return file
