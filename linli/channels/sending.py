"""The sending: what is due is taken in hand, goes out side by side, and what became of it is written down.

A letter is in hand by its row before it goes out: whatever dies meanwhile is found and taken back, never forgotten.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import structlog
from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from linli.accounts.operations import installer
from linli.channels.adapters import Letter, NotSent, mail, robots
from linli.channels.choices import Means
from linli.channels.models import Message
from linli.channels.operations import claim, note_failed, note_sent, take_back_lost
from linli.channels.permissions import ChannelsPermission as P
from linli.channels.queries import in_batch
from linli.channels.wording import line_of, subject_of
from linli.kernel.actor import Actor

SIDE_BY_SIDE = 8
_LOCK = 4_021_312
log = structlog.get_logger("linli.channels")
Clock = Callable[[], dt.datetime]


def sender(now: dt.datetime) -> Actor:
    """Return the actor that sends messages."""
    return installer(now=now, permissions=frozenset({P.SEND}))


def send_due(*, clock: Clock) -> int:
    """Send what is due until nothing is left; return how many letters went out. One process at a time: the others return 0."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    try:
        return _send_all(clock)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _send_all(clock: Clock) -> int:
    take_back_lost(actor=sender(clock()))
    count = 0
    flying: dict[Future[NotSent | None], uuid.UUID] = {}
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="channels") as pool:
        while True:
            free = SIDE_BY_SIDE - len(flying)
            for batch in claim(actor=sender(clock()), limit=free) if free else ():
                messages = in_batch(batch)
                letter = letter_of(messages)
                flying[pool.submit(_post, messages[0].means, letter)] = batch
            if not flying:
                return count
            # A slow provider holds up its own letters only: whoever is done makes room for the next.
            done, _rest = wait(flying, return_when=FIRST_COMPLETED)
            for one in done:
                count += _note(flying.pop(one), one.result(), actor=sender(clock()))


def _note(batch: uuid.UUID, failed: NotSent | None, *, actor: Actor) -> int:
    if failed is None:
        note_sent(actor=actor, batch=batch)
        return 1
    log.warning("message not sent", failure=failed.code, unsure=failed.is_unsure)
    note_failed(
        actor=actor,
        batch=batch,
        failure=failed.code,
        is_unsure=failed.is_unsure,
        is_final=failed.is_final,
    )
    return 0


def letter_of(messages: Sequence[Message]) -> Letter:
    """Return the letter of messages in hand for one recipient, in her language, or a group's in the installation's."""
    first = messages[0]
    assert first.batch is not None, "it is in hand"
    assert first.claimed_at is not None
    person = first.user.preference if first.user is not None else None
    with translation.override(person.language if person else settings.LANGUAGE_CODE):
        lines = [line_of(message, site=settings.LINLI.site_url) for message in messages]
        return Letter(
            id=first.batch,
            at=first.claimed_at,
            address=person.email if person else first.robot.address if first.robot else "",
            secret=first.robot.secret if first.robot else "",
            lines=tuple(lines),
            subject=subject_of(lines),
            more=_("And %(count)s more in the inbox."),
        )


def _post(means: str, letter: Letter) -> NotSent | None:
    """Send one letter, in a thread that touches no database; return why it did not go out, None where it did."""
    try:
        if means == Means.EMAIL:
            mail.post(letter, server=settings.LINLI.smtp_server(), sender=settings.LINLI.mail_from)
        else:
            robots.post(means, letter)
    except NotSent as failed:
        return failed
    except Exception as failed:
        # Whatever it is, the other letters of the round go on, and this one is not lost.
        return NotSent(type(failed).__name__, is_unsure=True)
    return None
