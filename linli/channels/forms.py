"""The shape of what is typed about messages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.forms import RuleForm
from linli.channels.choices import ROBOTS, Digest, Means
from linli.territory.models import Organisation


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Write the time as 22:00.")},
    )


class PreferenceForm(RuleForm):
    """How a person wants to be told."""

    wants_email = forms.BooleanField(label=_("By e-mail too"), required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=200,
        help_text=_("Kept encrypted. Left empty, it is deleted."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    digest = forms.ChoiceField(
        label=_("How often"), choices=Digest.choices, widget=forms.RadioSelect
    )
    quiet_from = _time(_("Quiet from"))
    quiet_to = _time(_("Quiet until"))
    language = forms.ChoiceField(
        label=_("Language of letters"),
        choices=[("zh-hans", "中文"), ("en", "English")],
        widget=forms.RadioSelect,
    )


class RobotForm(RuleForm):
    """A group's robot."""

    organisation = forms.TypedChoiceField(
        label=_("Organisation"),
        coerce=int,
        error_messages={"required": _("Choose whose group it is.")},
    )
    means = forms.ChoiceField(
        label=_("At"),
        choices=[(means.value, means.label) for means in ROBOTS],
        widget=forms.RadioSelect,
        initial=Means.WECOM,
    )
    name = forms.CharField(
        label=_("Name of the group"),
        max_length=60,
        error_messages={"required": _("Say which group it is, as its members call it.")},
    )
    address = forms.CharField(
        label=_("Address of the robot"),
        max_length=500,
        help_text=_("The whole address from the settings of the group's robot. Kept encrypted."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        error_messages={"required": _("Paste the address of the group's robot.")},
    )
    secret = forms.CharField(
        label=_("Secret for signing"),
        max_length=200,
        required=False,
        help_text=_("Where the robot asks for signed posts (DingTalk, Feishu)."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, units: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(unit.pk, unit.label) for unit in units]
        self.fields["organisation"].choices = [  # type: ignore[attr-defined]
            *([("", "—")] if len(choices) != 1 else []),
            *choices,
        ]
