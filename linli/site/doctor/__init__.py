"""`linli doctor`: looks at an installation, changes nothing, and says of each part how to mend it.

Beside this file: finding (one line of the report), machine (what needs no database), server (what
needs one). Start at `finding.py`, then `server.py`.
"""

import datetime as dt
from collections.abc import Iterator

from linli.site.doctor.finding import Finding
from linli.site.doctor.machine import look_at_machine
from linli.site.doctor.server import look_at_server

__all__ = ["Finding", "examine"]


def examine(*, now: dt.datetime) -> Iterator[Finding]:
    """Yield what is found, the parts that others rest on first; what rests on a bad part is left out."""
    yield from look_at_machine()
    yield from look_at_server(now=now)
