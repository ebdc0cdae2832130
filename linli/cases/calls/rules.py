"""Rules of a call, pure."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from linli.cases.rules import Rate
from linli.kernel.errors import Refusal

ANSWER_WITHIN = dt.timedelta(seconds=15)
"""Within how long a call is to be answered (GB/T 33358: within 15 seconds, 95 % over any 24 hours)."""

ON_THE_LINE = Refusal(
    "call.on_the_line",
    _("You are on the line already. End this call (F8) before you take the next one."),
)
NO_CALL = Refusal(
    "call.none", _("There is no call to end. Note the next one when it rings (F6) or begins (F7).")
)
STILL_TALKING = Refusal(
    "call.still_talking", _("The caller is still on the line. End the call first (F8).")
)


@dataclass(frozen=True)
class CallFigures:
    """The calls of a time: how many, answered in 15 seconds of those whose ringing is known, means.

    `talk` and `after` are None where no call has come so far.
    """

    answered: int
    missed: int
    in_time: Rate
    talk: dt.timedelta | None
    after: dt.timedelta | None
