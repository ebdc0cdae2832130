"""What a token may be used for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.cases.permissions import CasePermission as P


class Scope(models.TextChoices):
    """Narrows what the token's account may do; it never adds to it."""

    CASES_READ = "cases:read", _("Read cases, without the caller's words")
    CASES_WORDS = "cases:words", _("Read what the caller said and where exactly, as staff do")
    CASES_WRITE = "cases:write", _("Send requests, and add facts to them")
    ORDERS_WRITE = "orders:write", _("Handle the orders of its own organisation")
    EVENTS_READ = "events:read", _("Follow what happens to cases")
    RATES_READ = "rates:read", _("Read the three rates")
    PLATFORM_PUSH = "platform:push", _("Hand over orders of the city's platform")


ALLOWED: dict[str, frozenset[str]] = {
    Scope.CASES_READ: frozenset({P.SEE}),
    Scope.CASES_WORDS: frozenset({P.SEE}),
    Scope.CASES_WRITE: frozenset({P.SEE, P.RECEIVE, P.ATTACH}),
    Scope.ORDERS_WRITE: frozenset({P.SEE, P.HANDLE}),
    Scope.EVENTS_READ: frozenset({P.SEE}),
    Scope.RATES_READ: frozenset({P.SEE_RATES}),
    Scope.PLATFORM_PUSH: frozenset({P.SEE, P.IMPORT}),
}
"""The permissions of a scope. None of them shows who asked: names and numbers leave by no token."""
