"""Reads of attachments: what a person sees of a case's pictures, and which files rows still name."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from linli.cases.attachments.choices import OF_HELPERS, PERSONAL
from linli.cases.attachments.models import Attachment
from linli.cases.choices import Confidentiality
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.rules import is_hidden_from
from linli.kernel.actor import Actor

_COLUMNS = tuple(field.attname for field in Attachment._meta.concrete_fields)


def attachment_rows() -> ArraySubquery:
    """Return the attachments of a case as a column of its own query, for a page that has none to spare."""
    rows = Attachment.objects.filter(case=OuterRef("pk")).order_by("seq", "nth")
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in _COLUMNS})))


def all_of(case: Any) -> list[Attachment]:
    """Return every attachment of a case, withdrawn ones too, the oldest first.

    No query for a case that was read with its `attachment_rows`.
    """
    if not hasattr(case, "attachment_rows"):
        return list(Attachment.objects.filter(case=case).order_by("seq", "nth"))
    fields = Attachment._meta.concrete_fields
    return [
        Attachment(**{field.attname: field.to_python(row[field.attname]) for field in fields})
        for row in case.attachment_rows
    ]


def shown_to(actor: Actor, case: Any, attachments: Collection[Attachment]) -> list[Attachment]:
    """Return those of a case that the actor may know of: none withdrawn, who asked only to those who may look."""
    may_look = actor.may(P.UNMASK) and not is_hidden_from(case, actor)
    return [
        one
        for one in attachments
        if one.withdrawn_at is None and (may_look or one.kind not in PERSONAL)
    ]


def attachment_of(case: Any, key: UUID, *, actor: Actor) -> Attachment:
    """Return one attachment that the actor may know of. Raises Attachment.DoesNotExist."""
    found = shown_to(actor, case, list(Attachment.objects.filter(case=case, pk=key)))
    if not found:
        raise Attachment.DoesNotExist
    return found[0]


def shown_at_tasks(tasks: Iterable[Any], *, actor: Actor) -> dict[int, list[Attachment]]:
    """Return by task what whoever helps sees of its case: what was opened to partners, and what her own unit added.

    Nothing of a task that has ended; of a case that is confidential as a whole her own photos only. One query.
    """
    standing: dict[int, list[int]] = {}
    for task in tasks:
        if task.is_open:
            standing.setdefault(task.order.case_id, []).append(task.pk)
    found: dict[int, list[Attachment]] = {key: [] for keys in standing.values() for key in keys}
    if not standing:
        return found
    rows = Attachment.objects.filter(
        Q(is_shared=True) & ~Q(case__confidentiality=Confidentiality.HIDE_CASE)
        | Q(organisation=actor.organisation_id, kind__in=OF_HELPERS),
        case__in=standing,
        withdrawn_at__isnull=True,
    ).order_by("seq", "nth")
    for one in rows:
        for key in standing[one.case_id]:
            found[key].append(one)
    return found


def named(names: Collection[str]) -> set[str]:
    """Return those of the names under which a row keeps a file."""
    held = set(Attachment.objects.filter(content__in=names).values_list("content", flat=True))
    return held | set(Attachment.objects.filter(small__in=names).values_list("small", flat=True))
