"""The shape of what an administrator types about tokens and links."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.api.choices import Scope
from linli.api.hooks.choices import EndpointKind
from linli.api.models import AccessToken
from linli.cases.forms import RuleForm
from linli.cases.imports.maps import PUSHED
from linli.cases.imports.reply import source_name


class TokenForm(RuleForm):
    """A token: for which account, where, for what, until when."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=64,
        help_text=_("The other system and who looks after it, e.g. “District platform, Mr Zhang”."),
    )
    username = forms.CharField(
        label=_("Account"),
        max_length=64,
        help_text=_("User name of the account that it acts for: it may never do more than this."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    place_code = forms.CharField(
        label=_("Place code"),
        max_length=32,
        help_text=_("The code stands on the page of each place."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("May be used to"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        help_text=_("A year at most: then somebody looks at it again."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    per_minute = forms.IntegerField(
        label=_("Requests a minute"), min_value=1, max_value=60_000, initial=300
    )

    def given(self) -> dict[str, Any]:
        """Return what `issue_token` takes; the last day is over at its midnight."""
        found = dict(self.cleaned_data)
        day = found.pop("expires_on") + dt.timedelta(days=1)
        zone = timezone.get_default_timezone()
        return {**found, "expires_at": dt.datetime.combine(day, dt.time(), tzinfo=zone)}


class EndpointForm(RuleForm):
    """Where another system wants to be told what."""

    token_id = forms.TypedChoiceField(
        label=_("Whose token"),
        coerce=int,
        help_text=_("It is told what the token may see, and nothing else."),
    )
    kind = forms.ChoiceField(
        label=_("What is told"),
        choices=EndpointKind.choices,
        widget=forms.RadioSelect,
        initial=EndpointKind.EVENTS,
    )
    source = forms.ChoiceField(
        label=_("Of which platform, for results"), required=False, choices=[("", "—")]
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("The whole address, as its owner wrote it down for you."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, tokens: Sequence[AccessToken], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [(token.pk, f"{token.name} · {token.shown_start}…") for token in tokens]
        self.fields["token_id"].choices = held  # type: ignore[attr-defined]
        known = [(code, source_name(code)) for code in PUSHED]
        self.fields["source"].choices = [("", "—"), *known]  # type: ignore[attr-defined]
