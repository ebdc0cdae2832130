"""How a category is typed: code, name or other words in one field, with a list to choose from."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.models import Category
from linli.cases.catalogue.queries import category_called, find_categories

LIST_ID = "categories"
"""Id of the list of choices that a page offers: `catalogue/choices.html`."""


class CategoryField(forms.CharField):
    """Words for a category. The browser offers the list as one types, with or without a script."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Category"))
        kwargs.setdefault("max_length", 100)
        kwargs["widget"] = forms.TextInput(attrs={"list": LIST_ID, "autocomplete": "off"})
        super().__init__(**kwargs)


def read_category(
    form: Any, *, words: str, code: str = "", at: dt.datetime | None = None
) -> Category | None:
    """Return the category that a form names, or None after adding an error to its field `category`.

    `at`: only of those in force then. Where the words fit several, these stand in `form.categories`, and `code` is the one chosen of them.
    """
    if code and (named := category_called(words, code=code, at=at)) is not None:
        return named
    found = find_categories(words, at=at)
    chosen = [one for one in found if one.code == code]
    found = chosen or found
    if len(found) == 1:
        return found[0]
    if found:
        form.categories = found[:SHOWN]
        form.add_error("category", _("Several categories fit. Choose the one that is meant."))
    else:
        form.add_error(
            "category",
            _(
                "No category is called “%(words)s”. Write one word of the matter, such as lift or noise, "
                "and choose from the list."
            )
            % {"words": words},
        )
    return None


SHOWN = 12


def all_categories() -> Iterable[Category]:
    """Return what the list of choices offers. One query."""
    return Category.objects.all()
