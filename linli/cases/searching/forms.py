"""What is typed to find a case."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.fields import SHOWN
from linli.cases.catalogue.models import Category
from linli.cases.catalogue.queries import find_categories
from linli.cases.forms import RuleForm
from linli.cases.searching.queries import states
from linli.territory.models import Place
from linli.territory.queries import find_places, with_paths


class SearchForm(RuleForm):
    """Words, a case number or a telephone number in one box; the rest narrows. Nothing is needed."""

    q = forms.CharField(
        label=_("Words, case number or telephone"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "search"}),
        help_text=_(
            "Two characters are enough. Several words with spaces between: all of them must stand there."
        ),
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    category = forms.CharField(label=_("Category"), required=False, max_length=100)
    place = forms.CharField(label=_("Place"), required=False, max_length=200)
    since = forms.DateField(
        label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, within: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.within = list(within)
        self.candidates: list[Place] = []
        self.categories: list[Category] = []
        self.fields["state"].choices = [("", _("Any state")), *states()]  # type: ignore[attr-defined]

    def clean_category(self) -> Category | None:
        """Return the one category the words lead to; keeps those that fit when there are several."""
        words = self.cleaned_data["category"].strip()
        if not words:
            return None
        found = find_categories(words)
        if len(found) == 1:
            return found[0]
        if found:
            self.categories = found[:SHOWN]
            raise forms.ValidationError(_("Several categories fit. Choose one of them."))
        raise forms.ValidationError(
            _(
                "No category is called “%(words)s”. Write one word of the matter, such as lift or noise."
            ),
            params={"words": words},
        )

    def clean_place(self) -> Place | None:
        """Return the one place the words lead to; keeps the candidates when there are several."""
        words = self.cleaned_data["place"]
        if not words.strip():
            return None
        found = find_places(words, within=self.within)
        if len(found) == 1:
            return found[0]
        if found:
            self.candidates = with_paths(found)
            raise forms.ValidationError(_("Several places fit. Choose one of them."))
        raise forms.ValidationError(
            _("No place of your area is known by these words. Try the community's name alone.")
        )

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first. Change one of them."))
        return cleaned
