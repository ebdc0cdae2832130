"""People who are told: by e-mail, by the robots of groups, at their hours; and the round from an event to a message."""

import datetime as dt
from typing import Any

from linli.channels.making import make_messages
from linli.channels.models import Message, Preference, Robot
from linli.channels.operations import add_robot, set_preference
from linli.channels.sending import send_due
from linli.journal.drainer import drain
from linli.journal.models import Cursor
from linli.journal.queries import sealed_after
from tests.builders import Town
from tests.channels.receivers import SECRET, Groups
from tests.conftest import NOW

NO_QUIET = {"quiet_from": dt.time(0), "quiet_to": dt.time(0)}


def wants_mail(town: Town, who: str, **given: Any) -> Preference:
    chosen = {
        "wants_email": True,
        "email": f"{who}@linli.example",
        "digest": "at_once",
        "language": "zh-hans",
        "quiet_from": dt.time(22),
        "quiet_to": dt.time(7),
        **given,
    }
    return set_preference(actor=town.actor(who), **chosen)


def a_group(
    town: Town,
    posts: Groups,
    means: str = "wecom",
    *,
    unit: str = "committee-029",
    who: str = "administrator",
) -> Robot:
    secret = "" if means == "wecom" else SECRET
    return add_robot(
        actor=town.actor(who),
        organisation_id=town.units[unit].pk,
        means=means,
        name="双合家园工作群",
        address=posts.address(means),
        secret=secret,
    )


def tell(*, now: dt.datetime = NOW) -> int:
    """Seal what happened and write the messages that it asks for; return how many."""
    before = Message.objects.count()
    while drain(now=now).count:
        continue
    cursor, _made = Cursor.objects.get_or_create(
        name="test.channels", defaults={"position": 0, "moved_at": now}
    )
    while events := sealed_after(cursor.position, limit=500):
        make_messages(events, now=now)
        cursor.position = events[-1].position
    cursor.save()
    return Message.objects.count() - before


def send(*, now: dt.datetime = NOW) -> int:
    """Send what is due at a moment; return how many letters went out."""
    return send_due(clock=lambda: now)


def out(**given: Any) -> list[Message]:
    """Return the messages that leave the house, in their order."""
    return list(Message.objects.outward().filter(**given).order_by("position", "pk"))
