"""Reads about personal data: who looked at whose name and number."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from linli.accounts.models import User
from linli.cases.models import Case, Requester, Unmasking
from linli.cases.permissions import CasePermission as P
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
