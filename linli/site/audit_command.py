"""`linli audit`: is the record whole, how far does it go, and what proves it to somebody else."""

import json
from dataclasses import asdict

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.cases.sealing import numbers_of, torn_cases
from linli.journal.drainer import head_now
from linli.journal.faults import Fault
from linli.journal.keys import keys
from linli.journal.verify import Report
from linli.journal.verify import verify as check
from linli.kernel import clock
from linli.kernel.ids import show_number


def verify(*, language: str) -> int:
    """Check the whole record and say what is wrong; return 0 when nothing is, else 1."""
    with translation.override(language):
        report = check()
        torn = torn_cases()
        for line in _faults(report.faults):
            print(line)
        for case in torn:
            print(
                _("Case %(number)s: %(version)s events were recorded, %(found)s are left.")
                % {**case, "number": show_number(case["number"])}
            )
        print(_summary(report, wrong=len(report.faults) + len(torn)))
    return 1 if report.faults or torn else 0


def head() -> int:
    """Print the chain's head, signed now, with the public key: what is published."""
    now = head_now(now=clock.now())
    published = {**asdict(now), "public_key": keys()[now.key_id].public}
    del published["link"]
    print(json.dumps(published, indent=2))
    return 0


def _faults(faults: list[Fault]) -> list[str]:
    """Return each fault as a sentence, with the number of the case it is about."""
    ids = {stream[1] for fault in faults if (stream := fault.stream) and stream[0] == "case"}
    numbers = numbers_of(ids)
    return [
        f"{fault} [{_('Case')} {show_number(numbers[fault.stream[1]])}]"
        if fault.stream and fault.stream[0] == "case" and fault.stream[1] in numbers
        else str(fault)
        for fault in faults
    ]


def _summary(report: Report, *, wrong: int) -> str:
    facts = {"count": report.count, "last": report.last, "heads": report.heads}
    lines = [
        _(
            "%(count)s sealed events up to position %(last)s; compared with %(heads)s lines of the head file."
        )
        % facts
    ]
    if report.waiting:
        lines.append(
            ngettext(
                "%(count)s event waits to be sealed.",
                "%(count)s events wait to be sealed.",
                report.waiting,
            )
            % {"count": report.waiting}
        )
    lines.append(
        ngettext("%(count)s fault.", "%(count)s faults.", wrong) % {"count": wrong}
        if wrong
        else _("The record is whole.")
    )
    return "\n".join(lines)
