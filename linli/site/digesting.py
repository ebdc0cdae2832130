"""One hash over what the cases are and what happened to them: equal on any server, after an import that was interrupted,
and in a backup that was restored."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

ROWS = """
SELECT coalesce(nullif(c.source || ' ' || c.external_no, c.source || ' '), c.number) COLLATE "C" AS key,
       c.state, o.state, u.code, e.seq, e.name, e.payload, e.at
FROM cases_case c
LEFT JOIN cases_workorder o ON o.id = c.lead_order_id
LEFT JOIN territory_organisation u ON u.id = o.lead_id
LEFT JOIN kernel_event e ON e.stream_kind = 'case' AND e.stream_id = c.id
ORDER BY 1, e.seq
"""


def digest_of(rows: Iterable[tuple[Any, ...]], *, times: bool) -> tuple[int, str]:
    """Return how many lines (a case's event each) went in, and the hash, in constant memory. `rows`: what ROWS gives.

    Numbers of ours come from a sequence, which an interruption leaves with a gap; those of a source do not.
    """
    found = hashlib.sha256()
    count = 0
    for *line, payload, at in rows:
        line.append(_plain(payload))
        if times:
            line.append(at.isoformat() if at else None)
        found.update(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
        count += 1
    return count, found.hexdigest()


def _plain(payload: Any) -> Any:
    found = json.loads(payload) if isinstance(payload, str) else payload
    return found and {key: value for key, value in found.items() if not key.endswith("_id")}
