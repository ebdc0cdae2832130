"""Writes of endpoints and deliveries."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.api.events import DeliverySentAgain, HookEnded, HookOpened
from linli.api.hooks.choices import DeliveryFault, EndpointKind
from linli.api.hooks.models import Delivery, Endpoint
from linli.api.hooks.queries import deliveries_of, endpoints_of
from linli.api.hooks.rules import MOST_TRIES, check_url, new_secret, pause_after
from linli.api.models import AccessToken
from linli.api.permissions import ApiPermission as P
from linli.api.queries import tokens_of
from linli.cases.imports.maps import PUSHED
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.kernel.operation import operation

NO_TOKEN = Refusal(
    "hook.no_token",
    _(
        "This token is not in force in your area. Make one first: a system is told what its token may see."
    ),
    "token",
)
NO_SOURCE = Refusal(
    "hook.no_source", _("Say which platform's orders the results are of."), "source"
)


@operation(P.TOKENS)
def open_endpoint(
    *,
    actor: Actor,
    token_id: int,
    kind: str,
    url: str,
    source: str = "",
) -> tuple[Endpoint, str]:
    """Let a token's owner be told at an address from now on. Returns it with its secret, shown once.

    `source`: for results, the platform. Raises RuleBroken.
    """
    token = _locked(token_id, actor=actor)
    if token is None or not token.holds(actor.now):
        raise NO_TOKEN()
    check_url(url)
    is_results = kind == EndpointKind.RESULTS
    if is_results and source not in PUSHED:
        raise NO_SOURCE()
    secret = new_secret()
    endpoint = Endpoint.sealed(
        secret,
        token=token,
        kind=kind,
        url=url,
        source=source if is_results else "",
        made_at=actor.now,
    )
    endpoint.save(force_insert=True)
    opened = HookOpened(token_id=token.pk, endpoint=Code(endpoint.id.hex), kind=Code(kind))
    _happened(token, opened, actor=actor)
    return endpoint, secret


@operation(P.TOKENS)
def end_endpoint(*, actor: Actor, endpoint_id: Any) -> None:
    """Tell nothing more at an address; what waits is dropped. Raises Endpoint.DoesNotExist."""
    endpoint = endpoints_of(actor).get(pk=endpoint_id)
    token = _locked(endpoint.token_id, actor=actor)
    if token is None or endpoint.ended_at is not None:
        return
    Endpoint.objects.filter(pk=endpoint.pk).update(ended_at=actor.now)
    Delivery.objects.filter(endpoint=endpoint, next_at__isnull=False).delete()
    ended = HookEnded(token_id=token.pk, endpoint=Code(endpoint.id.hex))
    _happened(token, ended, actor=actor)


@operation(P.TOKENS)
def send_again(*, actor: Actor, delivery_id: Any) -> Delivery:
    """Let a delivery that was given up, or waits, be tried now. Raises Delivery.DoesNotExist."""
    found = deliveries_of(actor).select_for_update(of=("self",)).get(pk=delivery_id)
    if found.delivered_at is not None or found.endpoint.ended_at is not None:
        return found
    Delivery.objects.filter(pk=found.pk).update(next_at=actor.now, dead_at=None, attempt_count=0)
    token = _locked(found.endpoint.token_id, actor=actor)
    assert token is not None, "it is the one by which the delivery was found"
    again = DeliverySentAgain(token_id=token.pk, position=found.position)
    _happened(token, again, actor=actor)
    return found


@operation(P.DELIVER)
def take_delivery(*, actor: Actor, but: Collection[Any] = ()) -> Delivery | None:
    """Take a delivery that is due, of none of the endpoints `but`; None if there is none.

    It is due again after its pause, should whoever took it die. A try is no event: it is counted in its row.
    """
    due = Delivery.objects.filter(next_at__lte=actor.now).exclude(endpoint__in=but)
    found: Delivery | None = (
        due.select_for_update(of=("self",), skip_locked=True)
        .select_related("endpoint")
        .order_by("next_at", "position")
        .first()
    )
    if found is None:
        return None
    found.attempt_count += 1
    found.next_at = actor.now + pause_after(found.attempt_count)
    found.save(update_fields=["attempt_count", "next_at"])
    return found


@operation(P.DELIVER)
def note_delivery(
    *, actor: Actor, delivery_id: Any, attempt: int, status: int | None, fault: str | None
) -> None:
    """Write down what came of a try: arrived, to be tried again, or given up after the last."""
    ends: dict[str, dt.datetime | None] = {}
    if fault is None:
        ends = {"delivered_at": actor.now, "dead_at": None, "next_at": None}
    elif attempt >= MOST_TRIES:
        ends = {"dead_at": actor.now, "next_at": None}
    rows = Delivery.objects.filter(pk=delivery_id, delivered_at__isnull=True)
    if fault is not None:
        rows = rows.filter(attempt_count=attempt)
    rows.update(status=status, fault=DeliveryFault(fault).value if fault else None, **ends)


def _locked(token_id: int, *, actor: Actor) -> AccessToken | None:
    return tokens_of(actor).select_for_update(of=("self",)).filter(pk=token_id).first()


def _happened(token: AccessToken, event: Any, *, actor: Actor) -> None:
    token.version += 1
    AccessToken.objects.filter(pk=token.pk).update(version=token.version)
    record(event, actor=actor, kind="token", stream=token.pk, seq=token.version)
