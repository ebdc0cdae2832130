"""A round of sending: what is due, one after the other; who does not answer is left alone until the next round."""

import structlog
from django.conf import settings

from linli.accounts.operations import installer
from linli.api.hooks import operations
from linli.api.hooks.messages import body_of
from linli.api.hooks.models import Delivery
from linli.api.hooks.rules import networks, signature
from linli.api.hooks.sending import Sent, post
from linli.api.permissions import ApiPermission as P
from linli.kernel import clock
from linli.kernel.actor import Actor

ROUND = 500
"""Deliveries of one round: then the worker's other jobs have their turn."""
log = structlog.get_logger("linli.hooks")


def deliverer() -> Actor:
    """Return the actor of the worker that delivers, now."""
    return installer(now=clock.now(), permissions=frozenset({P.DELIVER}))


def deliver_due() -> int:
    """Try what is due; return how many arrived."""
    arrived = 0
    silent: set[object] = set()
    for _turn in range(ROUND):
        found = operations.take_delivery(actor=deliverer(), but=silent)
        if found is None:
            break
        sent = try_once(found)
        arrived += sent.arrived
        if not sent.arrived:
            silent.add(found.endpoint_id)
    return arrived


def try_once(delivery: Delivery) -> Sent:
    """Send one delivery that was taken, and write down what came of it."""
    body = body_of(delivery)
    timestamp = int(clock.now().timestamp())
    key = delivery.id.hex
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Linli",
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(
            delivery.endpoint.secret, key=key, timestamp=timestamp, body=body
        ),
    }
    allowed = networks(settings.LINLI.hook_networks)
    sent = post(delivery.endpoint.url, body, headers, allowed=allowed)
    operations.note_delivery(
        actor=deliverer(),
        delivery_id=delivery.pk,
        attempt=delivery.attempt_count,
        status=sent.status,
        fault=sent.fault.value if sent.fault else None,
    )
    log.info("delivery", fault=sent.fault, status=sent.status, attempt=delivery.attempt_count)
    return sent
