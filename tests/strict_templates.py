"""Templates as strict as code: a variable that nobody gave fails the test that draws the page.

`{% if %}`, `{% for %}` and an expression with a `default` may ask for what is not there; nothing else may.
"""

from typing import Any

from django.template import engines
from django.template.base import FilterExpression

FORGIVING = {"default", "default_if_none"}


class UndefinedVariable(Exception):
    """A template names a variable that its page does not give."""


class Strict(str):
    """What Django puts in place of an undefined variable: not a text, but a failure with its name."""

    __slots__ = ()

    def __mod__(self, variable: Any) -> str:
        raise UndefinedVariable(str(variable))


def be_strict() -> None:
    """Make every template of this process strict."""
    engines["django"].engine.string_if_invalid = Strict("%s")
    plain = FilterExpression.resolve

    def resolve(self: FilterExpression, context: Any, ignore_failures: bool = False) -> Any:
        forgives = any(filter_.__name__ in FORGIVING for filter_, _arguments in self.filters)
        return plain(self, context, ignore_failures=ignore_failures or forgives)

    FilterExpression.resolve = resolve
