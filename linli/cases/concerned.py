"""Whom a change of a case concerns: the areas around it and the units that have a part in it, and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from linli.cases.choices import Confidentiality
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import SCOPE_COLUMNS, Actor

_PARTS = f"""
SELECT {", ".join(f"c.{column}" for column in SCOPE_COLUMNS)}, c.confidentiality,
    ARRAY(SELECT o.lead_id FROM cases_workorder o WHERE o.case_id = c.id),
    ARRAY(SELECT t.organisation_id FROM cases_cotask t JOIN cases_workorder o ON o.id = t.order_id
          WHERE o.case_id = c.id
          UNION SELECT a.unit_id FROM cases_consultation a WHERE a.case_id = c.id)
FROM cases_case c WHERE c.id = ANY(%s)
"""  # noqa: S608 - names of our own columns


@dataclass(frozen=True)
class Concerned:
    """The areas around a case as (scope column, code), the units that lead or led it, and those that help."""

    areas: frozenset[tuple[str, str]]
    leads: frozenset[int]
    helpers: frozenset[int]
    is_hidden: bool

    def includes(self, actor: Actor) -> bool:
        """Return whether the actor's lists or figures may change by it. As `CaseQuerySet.seen_by` has it: what is
        confidential as a whole concerns its lead and those who see such cases."""
        own = actor.organisation_id
        if own in self.leads and actor.may(P.HANDLE):
            return True
        if self.is_hidden:
            return bool(self.areas & set(actor.scopes(P.SEE_HIDDEN)))
        if own in self.helpers and actor.may(P.TASK):
            return True
        return bool(self.areas & {*actor.scopes(P.SEE), *actor.scopes(P.SEE_RATES)})


def concerned_by(case_ids: Sequence[int]) -> list[Concerned]:
    """Return whom each of these cases concerns. One query, no personal data."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, [list(case_ids)])
        rows = cursor.fetchall()
    return [
        Concerned(
            areas=frozenset(
                (column, code) for column, code in zip(SCOPE_COLUMNS, row, strict=False) if code
            ),
            leads=frozenset(row[5]),
            helpers=frozenset(row[6]),
            is_hidden=row[4] == Confidentiality.HIDE_CASE,
        )
        for row in rows
    ]
