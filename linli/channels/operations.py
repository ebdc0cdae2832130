"""Writes of channels: what is taken in hand to be sent, what became of it, what was read, how people want to be told."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.accounts.models import User
from linli.channels.adapters.robots import PROVIDERS, is_address
from linli.channels.choices import ROBOTS, Delivery, Means
from linli.channels.events import RobotAdded, RobotEnded
from linli.channels.models import Message, Preference, Robot
from linli.channels.permissions import ChannelsPermission as P
from linli.channels.queries import deliveries
from linli.channels.rules import (
    AT_MOST,
    KEPT,
    LEASE,
    ROBOT_EVERY,
    goes_at,
    tried_again_after,
)
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code
from linli.kernel.operation import operation
from linli.territory.parts import happened, locked_organisation

NOT_AN_ADDRESS = Refusal(
    "robot.not_an_address",
    _(
        "This is not the address of a robot at %(means)s: it begins with https://%(host)s/. Copy it whole from the settings of "
        "the group's robot."
    ),
    "address",
)
NO_ADDRESS = Refusal(
    "preference.no_address", _("Give the address that letters are to go to."), "email"
)
NO_MAIL_SERVER = Refusal(
    "preference.no_server",
    _(
        "This installation sends no e-mail: no mail server is set. Ask your administrator; the inbox holds every message anyway."
    ),
    "wants_email",
)
NOT_GIVEN_UP = Refusal(
    "message.not_given_up",
    _("This message is not given up: it was sent meanwhile, or it will be tried again by itself."),
)
_LOCK = 4_021_311
_LOOKED_AT = 400
"""Messages looked at when some are taken in hand."""


@operation(P.SEND)
def claim(*, actor: Actor, limit: int = 16) -> list[uuid.UUID]:
    """Take what may go out now in hand, at most `limit` letters; return their batches.

    A recipient has one letter in hand at a time. What comes for somebody in her quiet hours waits for their end, unless it is an
    emergency. No message overtakes an earlier one of the same case, but an emergency one that the quiet holds back.
    """
    # One process at a time chooses; sending itself goes on side by side.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    batches = []
    for group in _chosen(now=actor.now)[:limit]:
        batch = group[0].batch or uuid.uuid4()
        for message in group:
            message.batch, message.state = batch, Delivery.SENDING
            message.claimed_at = actor.now
            message.attempt_count += 1
        Message.objects.bulk_update(group, ["batch", "state", "claimed_at", "attempt_count"])
        if group[0].robot_id:
            Robot.objects.filter(pk=group[0].robot_id).update(posted_at=actor.now)
        batches.append(batch)
    return batches


def _chosen(*, now: dt.datetime) -> list[list[Message]]:
    """Return the messages that may go now, those of one recipient together, in order."""
    chosen: dict[tuple[str, Any], list[Message]] = defaultdict(list)
    held: set[tuple[tuple[str, Any], int]] = set()
    for message in _claimable(now=now):
        if _is_too_early(message, now=now):
            continue
        group = chosen[message.recipient]
        its_case = message.recipient, message.case_id
        # A letter goes out again as it was, under its own name: it may have arrived once. Emergencies go by themselves, for
        # they alone go by night.
        is_another = bool(group) and (message.batch, message.is_urgent) != (
            group[0].batch,
            group[0].is_urgent,
        )
        if len(group) >= AT_MOST or is_another or its_case in held:
            held.add(its_case)
            continue
        group.append(message)
    return [group for group in chosen.values() if group]


def _claimable(*, now: dt.datetime) -> list[Message]:
    """Return what is due and held up neither by an earlier message of its case nor by a letter in hand."""
    pending = Message.objects.filter(state__in=(Delivery.QUEUED, Delivery.SENDING))
    same = Q(means=OuterRef("means")) & (
        Q(user__isnull=False, user=OuterRef("user"))
        | Q(robot__isnull=False, robot=OuterRef("robot"))
    )
    in_hand = Message.objects.filter(same, state=Delivery.SENDING)
    earlier = pending.filter(
        same, case=OuterRef("case"), position__lt=OuterRef("position"), due_at__gt=now
    )
    held_up = Exists(earlier.filter(is_urgent=True)) | (Exists(earlier) & Q(is_urgent=False))
    just_posted = Q(robot__posted_at__gt=now - ROBOT_EVERY)
    return list(
        Message.objects.filter(state=Delivery.QUEUED, due_at__lte=now)
        .exclude(Exists(in_hand))
        .exclude(held_up)
        .exclude(just_posted)
        .select_related("robot", "user__preference")
        .order_by("position", "pk")[:_LOOKED_AT]
    )


def _is_too_early(message: Message, *, now: dt.datetime) -> bool:
    """Return whether the recipient's quiet has begun meanwhile; the message then waits for its end."""
    keeps = message.robot or getattr(message.user, "preference", None)
    if keeps is None or message.is_urgent:
        return False
    until = keeps.quiet.until(_local(now))
    if until is None:
        return False
    Message.objects.filter(pk=message.pk).update(due_at=until)
    return True


def _local(at: dt.datetime) -> dt.datetime:
    return timezone.localtime(at, timezone.get_default_timezone())


@operation(P.SEND)
def note_sent(*, actor: Actor, batch: uuid.UUID) -> int:
    """Write down that a letter went out; return how many messages were in it."""
    return _in_hand(batch).update(
        state=Delivery.SENT, sent_at=actor.now, claimed_at=None, failure=""
    )


@operation(P.SEND)
def note_failed(
    *, actor: Actor, batch: uuid.UUID, failure: str, is_unsure: bool, is_final: bool
) -> None:
    """Write down that a letter did not go out, or that nobody knows whether it did.

    It is tried again later and later; given up, it goes by another way. Whether a letter arrived or not, it is sent again
    under the same Message-ID. A post into a group, which would stand there twice, is sent again for an emergency only.
    """
    group = list(_in_hand(batch).select_related("robot", "user__preference", "case"))
    _put_back(group, failure=failure, is_unsure=is_unsure, is_final=is_final, actor=actor)


@operation(P.SEND)
def take_back_lost(*, actor: Actor) -> int:
    """Take back what a worker had in hand when it died; return how many messages."""
    lost = Message.objects.filter(state=Delivery.SENDING, claimed_at__lte=actor.now - LEASE)
    group = list(
        lost.select_for_update(of=("self",), skip_locked=True).select_related(
            "robot", "user__preference", "case"
        )
    )
    _put_back(group, failure="worker_died", is_unsure=True, is_final=False, actor=actor)
    return len(group)


def _in_hand(batch: uuid.UUID) -> Any:
    return Message.objects.filter(batch=batch, state=Delivery.SENDING).order_by("position", "pk")


def _put_back(
    group: Sequence[Message], *, failure: str, is_unsure: bool, is_final: bool, actor: Actor
) -> None:
    given_up = []
    for message in group:
        pause = None if is_final else tried_again_after(message.attempt_count)
        message.failure, message.claimed_at = failure, None
        if is_unsure and message.means in ROBOTS and not message.is_urgent:
            message.state = Delivery.UNSURE
        elif pause is None:
            message.state = Delivery.DEAD
            given_up.append(message)
        else:
            message.state = Delivery.QUEUED
            keeps = message.robot or getattr(message.user, "preference", None)
            message.due_at = actor.now + pause
            if keeps is not None:
                message.due_at = goes_at(
                    _local(message.due_at), quiet=keeps.quiet, is_urgent=message.is_urgent
                )
    Message.objects.bulk_update(group, ["state", "claimed_at", "failure", "due_at"])
    _go_by_another_way(given_up, actor=actor)


def _go_by_another_way(given_up: Sequence[Message], *, actor: Actor) -> None:
    """Let what was given up go another way: a person's letter into her unit's group, a group's post as letters to the unit.

    What is itself such a replacement, or tells of a confidential case, stays in the inbox, where it is anyway.
    """
    made = []
    for message in given_up:
        if message.instead_of_id is not None or message.case.confidentiality == "hide_case":
            continue
        for given in _other_ways(message):
            made.append(
                Message(
                    event_id=message.event_id,
                    position=message.position,
                    kind=message.kind,
                    case_id=message.case_id,
                    task_id=message.task_id,
                    percent=message.percent,
                    is_urgent=message.is_urgent,
                    at=message.at,
                    due_at=actor.now,
                    instead_of=message,
                    **given,
                )
            )
    Message.objects.bulk_create(made, ignore_conflicts=True)


def _other_ways(message: Message) -> list[dict[str, Any]]:
    if message.user is not None:
        robot = (
            Robot.objects.filter(organisation=message.user.organisation_id, ended_at__isnull=True)
            .order_by("added_at")
            .first()
        )
        return [{"means": robot.means, "robot": robot}] if robot else []
    if not settings.LINLI.smtp_server() or message.robot is None:
        return []
    told = Message.objects.filter(event_id=message.event_id, means=Means.INBOX)
    people = User.objects.filter(
        organisation=message.robot.organisation_id,
        is_active=True,
        preference__wants_email=True,
        pk__in=told.values("user"),
    )
    return [{"means": Means.EMAIL, "user": user} for user in people]


@operation(P.DELIVERIES)
def try_again(*, actor: Actor, message_id: int) -> None:
    """Let a message that was given up, or of which nobody knows whether it arrived, go out once more.

    Raises Message.DoesNotExist outside the actor's area, RuleBroken.
    """
    message = deliveries(actor).select_for_update(of=("self",)).get(pk=message_id)
    if message.state not in (Delivery.DEAD, Delivery.UNSURE):
        raise NOT_GIVEN_UP()
    Message.objects.filter(pk=message.pk).update(
        state=Delivery.QUEUED, due_at=actor.now, attempt_count=0, batch=None
    )


@operation(P.READ)
def mark_read(*, actor: Actor, message_ids: Sequence[int] | None = None) -> int:
    """Mark messages in one's own inbox as read, all of them without `message_ids`; return how many were not before."""
    unread = Message.objects.filter(user=actor.user_id).unread()
    if message_ids is not None:
        unread = unread.filter(pk__in=message_ids)
    return unread.update(read_at=actor.now)


@operation(P.READ)
def set_preference(
    *,
    actor: Actor,
    wants_email: bool,
    email: str,
    digest: str,
    quiet_from: dt.time,
    quiet_to: dt.time,
    language: str,
) -> Preference:
    """Say how one wants to be told. An address that is left out is deleted. Raises RuleBroken."""
    row = Preference.objects.filter(user=actor.user_id).first() or Preference(
        user_id=actor.user_id or 0
    )
    row.email = email.strip()
    if wants_email and row.email_sealed is None:
        raise NO_ADDRESS()
    if wants_email and not settings.LINLI.smtp_server():
        raise NO_MAIL_SERVER()
    row.wants_email, row.digest, row.language = wants_email, digest, language
    row.quiet_from, row.quiet_to = quiet_from, quiet_to
    row.save()
    return row


@operation(P.ROBOTS)
def add_robot(
    *, actor: Actor, organisation_id: int, means: str, name: str, address: str, secret: str = ""
) -> Robot:
    """Let a unit's group be told by its robot. Raises Organisation.DoesNotExist outside the area, RuleBroken."""
    unit = locked_organisation(organisation_id, actor=actor, permission=P.ROBOTS)
    address = address.strip()
    if not is_address(means, address, hosts=settings.LINLI.robot_host_names()):
        raise NOT_AN_ADDRESS(means=Means(means).label, host=PROVIDERS[means].host)
    robot = Robot.sealed(
        organisation=unit,
        means=Means(means).value,
        name=name.strip(),
        address=address,
        secret=secret.strip(),
        added_at=actor.now,
    )
    robot.save()
    event = RobotAdded(means=Code(means), organisation_id=unit.pk)
    happened(unit, event, actor=actor)
    return robot


@operation(P.ROBOTS)
def end_robot(*, actor: Actor, robot_id: uuid.UUID) -> None:
    """Tell a group nothing any more; what waits for it is given up. Its address is deleted with it.

    Raises Robot.DoesNotExist, Organisation.DoesNotExist.
    """
    robot = Robot.objects.get(pk=robot_id, ended_at__isnull=True)
    unit = locked_organisation(robot.organisation_id, actor=actor, permission=P.ROBOTS)
    Message.objects.filter(robot=robot, state=Delivery.QUEUED).update(
        state=Delivery.DEAD, failure="robot_ended"
    )
    Robot.objects.filter(pk=robot.pk).update(
        ended_at=actor.now, address_sealed=b"", secret_sealed=None
    )
    happened(unit, RobotEnded(means=Code(robot.means), organisation_id=unit.pk), actor=actor)


@operation(P.SEND)
def forget_messages(*, actor: Actor, limit: int = 5000) -> int:
    """Delete messages whose year is over, at most `limit`; return how many."""
    old = Message.objects.filter(at__lt=actor.now - KEPT).order_by("at").values("pk")[:limit]
    count, _tables = Message.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return count
