"""What the moves of a co-task ask for, and the answer to a consultation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.forms import RuleForm


class ResultForm(RuleForm):
    result = forms.CharField(
        label=_("What came of it"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what came of it, in a sentence or two.")},
    )


class ReturnForm(ResultForm):
    clause = forms.CharField(
        label=_("By which clause"),
        max_length=200,
        error_messages={"required": _("Name the clause that says it is not yours.")},
    )
    result = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why, in a sentence or two.")},
    )


class NeedForm(RuleForm):
    needed = forms.CharField(
        label=_("What is needed"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say what is needed, and by when it could be there.")},
    )


class ConsultationForm(RuleForm):
    is_theirs = forms.TypedChoiceField(
        label=_("Is it yours"),
        choices=[("yes", _("Ours")), ("no", _("Not ours"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is yours.")},
    )
    answer = forms.CharField(
        label=_("Answer"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say by what, in a sentence.")},
    )


FORMS: dict[str, type[RuleForm]] = {
    "come": RuleForm,
    "arrive": RuleForm,
    "take_on": RuleForm,
    "finish_task": ResultForm,
    "need_material": NeedForm,
    "return_task": ReturnForm,
}
"""The moves that whoever helps makes on the page of tasks, in the order in which they are offered."""
