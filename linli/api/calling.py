"""From what another system sends to the actor that it is: its token, its scopes, how often it may ask."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from linli.accounts.door.cache import PostgresCache
from linli.api.choices import Scope
from linli.api.models import AccessToken
from linli.api.operations import note_use
from linli.api.queries import actor_of_token, token_by
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal

MINUTE = 60
NOTED_EVERY = dt.timedelta(minutes=1)

NO_TOKEN = Refusal(
    "api.no_token",
    _(
        "A token is needed: “Authorization: Bearer …”. An administrator makes one at “Other systems”."
    ),
)
BAD_TOKEN = Refusal(
    "api.bad_token",
    _(
        "This token opens nothing: it is unknown, over or revoked. Ask the administrator for another."
    ),
)
NOT_IN_SCOPE = Refusal(
    "api.not_in_scope",
    _("This token was not made for this: it lacks the scope %(scope)s. Ask for one that has it."),
)
TOO_MANY = Refusal(
    "api.too_many",
    _("More than %(count)s requests in a minute. Wait %(seconds)s seconds; nothing is lost."),
)


class Refused(Exception):
    """A call that gets no further than the door. `status` is the HTTP status."""

    def __init__(self, status: int, refusal: Refusal, *, wait: int = 0, **facts: Any) -> None:
        super().__init__(refusal.code)
        self.status = status
        self.broken = refusal(**facts)
        self.wait = wait


@dataclass(frozen=True)
class Caller:
    """Another system, come in."""

    token: AccessToken
    actor: Actor

    @property
    def reads_words(self) -> bool:
        """Return whether the caller's own words are told, or only what partners may read."""
        return Scope.CASES_WORDS in self.token.scopes


def bearer_of(request: HttpRequest) -> str:
    """Return the token in the header, or the empty string."""
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else ""


def call_of(text: str, *scopes: str) -> Caller:
    """Return who calls by a token that has one of the scopes, and count the call. Raises Refused.

    Three queries, and once a minute one more that notes the use.
    """
    if not text:
        raise Refused(401, NO_TOKEN)
    now = clock.now()
    token = token_by(text)
    if token is None or not token.holds(now) or not token.user.is_active:
        raise Refused(401, BAD_TOKEN)
    count, wait = cast(PostgresCache, cache).count(f"api-token:{token.pk}", seconds=MINUTE)
    if count > token.per_minute:
        raise Refused(429, TOO_MANY, wait=wait, count=token.per_minute, seconds=wait)
    if not set(scopes) & set(token.scopes):
        raise Refused(403, NOT_IN_SCOPE, scope=" / ".join(scopes))
    actor = actor_of_token(token, now=now)
    if token.used_at is None or now - token.used_at >= NOTED_EVERY:
        note_use(actor=actor, token_id=token.pk)
    return Caller(token, actor)


def calls_from(address: str) -> tuple[int, int]:
    """Count a call without a token by its address. Returns how many in this minute, and when it begins anew."""
    return cast(PostgresCache, cache).count(f"api-address:{address}", seconds=MINUTE)
