"""`linli digest`: one hash over what the cases are and what happened to them."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

ROWS = """
SELECT coalesce(nullif(c.source || ' ' || c.external_no, c.source || ' '), c.number) COLLATE "C" AS key,
       c.state, o.state, u.code, e.seq, e.name, e.payload, e.at
FROM cases_case c
LEFT JOIN cases_workorder o ON o.id = c.lead_order_id
LEFT JOIN territory_organisation u ON u.id = o.lead_id
LEFT JOIN kernel_event e ON e.stream_kind = 'case' AND e.stream_id = c.id
ORDER BY 1, e.seq
"""


def digest(*, times: bool) -> tuple[int, str]:
    """Return how many lines (a case's event each) went in, and the hash. One pass, in constant memory."""
    found = hashlib.sha256()
    count = 0
    for line in _lines(times=times):
        found.update(line.encode() + b"\n")
        count += 1
    return count, found.hexdigest()


def _lines(*, times: bool) -> Iterator[str]:
    # Numbers of ours come from a sequence, which an interruption leaves with a gap; those of a source do not.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(ROWS)
        for key, state, order, unit, seq, name, payload, at in cursor:
            line: list[Any] = [key, state, order, unit, seq, name, _plain(payload)]
            if times:
                line.append(at.isoformat() if at else None)
            yield json.dumps(line, ensure_ascii=False, sort_keys=True)


def _plain(payload: Any) -> Any:
    found = json.loads(payload) if isinstance(payload, str) else payload
    return found and {key: value for key, value in found.items() if not key.endswith("_id")}


def run(*, times: bool) -> None:
    """Print the hash."""
    count, found = digest(times=times)
    print(f"{found}  {count} events")
