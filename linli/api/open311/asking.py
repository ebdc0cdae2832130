"""What a client of Open311 asks, read from its parameters. Empty counts as not sent."""

import datetime as dt
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from linli.api.calling import TOO_MANY, Caller, Refused, bearer_of, call_of, calls_from
from linli.api.choices import Scope
from linli.cases.permissions import CasePermission as P
from linli.kernel import clock
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import Refusal, RuleBroken
from linli.territory.models import Place

WINDOW = dt.timedelta(days=90)
"""Longest range of dates, and the range where none is given (GeoReport v2, GET requests)."""
MOST = 1_000
PAGE = 50
ANONYMOUS_A_MINUTE = 300
_ATTRIBUTE = re.compile(r"attribute\[([A-Za-z0-9_]{1,64})\](\[\])?")

NOT_FOUND = Refusal("open311.not_found", _("%(name)s was not found"))
KEY_NEEDED = Refusal(
    "open311.key_needed",
    _(
        "Missing or invalid api_key. Ask the city's administrator for a token with the scope %(scope)s."
    ),
)
BAD_PARAMETER = Refusal("open311.bad_parameter", _("%(name)s is not as documented: %(why)s"))
RANGE_TOO_LONG = Refusal("open311.range_too_long", _("A range of dates may not exceed 90 days."))


class GeoError(Exception):
    """A refusal with its HTTP status: 404 for what does not exist, 403 for keys, 400 for all else."""

    def __init__(self, status: int, broken: RuleBroken, *, wait: int = 0) -> None:
        super().__init__(broken.code)
        self.status, self.broken, self.wait = status, broken, wait


def bad(name: str, why: str) -> GeoError:
    return GeoError(400, BAD_PARAMETER(name=name, why=why))


def missing(name: str) -> GeoError:
    return GeoError(404, NOT_FOUND(name=name))


@dataclass(frozen=True)
class Asked:
    """The parameters of one call, from the address or the body."""

    given: QueryDict
    request: HttpRequest

    def text(self, name: str, *, limit: int = 200) -> str:
        found = str(self.given.get(name, "")).strip()
        if "\x00" in found or len(found) > limit:
            raise bad(name, f"at most {limit} characters")
        return found

    def listed(self, name: str, *, most: int = 100) -> list[str]:
        """Return the parts between commas."""
        parts = [part.strip() for part in self.text(name, limit=5_000).split(",") if part.strip()]
        if len(parts) > most:
            raise bad(name, f"at most {most}")
        return parts

    def moment(self, name: str) -> dt.datetime | None:
        text = self.text(name)
        if not text:
            return None
        try:
            found = dt.datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            found = None
        if found is None or found.tzinfo is None or not 2 < found.year < 9_999:
            raise bad(name, "2026-11-18T06:10:00Z")
        return found

    def degrees(self, name: str, most: int) -> float | None:
        text = self.text(name)
        if not text:
            return None
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not -most <= found <= most:
            raise bad(name, f"-{most}…{most}")
        return found

    def number(self, name: str, *, default: int, most: int) -> int:
        text = self.text(name) or str(default)
        if not (text.isascii() and text.isdigit() and 0 < int(text) <= most):
            raise bad(name, f"1…{most}")
        return int(text)

    @property
    def attributes(self) -> dict[str, Sequence[str]]:
        """Return the answers by the codes of their questions: attribute[CODE]=…, attribute[CODE][]=…&…."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, values in self.given.lists():
            if match := _ATTRIBUTE.fullmatch(name):
                found[match[1]] += [str(value).replace("\x00", "") for value in values]
        return dict(found)

    @property
    def place(self) -> Place | None:
        """Return the area meant by `jurisdiction_id`, None without one. Raises 404 for an unknown one."""
        code = self.text("jurisdiction_id")
        if not code:
            return None
        place = Place.objects.filter(code=code, valid_to=None).first()
        if place is None or not place.is_area:
            raise missing("jurisdiction_id")
        return place

    def key(self) -> str:
        return self.text("api_key") or bearer_of(self.request)

    def caller(self, *scopes: str) -> Caller:
        """Return who calls by its key. Raises 403 for a missing, bad or narrower one, 429."""
        try:
            return call_of(self.key(), *scopes)
        except Refused as no:
            if no.status == 429:
                raise GeoError(429, no.broken, wait=no.wait) from no
            raise GeoError(403, KEY_NEEDED(scope=" / ".join(scopes))) from no

    def count_stranger(self) -> None:
        """Count a call without a key by its address. Raises 429."""
        count, wait = calls_from(str(self.request.META.get("REMOTE_ADDR", "")))
        if count > ANONYMOUS_A_MINUTE:
            raise GeoError(429, TOO_MANY(count=ANONYMOUS_A_MINUTE, seconds=wait), wait=wait)

    def reader(self) -> tuple[Actor, Caller | None]:
        """Return who reads requests: a caller by its key, or anybody where the city has opened them."""
        if self.key() or not settings.LINLI.open311_public:
            caller = self.caller(Scope.CASES_READ, Scope.CASES_WORDS)
            return caller.actor, caller
        self.count_stranger()
        return visitor(clock.now()), None


def visitor(now: dt.datetime) -> Actor:
    """Return the actor of anybody: sees the cases of the city, those kept confidential left out."""
    code = settings.LINLI.city_code
    grant = Grant("visitor", frozenset({P.SEE}), column="city_code", code=code)
    return Actor(user_id=None, name="", grants=(grant,), now=now, channel="open311")


def asked_of(request: HttpRequest) -> Asked:
    """Return the parameters: of the body for a POST, with those of the address."""
    given: Any = request.GET
    if request.method == "POST":
        given = request.GET.copy()
        given.update(request.POST)
    return Asked(given, request)
