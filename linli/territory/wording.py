"""How several names stand in one sentence."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def listed(names: Iterable[object]) -> str:
    """Return names with the comma of the language in force between them: a, b or 甲、乙."""
    return _(", ").join(str(name) for name in names)
