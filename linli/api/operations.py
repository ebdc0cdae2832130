"""Writes of tokens."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from linli.accounts.models import User
from linli.accounts.people.queries import looked_after
from linli.api.choices import Scope
from linli.api.events import TokenIssued, TokenRevoked
from linli.api.models import AccessToken
from linli.api.permissions import ApiPermission as P
from linli.api.queries import actor_of_token, tokens_of
from linli.api.rules import (
    HOLDS_TOO_LONG,
    LONGEST,
    NO_SUCH_ACCOUNT,
    NOT_AN_AREA,
    SHOWN,
    WITHOUT_ROLE,
    hash_of,
    new_token,
)
from linli.kernel.actor import Actor
from linli.kernel.events import Code, record
from linli.kernel.operation import operation
from linli.territory.models import Place
from linli.territory.serving import holds


@operation(P.TOKENS)
def issue_token(
    *,
    actor: Actor,
    name: str,
    username: str,
    place_code: str,
    scopes: Sequence[str],
    expires_at: dt.datetime,
    per_minute: int = 300,
) -> tuple[AccessToken, str]:
    """Make a token for an account. Returns it with its text, which is not kept.

    Raises RuleBroken: an account or area that is not the administrator's, one that may do nothing of this, a time
    that is over or longer than a year.
    """
    user: User | None = (
        looked_after(actor).filter(username=username.strip(), is_active=True).first()
    )
    if user is None:
        raise NO_SUCH_ACCOUNT()
    place = Place.objects.filter(code=place_code.strip(), valid_to=None).first()
    if place is None or not place.is_area or not holds(actor, P.TOKENS, place):
        raise NOT_AN_AREA(place=place.label if place else place_code)
    if not actor.now < expires_at <= actor.now + LONGEST:
        raise HOLDS_TOO_LONG()
    text = new_token()
    token = AccessToken(
        name=name.strip(),
        user=user,
        place=place,
        scopes=[scope for scope in Scope.values if scope in scopes],
        token_hash=hash_of(text),
        shown_start=text[:SHOWN],
        per_minute=per_minute,
        issuer_id=actor.user_id,
        made_at=actor.now,
        expires_at=expires_at,
    )
    if len(actor_of_token(token, now=actor.now).grants) == 1:
        raise WITHOUT_ROLE(name=user.display_name, place=place.label)
    token.save()
    issued = TokenIssued(token_id=token.pk, account_id=user.pk, place=Code(place.code))
    record(issued, actor=actor, kind="token", stream=token.pk, seq=token.version)
    return token, text


@operation(P.TOKENS)
def revoke_token(*, actor: Actor, token_id: int) -> AccessToken:
    """Let a token open nothing from now on. Revoked already: nothing happens. Raises AccessToken.DoesNotExist."""
    rows = tokens_of(actor).select_for_update(of=("self",))
    token = rows.get(pk=token_id)
    if token.revoked_at is None:
        token.revoked_at = actor.now
        _written(token, TokenRevoked(token_id=token.pk), actor=actor, revoked_at=actor.now)
    return token


@operation(P.USE)
def note_use(*, actor: Actor, token_id: int) -> None:
    """Write down when a token was last used, to the minute. Nothing rests on it, so it is no event."""
    AccessToken.objects.filter(pk=token_id).update(used_at=actor.now)


def _written(token: AccessToken, happened: Any, *, actor: Actor, **changes: Any) -> None:
    token.version += 1
    AccessToken.objects.filter(pk=token.pk).update(version=token.version, **changes)
    record(happened, actor=actor, kind="token", stream=token.pk, seq=token.version)
