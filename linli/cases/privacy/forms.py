"""The shape of what people type about personal data."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.forms import RuleForm


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
