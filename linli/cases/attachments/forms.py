"""The shape of what people send with photos. Rules live in `rules.py` and the operations."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.attachments.choices import AttachmentKind, WithdrawReason
from linli.cases.forms import RuleForm


class FilesInput(forms.FileInput):
    """A field for several files at once; the phone offers its camera too."""

    allow_multiple_selected = True

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files


class FilesField(forms.FileField):
    """Several uploaded files. An empty one is handed on: the operation says which it was."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        if not data and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return list(data or ())


class HelpersAttachForm(RuleForm):
    """Photos of one kind. The point comes from the phone's own script, or not at all."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    latitude = forms.DecimalField(
        required=False, min_value=-90, max_value=90, widget=forms.HiddenInput
    )
    longitude = forms.DecimalField(
        required=False, min_value=-180, max_value=180, widget=forms.HiddenInput
    )
    accuracy = forms.DecimalField(required=False, min_value=0, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What the photos show"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the photos show.")},
    )
    photos = FilesField(
        label=_("Photos"),
        help_text=_("Several at once. Place and device are taken out of the photos themselves."),
        widget=FilesInput(attrs={"multiple": True, "accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"required": _("Choose at least one photo.")},
    )

    def __init__(self, *args: Any, kinds: Sequence[AttachmentKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["form_key"].initial = uuid.uuid4

    @property
    def where(self) -> tuple[Decimal, Decimal, int] | None:
        """Return latitude, longitude and accuracy in metres, or None unless all three came."""
        latitude, longitude, accuracy = (
            self.cleaned_data.get(name) for name in ("latitude", "longitude", "accuracy")
        )
        if latitude is None or longitude is None or accuracy is None:
            return None
        step = Decimal("0.000001")
        return latitude.quantize(step), longitude.quantize(step), min(round(accuracy), 1_000_000)


class AttachForm(HelpersAttachForm):
    """Photos by somebody who handles the case, who says whether partners may see them."""

    is_shared = forms.BooleanField(label=_("Partners may see them"), required=False)


class ShareForm(RuleForm):
    is_shared = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], coerce=lambda value: value == "yes"
    )


class WithdrawForm(RuleForm):
    why = forms.ChoiceField(
        label=_("Why it is withdrawn"),
        choices=WithdrawReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it is withdrawn. The choice is kept.")},
    )
