"""The shape of what is typed about task groups."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.forms import RuleForm
from linli.territory.models import Organisation


def _choose(form: forms.Form, units: Sequence[Organisation]) -> None:
    choices = [(unit.pk, unit.label) for unit in units]
    form.fields["organisation"].choices = [  # type: ignore[attr-defined]
        *([("", "—")] if len(choices) != 1 else []),
        *choices,
    ]


class GroupForm(RuleForm):
    """A new task group."""

    organisation = forms.TypedChoiceField(
        label=_("Kept by"),
        coerce=int,
        error_messages={"required": _("Choose who keeps the task group.")},
    )
    name = forms.CharField(
        label=_("Name of the task group"),
        max_length=60,
        error_messages={"required": _("Give it a name, e.g. Lifts and fire doors.")},
    )

    def __init__(self, *args: Any, units: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, units)


class MemberForm(RuleForm):
    """Who joins a task group."""

    organisation = forms.TypedChoiceField(
        label=_("Organisation"),
        coerce=int,
        error_messages={"required": _("Choose who joins.")},
    )
    post = forms.CharField(
        label=_("Post"),
        max_length=60,
        help_text=_("Who there is asked, by the post: head of security, duty engineer."),
        error_messages={"required": _("Say by which post it is asked.")},
    )
    rank = forms.IntegerField(
        label=_("Asked as number"),
        min_value=1,
        max_value=20,
        help_text=_("1 is asked first when a task is handed over."),
        error_messages={"required": _("Say in which order it is asked; 1 is first.")},
    )

    def __init__(self, *args: Any, units: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, units)


class RelayForm(RuleForm):
    words = forms.CharField(
        label=_("What to ask or tell the caller"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say what is to be asked or told, in a sentence.")},
    )


class RelayAnswerForm(RuleForm):
    answer = forms.CharField(
        label=_("What came back"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say what came of it, without who asked.")},
    )


class PassOnForm(RuleForm):
    organisation = forms.TypedChoiceField(
        label=_("To whom in the task group"),
        coerce=int,
        error_messages={"required": _("Choose whom to ask.")},
    )

    def __init__(self, *args: Any, units: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, units)
