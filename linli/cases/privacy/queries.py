"""Reads about personal data: who looked at whose name and number."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from linli.accounts.models import User
from linli.cases.models import (
    Attachment,
    Case,
    ContactLog,
    FollowUp,
    Notice,
    Report,
    Requester,
    RightsRequest,
    Unmasking,
)
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.collections import REQUESTER, WORDS
from linli.cases.privacy.wall import through_the_wall
from linli.kernel.actor import Actor
from linli.kernel.seal import blind_indexes


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of the looks is asked for. Empty fields ask for all; `until` is outside."""

    number: str = ""
    unit: str = ""
    person: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def looks(asked: Asked, *, actor: Actor) -> QuerySet[Unmasking]:
    """Return who looked, the newest first, at cases of the actor's areas."""
    rows = Unmasking.objects.filter(case__in=Case.objects.seen_by(actor, permission=P.LOOKS))
    if asked.number:
        rows = rows.filter(case__number=asked.number)
    people = User.objects.all()
    if asked.unit:
        people = people.filter(organisation__code=asked.unit)
    if asked.person:
        people = people.filter(username=asked.person)
    if asked.unit or asked.person:
        rows = rows.filter(user_id__in=people.values("pk"))
    if asked.since:
        rows = rows.filter(at__gte=asked.since)
    if asked.until:
        rows = rows.filter(at__lt=asked.until)
    return rows.select_related("case").order_by("-at", "-pk")


def looks_at_number(phone: str, *, actor: Actor) -> QuerySet[Unmasking]:
    """Return who looked at the cases of a telephone number (E.164), the newest first."""
    same: Any = Requester.objects.filter(phone_index__in=blind_indexes("phone", phone))
    found = through_the_wall(same, actor=actor, permission=P.LOOKS)
    rows = looks(Asked(), actor=actor)
    return rows.filter(case__in=[row.case_id for row in found])


def cases_of_number(phone: str, *, actor: Actor) -> list[Case]:
    """Return the cases that a telephone number (E.164) asked in, the newest first; `requester` is at hand."""
    same: Any = Requester.objects.filter(phone_index__in=blind_indexes("phone", phone))
    asked = through_the_wall(same, actor=actor, permission=P.RIGHTS)
    people = {row.case_id: row for row in asked}
    rows = Case.objects.seen_by(actor, permission=P.RIGHTS).filter(pk__in=people)
    return list(rows.select_related("place", "lead_order").order_by("-received_at", "-pk"))


def rights_requests_of(case: Case) -> list[RightsRequest]:
    """Return what the person asked about her data in this case, the newest first."""
    return list(RightsRequest.objects.filter(case=case).order_by("-at", "-pk"))


@dataclass(frozen=True)
class Kept:
    """All that is kept of a person in one case, in the words in which it stands."""

    case: Case
    name: str
    phone: str
    account: str
    taken: list[tuple[str, str]]
    told: list[tuple[dt.datetime, str]]
    noted: list[tuple[dt.datetime, str]]
    answered: list[tuple[dt.datetime, str, str]]
    photos: int
    looked: list[tuple[dt.datetime, str, str]]
    name_until: dt.datetime | None
    words_until: dt.datetime | None

    def as_json(self) -> dict[str, Any]:
        """Return it for taking along: moments as ISO text."""
        case = self.case
        return {
            "case": case.number,
            "received_at": case.received_at.isoformat(),
            "name": self.name,
            "telephone": self.phone,
            "account": self.account,
            "taken_out_of_the_words": [text for _kind, text in self.taken],
            "place": case.place.name,
            "address": case.address,
            "title": case.title,
            "words": case.words,
            "told": [[at.isoformat(), text] for at, text in self.told],
            "notes_of_contacts": [[at.isoformat(), text] for at, text in self.noted],
            "answers": [[at.isoformat(), *rest] for at, *rest in self.answered],
            "photos": self.photos,
            "looked_at_by": [[at.isoformat(), *rest] for at, *rest in self.looked],
            "name_and_number_kept_until": self.name_until and self.name_until.isoformat(),
            "words_kept_until": self.words_until and self.words_until.isoformat(),
        }


def everything_kept_of(cases: Sequence[Case], people: Mapping[int, Requester]) -> list[Kept]:
    """Return all that is kept of a person, by case, the oldest first. A fixed number of queries."""
    keys = [case.pk for case in cases]
    shown = Case.objects.everywhere("a copy for the person herself").filter(pk__in=keys)
    told: dict[int, list[Any]] = {key: [] for key in keys}
    for key, at, text in Notice.objects.filter(case__in=keys).values_list("case", "at", "text"):
        told[key].append((at, text))
    reports = Report.objects.filter(order__case__in=keys)
    for key, at, text in reports.values_list("order__case", "at", "public_reply"):
        told[key].append((at, text))
    noted: dict[int, list[Any]] = {key: [] for key in keys}
    contacts = ContactLog.objects.filter(order__case__in=keys).exclude(note="")
    for key, at, text in contacts.values_list("order__case", "at", "note"):
        noted[key].append((at, text))
    answered: dict[int, list[Any]] = {key: [] for key in keys}
    for call in FollowUp.objects.filter(order__case__in=keys).select_related("order"):
        said = " · ".join(
            filter(None, (call.get_answered_display(), call.get_satisfaction_display()))
        )
        answered[call.order.case_id].append((call.at, said, call.note))
    photos: dict[int, int] = dict.fromkeys(keys, 0)
    for key in Attachment.objects.filter(case__in=keys).values_list("case", flat=True):
        photos[key] += 1
    rows = list(Unmasking.objects.filter(case__in=keys).order_by("at", "pk"))
    names = User.objects.select_related("organisation").in_bulk({row.user_id for row in rows})
    looked: dict[int, list[Any]] = {key: [] for key in keys}
    for row in rows:
        user = names.get(row.user_id)
        unit = user.organisation.name if user and user.organisation else ""
        looked[row.case_id].append((row.at, unit, row.reason))
    return [
        Kept(
            case=case,
            name=people[case.pk].name,
            phone=people[case.pk].phone,
            account=people[case.pk].account,
            taken=people[case.pk].taken,
            told=sorted(told[case.pk]),
            noted=sorted(noted[case.pk]),
            answered=sorted(answered[case.pk]),
            photos=photos[case.pk],
            looked=looked[case.pk],
            name_until=REQUESTER.kept_until(case.closed_at) if case.closed_at else None,
            words_until=WORDS.kept_until(case.closed_at) if case.closed_at else None,
        )
        for case in shown.select_related("place").order_by("received_at", "pk")
    ]
