"""The shape of what people type about personal data."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.forms import RuleForm
from linli.cases.privacy.choices import Known
from linli.kernel.ids import read_number
from linli.methods.language.phone import NotATelephone, e164


class SharedTextForm(RuleForm):
    shared_text = forms.CharField(
        label=_("What partners may read"),
        strip=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": _(
                "There are no words yet. Write the place and what is to be done, even in one sentence."
            )
        },
    )


class LooksForm(RuleForm):
    """What of the looks is asked for."""

    case = forms.CharField(label=_("Case number"), required=False, max_length=24)
    unit = forms.CharField(label=_("Unit code"), required=False, max_length=64)
    person = forms.CharField(label=_("User name"), required=False, max_length=64)
    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_case(self) -> str:
        typed = self.cleaned_data["case"].strip()
        if not typed:
            return ""
        number = read_number(typed)
        if number is None:
            raise forms.ValidationError(
                _(
                    "This cannot be a case number: its last digit does not fit. Have it read once more."
                )
            )
        return number


class NumberForm(RuleForm):
    """The telephone number of a caller who asks who looked."""

    phone = forms.CharField(
        label=_("Caller's telephone"),
        max_length=40,
        error_messages={"required": _("Type the number that the caller gave when she asked.")},
    )

    def clean_phone(self) -> Any:
        try:
            return e164(self.cleaned_data["phone"])
        except NotATelephone as wrong:
            raise forms.ValidationError(
                _("This is no telephone number. Read it back to the caller and type it again.")
            ) from wrong


class KnownForm(RuleForm):
    """How whoever asks was known to be the person herself."""

    known_by = forms.ChoiceField(
        label=_("How you know that it is she"),
        choices=Known.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _(
                "Say how you know that it is she who asks. Without that nothing is handed out, changed or deleted."
            )
        },
    )


class CorrectForm(KnownForm):
    name = forms.CharField(label=_("Name as it should be"), required=False, max_length=64)
    phone = forms.CharField(label=_("Number as it should be"), required=False, max_length=40)
    field_order = ("name", "phone", "known_by")
