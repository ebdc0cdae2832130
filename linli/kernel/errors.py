"""Refusals: a stable code for machines and logs, a sentence in two languages for the person."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy


class RuleBroken(Exception):
    """A rule of the field says no. `message` is for the person: what happened, why, what next."""

    def __init__(self, refusal: "Refusal", facts: dict[str, Any], field: str | None = None) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.code = refusal.code
        self.facts = facts
        self.field = field

    @property
    def message(self) -> str:
        """Return the sentence in the language in force."""
        return str(self.refusal.text) % self.facts


@dataclass(frozen=True)
class Refusal:
    """One way of saying no. Call it with its facts to get the exception to raise."""

    code: str
    text: Any  # lazy translation with %(fact)s places
    field: str | None = None

    def __call__(self, **facts: Any) -> RuleBroken:
        return RuleBroken(self, facts, self.field)


NOT_ALLOWED = Refusal(
    "kernel.not_allowed",
    gettext_lazy(
        "Your role does not include this step. If it should, ask your administrator for the role."
    ),
)
MOVED_ALREADY = Refusal(
    "kernel.moved_already",
    gettext_lazy(
        "Already done: “%(move)s” by %(who)s at %(when)s. Nothing you typed is lost; "
        "look at the present state before you go on."
    ),
)
NOT_NOW = Refusal(
    "kernel.not_now",
    gettext_lazy("“%(move)s” is not possible while this is “%(state)s”."),
)
FIELD_NEEDED = Refusal(
    "kernel.field_needed", gettext_lazy("“%(move)s” needs “%(field)s”. Please fill it in.")
)
