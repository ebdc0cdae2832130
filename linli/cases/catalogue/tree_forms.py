"""The shape of what an administrator types about the tree of categories. Rules live in `tree.py`."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.choices import LEAD_KINDS, SevenFive
from linli.cases.catalogue.fields import CategoryField, read_category
from linli.cases.catalogue.forms import day_field, start_of
from linli.cases.catalogue.models import Category
from linli.cases.catalogue.tree import Said, said_of
from linli.cases.clocks.choices import ClockCode
from linli.cases.forms import RuleForm
from linli.kernel.http import ActorRequest


class SaidForm(RuleForm):
    """What is said of a category beside its place in the tree."""

    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        error_messages={"required": _("Write what residents would call it, in a few characters.")},
    )
    name_en = forms.CharField(
        label=_("English name"),
        max_length=80,
        error_messages={"required": _("Write its English name: English pages show it.")},
    )
    usual_lead = forms.ChoiceField(label=_("Usual lead"), choices=LEAD_KINDS)
    usual_class = forms.ChoiceField(label=_("Usual limit"), choices=ClockCode.choices)
    tag = forms.ChoiceField(
        label=_("Seven haves, five qualities"),
        required=False,
        choices=[("", _("none")), *SevenFive.choices],
    )
    words = forms.CharField(
        label=_("Also said"),
        required=False,
        max_length=200,
        help_text=_(
            "Other words for it, with spaces between them: found when somebody types them."
        ),
    )

    def said(self) -> Said:
        """Return what was said, from valid data."""
        return Said(**{name: self.cleaned_data[name] for name in Said.__dataclass_fields__})

    @staticmethod
    def filled_from(category: Category) -> dict[str, Any]:
        return said_of(category).fields()


class NewCategoryForm(SaidForm):
    """A category that is to be added. One of the first level says by what it is led."""

    basis = forms.CharField(
        label=_("Legal basis"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("By what document its usual lead leads it everywhere from the first day."),
        error_messages={
            "required": _("Name the document that says so, with its date and article.")
        },
    )
    valid_from = day_field(_("From"), help_text=_("Left empty: from now on."))

    def __init__(self, *args: Any, parent: Category | None, **kwargs: Any) -> None:
        if parent is not None:
            kwargs.setdefault(
                "initial", {"usual_lead": parent.usual_lead, "usual_class": parent.usual_class}
            )
        super().__init__(*args, auto_id="new_%s", **kwargs)
        if parent is not None:
            del self.fields["basis"]

    def arguments(self, request: ActorRequest) -> dict[str, Any]:
        """Return what the operation is given, from valid data."""
        data = self.cleaned_data
        return {
            "said": self.said(),
            "basis": data.get("basis", ""),
            "valid_from": start_of(data["valid_from"], now=request.actor.now),
        }


class _OtherForm(RuleForm):
    """A form that names another category in words, or none."""

    category_code = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{type(self).__name__.lower()}_%s", **kwargs)
        self.at = at
        self.categories: list[Category] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["about"] = None
        if words := data.get("category"):
            code = data.get("category_code", "")
            data["about"] = read_category(self, words=words, code=code, at=self.at)
        return data


class MoveForm(_OtherForm):
    """Where a category is to hang."""

    category = CategoryField(
        label=_("Under which category"),
        required=False,
        help_text=_("Left empty: at the first level."),
    )
    basis = forms.CharField(
        label=_("Legal basis"),
        required=False,
        max_length=500,
        help_text=_("Only at the first level: by what document its usual lead leads it."),
    )


class EndForm(_OtherForm):
    """When a category ends, and what follows it."""

    category = CategoryField(
        label=_("Followed by"),
        required=False,
        help_text=_("Needed if it is in use. Cases that wait for dispatch then go by that one."),
    )
    ends = day_field(_("To"), help_text=_("Left empty: it ends now. The day itself lies outside."))

    def on(self, request: ActorRequest) -> dt.datetime | None:
        return start_of(self.cleaned_data["ends"], now=request.actor.now)
