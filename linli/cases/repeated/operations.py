"""Writes of repeated duties: asked for, checked, missed, ended."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.cases.attachments.choices import AttachmentKind
from linli.cases.attachments.keeping import keep_pictures
from linli.cases.attachments.receiving import Received
from linli.cases.guards import of_own_unit
from linli.cases.models import Case, DutyCheck, RepeatedDuty
from linli.cases.operations.helping import HIDDEN_FROM_PARTNERS, NOT_A_HELPER, TELLS_WHO_ASKED
from linli.cases.parts import happened, locked_order, moment, without_order
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.parts import is_shared, who_asked_in
from linli.cases.queries import units_around
from linli.cases.repeated.events import (
    RepeatedChecked,
    RepeatedEnded,
    RepeatedMissed,
    RepeatedStarted,
)
from linli.cases.repeated.rules import EARLY, GRACE, LONGEST, MOST_A_DAY, may_be_made, moments
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.operation import operation

NO_CHECK = Refusal(
    "repeated.no_check",
    _("No check lies ahead between these days. Choose other days or times."),
    "times",
)
TOO_LONG = Refusal(
    "repeated.too_long",
    _(
        "A repeated duty lasts three months at most. Choose an earlier end; it can be asked for again."
    ),
    "ends_on",
)
TOO_OFTEN = Refusal(
    "repeated.too_often", _("At most %(most)s checks a day. Leave some times out."), "times"
)
NOT_YOURS = Refusal(
    "repeated.not_yours", _("This check is for %(unit)s. Only its own people make it.")
)
NOT_IN_TIME = Refusal(
    "repeated.not_in_time",
    _(
        "This check is due at %(due)s and can be made from one hour before until two hours after. Make the next one in its time."
    ),
)
MADE_ALREADY = Refusal(
    "repeated.made_already", _("This check was made at %(when)s already. Nothing was changed.")
)
SHOW_IT = Refusal(
    "repeated.show_it",
    _("Add a photo, or say in a sentence what you saw and why there is none."),
    "note",
)
SAY_WHAT = Refusal(
    "repeated.say_what", _("Something is not as it should be: say what, in a sentence."), "note"
)
IS_OVER = Refusal("repeated.is_over", _("This repeated duty has ended already."))


@operation(P.HANDLE)
def start_repeated(
    *,
    actor: Actor,
    case_id: int,
    organisation_id: int,
    words: str,
    weekdays: Collection[int],
    times: Sequence[dt.time],
    starts_on: dt.date,
    ends_on: dt.date,
) -> RepeatedDuty:
    """Ask a unit around a case to check something again and again, until a day. All its checks are written down at once.

    Raises Case.DoesNotExist, RuleBroken.
    """
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    if order is None:
        raise without_order(case, "give_task")
    refusal = of_own_unit(order, actor)
    if refusal is not None:
        raise refusal
    if organisation_id not in {unit.pk for unit in units_around(case.place, at=actor.now)}:
        raise NOT_A_HELPER(place=case.place.label)
    if not is_shared(case) and organisation_id != order.lead_id:
        raise HIDDEN_FROM_PARTNERS()
    if found := who_asked_in(words, case=case, actor=actor, permission=P.HANDLE):
        raise TELLS_WHO_ASKED(found=found)
    if ends_on - starts_on > LONGEST:
        raise TOO_LONG()
    if len(set(times)) > MOST_A_DAY:
        raise TOO_OFTEN(most=MOST_A_DAY)
    due = moments(
        starts_on=starts_on,
        ends_on=ends_on,
        weekdays=weekdays,
        times=times,
        zone=timezone.get_default_timezone(),
        after=actor.now - EARLY,
    )
    if not due:
        raise NO_CHECK()
    duty = RepeatedDuty.objects.create(
        case=case,
        organisation_id=organisation_id,
        asked_by_id=order.lead_id,
        at=actor.now,
        user_id=actor.user_id,
        words=words.strip(),
        weekdays=sorted(set(weekdays)),
        times=sorted(set(times)),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    DutyCheck.objects.bulk_create(DutyCheck(duty=duty, due_at=at) for at in due)
    event = RepeatedStarted(
        repeated_id=duty.pk, unit_id=organisation_id, checks=len(due), ends_on=ends_on
    )
    happened(case, event, actor=actor)
    return duty


@operation(P.TASK)
def make_check(
    *,
    actor: Actor,
    check_id: int,
    is_fine: bool,
    note: str = "",
    pictures: Sequence[Received] = (),
    form_key: uuid.UUID | None = None,
) -> DutyCheck:
    """Write down a check in its time, with photos or a sentence. Made again from the same form it stays one.

    Raises DutyCheck.DoesNotExist for one of others, RuleBroken.
    """
    found = DutyCheck.objects.filter(duty__in=RepeatedDuty.objects.concerning(actor))
    case_id = found.values_list("duty__case", flat=True).get(pk=check_id)
    case = _locked(case_id)
    check = DutyCheck.objects.select_related("duty__organisation").get(pk=check_id)
    duty = check.duty
    if duty.organisation_id != actor.organisation_id:
        raise NOT_YOURS(unit=duty.organisation.label)
    if check.done_at is not None:
        raise MADE_ALREADY(when=moment(check.done_at))
    if duty.ended_at is not None:
        raise IS_OVER()
    if not may_be_made(check.due_at, now=actor.now):
        raise NOT_IN_TIME(due=moment(check.due_at))
    if not pictures and not note.strip():
        raise SHOW_IT()
    if not is_fine and not note.strip():
        raise SAY_WHAT()
    key = form_key or uuid.uuid4()
    new = {uuid.uuid5(key, f"{check.pk} {one.sent}"): one for one in pictures}
    if new:
        keep_pictures(
            case, new, actor=actor, where=None, kind=AttachmentKind.AFTER, duty_check=check
        )
    check.done_at, check.done_by, check.is_fine = actor.now, actor.user_id, is_fine
    check.note, check.photo_count = note.strip(), len(new)
    check.save(update_fields=["done_at", "done_by", "is_fine", "note", "photo_count"])
    event = RepeatedChecked(
        repeated_id=duty.pk,
        check_id=check.pk,
        unit_id=duty.organisation_id,
        is_fine=is_fine,
        photos=len(new),
    )
    happened(case, event, actor=actor)
    return check


def _locked(case_id: int) -> Case:
    found: Case = (
        Case.objects.everywhere("the case of a repeated duty")
        .select_for_update(of=("self",))
        .get(pk=case_id)
    )
    return found


@operation(P.HANDLE)
def end_repeated(*, actor: Actor, duty_id: int, result: str) -> RepeatedDuty:
    """End a repeated duty before its last day, saying why; checks that lie ahead go. Raises RepeatedDuty.DoesNotExist, RuleBroken."""
    rows = RepeatedDuty.objects.filter(asked_by=actor.organisation_id)
    case = _locked(rows.values_list("case", flat=True).get(pk=duty_id))
    duty = RepeatedDuty.objects.get(pk=duty_id)
    if duty.ended_at is not None:
        raise IS_OVER()
    duty.ended_at, duty.ended_by, duty.result = actor.now, actor.user_id, result.strip()
    duty.save(update_fields=["ended_at", "ended_by", "result"])
    DutyCheck.objects.filter(
        duty=duty, done_at__isnull=True, missed_at__isnull=True, due_at__gt=actor.now - GRACE
    ).delete()
    happened(case, RepeatedEnded(repeated_id=duty.pk, unit_id=duty.organisation_id), actor=actor)
    return duty


@operation(P.SWEEP)
def sweep_checks(*, actor: Actor, limit: int = 500) -> int:
    """Say of checks whose time is over that they were missed, at most `limit`; return how many. Cases in work are passed over."""
    over = DutyCheck.objects.filter(
        done_at__isnull=True, missed_at__isnull=True, due_at__lte=actor.now - GRACE
    )
    ids = list(over.order_by("due_at", "pk").values_list("duty__case", flat=True)[:limit])
    cases = {
        case.pk: case
        for case in Case.objects.everywhere("checks missed in every area")
        .filter(pk__in=set(ids))
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
    }
    missed = list(
        over.filter(duty__case__in=cases).select_related("duty").order_by("due_at", "pk")[:limit]
    )
    for check in missed:
        check.missed_at = actor.now
        check.save(update_fields=["missed_at"])
        event = RepeatedMissed(
            repeated_id=check.duty_id,
            check_id=check.pk,
            unit_id=check.duty.organisation_id,
            due_at=check.due_at,
        )
        happened(cases[check.duty.case_id], event, actor=actor)
    return len(missed)
