"""What the sealed record says of cases: how far a story is sealed, and whose events are not all there."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from linli.cases.models import Case


def torn_cases() -> list[dict[str, Any]]:
    """Return number, version and count of events found, of each case where the two differ.

    A case's version is raised with each of its events, so that deleted events show even if they were
    deleted before they were sealed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.number, c.version, coalesce(e.found, 0) FROM cases_case c LEFT JOIN"
            " (SELECT stream_id, count(*) AS found FROM kernel_event WHERE stream_kind = 'case' GROUP BY 1) e"
            " ON e.stream_id = c.id WHERE c.version <> coalesce(e.found, 0) ORDER BY c.id"
        )
        return [
            {"number": number, "version": version, "found": found}
            for number, version, found in cursor.fetchall()
        ]


def numbers_of(case_ids: Collection[int]) -> dict[int, str]:
    """Return the numbers of cases by id."""
    found = Case.objects.everywhere("audit: names the cases of its findings").filter(
        pk__in=case_ids
    )
    return dict(found.values_list("pk", "number"))
