"""Filters of the door's pages."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_json(given: Any) -> str:
    """Return what a security key is asked, for a data attribute; the script reads it there."""
    return json.dumps(given)


@register.filter
def in_fours(text: str) -> str:
    """Return a key or code in groups of four, so that it can be read and typed."""
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))
