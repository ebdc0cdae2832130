"""How the counters follow the cases: what a case adds is taken away and added anew, in one statement.

What a case adds is read from its rows as they are now, never from events: an event only says which case to look
at. So it may be counted twice or late without harm, and once the queue is drained the counters equal a recount.
"""

from collections.abc import Callable, Sequence

from django.db import connection, transaction
from django.utils import timezone

from linli.insight.models import MEASURES
from linli.journal.models import Cursor
from linli.journal.queries import last_position
from linli.kernel.actor import SCOPE_COLUMNS

SUBSCRIBER = "insight.counters"
CHUNK = 20_000
"""Cases of one statement of a rebuild."""

_KEPT = ("case_id", "day", *SCOPE_COLUMNS, "category_code", "unit_id", "contact_due_at", *MEASURES)


def _part(table: str, moment: str, unit: str, where: str, **measures: str) -> str:
    """Return a SELECT of contributions: one a row of `table`, on the day of `moment`."""
    scope = ", ".join(f"{table}.{column}" for column in SCOPE_COLUMNS)
    owed = measures.pop("contact_due_at", "NULL::timestamptz")
    counts = ", ".join(measures.get(name, "0") for name in MEASURES)
    orders = "JOIN cases_workorder o ON o.case_id = c.id" if table == "o" else ""
    return (
        f"SELECT c.id, ({moment} AT TIME ZONE %(zone)s)::date, {scope}, coalesce(k.code, ''), {unit}, {owed}, {counts}"  # noqa: S608
        f" FROM cases_case c LEFT JOIN cases_category k ON k.id = c.category_id {orders}"
        f" WHERE c.id {{which}} AND {where}"
    )


def _when(condition: str) -> str:
    return f"({condition})::int"


_CONTRIBUTIONS = " UNION ALL ".join(
    (
        _part("c", "c.received_at", "0", "true", received="1"),
        _part("c", "c.closed_at", "0", "c.closed_at IS NOT NULL", closed="1"),
        _part("o", "o.dispatched_at", "o.lead_id", "true", dispatched="1"),
        _part(
            "o",
            "o.reported_at",
            "o.lead_id",
            "o.reported_at IS NOT NULL",
            reported="1",
            late=_when("o.reported_at > o.handling_due_at"),
        ),
        _part(
            "o",
            "o.handling_due_at",
            "o.lead_id",
            "true",
            contact_due_at="CASE WHEN o.first_contact_at IS NULL THEN o.first_contact_due_at END",
            due="1",
            contacted=_when("o.first_contact_at IS NOT NULL"),
            in_time=_when(
                "o.first_contact_at IS NOT NULL AND o.first_contact_at <= o.first_contact_due_at"
            ),
            valid=_when("o.followed_up_at IS NOT NULL"),
            solvable=_when(
                "o.followed_up_at IS NOT NULL AND o.resolution IS DISTINCT FROM 'explained'"
            ),
            solved=_when(
                "o.followed_up_at IS NOT NULL AND o.resolution IS DISTINCT FROM 'explained'"
                " AND o.answered IS NOT DISTINCT FROM 'solved'"
            ),
            satisfied=_when(
                "o.followed_up_at IS NOT NULL"
                " AND coalesce(o.satisfaction IN ('very', 'satisfied', 'basically'), false)"
            ),
        ),
    )
)
_SUMS = ", ".join(f"sum(sign * {name})::int AS {name}" for name in MEASURES)
_RECOUNT = f"""
WITH gone AS (DELETE FROM insight_contribution WHERE case_id {{which}} RETURNING *),
come AS (
    INSERT INTO insight_contribution ({", ".join(_KEPT)}) {_CONTRIBUTIONS} RETURNING *
),
moved AS (SELECT -1 AS sign, * FROM gone UNION ALL SELECT 1, * FROM come),
changed AS (
    SELECT day, {", ".join(SCOPE_COLUMNS)}, category_code, unit_id, {_SUMS}
    FROM moved GROUP BY day, {", ".join(SCOPE_COLUMNS)}, category_code, unit_id
    HAVING {" OR ".join(f"sum(sign * {name}) <> 0" for name in MEASURES)}
),
about AS (
    SELECT changed.*, depth.code AS about_code FROM changed CROSS JOIN LATERAL (
        SELECT left(category_code, cut) AS code FROM generate_series(0, length(category_code), 2) AS cut
    ) AS depth
),
spread AS (
    SELECT about.*, area.code AS area_code, 0::bigint AS of_unit
    FROM about CROSS JOIN LATERAL unnest(ARRAY[{", ".join(SCOPE_COLUMNS)}]) AS area(code)
    WHERE area.code IS NOT NULL
    UNION ALL
    SELECT about.*, '', unit_id FROM about WHERE unit_id <> 0
),
cells AS (
    SELECT day, area_code, about_code, of_unit, {", ".join(f"sum({name})::int AS {name}" for name in MEASURES)}
    FROM spread GROUP BY day, area_code, about_code, of_unit
    HAVING {" OR ".join(f"sum({name}) <> 0" for name in MEASURES)}
)
MERGE INTO insight_dailycount AS kept USING cells
ON kept.area_code = cells.area_code AND kept.unit_id = cells.of_unit
    AND kept.category_code = cells.about_code AND kept.day = cells.day
WHEN MATCHED AND {" AND ".join(f"kept.{name} + cells.{name} = 0" for name in MEASURES)} THEN DELETE
WHEN MATCHED THEN UPDATE SET {", ".join(f"{name} = kept.{name} + cells.{name}" for name in MEASURES)}
WHEN NOT MATCHED THEN INSERT (day, area_code, category_code, unit_id, {", ".join(MEASURES)})
    VALUES (cells.day, cells.area_code, cells.about_code, cells.of_unit,
            {", ".join(f"cells.{name}" for name in MEASURES)})
"""  # noqa: S608 - names of our own columns
_OF_THESE = _RECOUNT.replace("{which}", "= ANY(%(cases)s)")
_BETWEEN = _RECOUNT.replace("{which}", "BETWEEN %(first)s AND %(last)s")


def recount(cases: Sequence[int]) -> None:
    """Count some cases anew, inside the transaction that is open. One statement.

    Whoever calls holds the subscriber's cursor: two recounts of one case at a time would count it twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OF_THESE, {"cases": list(cases), "zone": _zone()})


def rebuild(*, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Make all counters anew from the cases; return how many cases were counted. Pages show the old until it ends."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        list(Cursor.objects.select_for_update().filter(name=SUBSCRIBER))
        # Read before the cases are: whatever happens meanwhile is counted once more, which does no harm.
        position = last_position()
        cursor.execute("DELETE FROM insight_contribution")
        cursor.execute("DELETE FROM insight_dailycount")
        cursor.execute(
            "SELECT coalesce(min(id), 0), coalesce(max(id), -1), count(*) FROM cases_case"
        )
        first, last, total = cursor.fetchone()
        done = 0
        while first <= last:
            limits = {"first": first, "last": first + CHUNK - 1, "zone": _zone()}
            cursor.execute(_BETWEEN, limits)
            first += CHUNK
            done = min(done + CHUNK, total)
            progress(done, total)
        Cursor.objects.filter(name=SUBSCRIBER, position__lt=position).update(
            position=position, failed_at=None, failure="", failure_count=0
        )
    return int(total)


def _zone() -> str:
    return timezone.get_default_timezone_name()
