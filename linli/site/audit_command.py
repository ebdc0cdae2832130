"""`linli audit`: is the record whole, how far does it go, and what proves it to somebody else."""

import json
import secrets
import shutil
from pathlib import Path

import click
from django.conf import settings
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.cases.models import Case
from linli.cases.sealing import numbers_of, torn_cases
from linli.journal import check_history
from linli.journal.checking import check
from linli.journal.drainer import accept_restore, head_now
from linli.journal.faults import Fault
from linli.journal.history import history_of, published
from linli.journal.keys import with_new_key
from linli.journal.verify import Report
from linli.kernel import clock
from linli.kernel.ids import read_number, show_number


def verify(*, language: str) -> int:
    """Check the whole record and say what is wrong; return 0 when nothing is, else 1."""
    with translation.override(language):
        report = check(now=clock.now())
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
    print(json.dumps(published(head_now(now=clock.now())), indent=2))
    return 0


def export(number: str, *, folder: Path, since: int | None) -> int:
    """Write a case's sealed history and the script that checks it; return 0, or 2 if that cannot be."""
    case = (
        Case.objects.everywhere("linli audit export, typed at the server")
        .filter(number=read_number(number) or "")
        .first()
    )
    if case is None:
        raise click.ClickException(
            "No case has this number. Check the digits; the last one checks the others.\n"
            "没有这个编号的诉求。请核对数字，末位是校验位。"
        )
    try:
        history = history_of("case", case.pk, case=case.shown_number, now=clock.now(), since=since)
    except ValueError as beyond:
        raise click.ClickException(
            f"The record has not reached position {since}. Take the position from the published head.\n"
            f"记录还没有到第 {since} 位。请用公布的封存凭证上的位次。"
        ) from beyond
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"history-{case.number}.json"
    written.write_text(json.dumps(history, indent=1, ensure_ascii=False) + "\n", "utf-8")
    script = shutil.copy(check_history.__file__, folder / "check_history.py")
    print(f"{written}\n{script}")
    return 0


def rotate() -> int:
    """Put a new chain key in force; return 0. The older keys stay, for the older part."""
    keys = with_new_key(secrets.token_bytes(32))
    fresh = next(iter(keys))
    if settings.LINLI.key_file("chain_keys") is None:
        raise click.ClickException(
            "The chain keys come from LINLI_CHAIN_KEYS. Put a new one in front there: "
            f"{fresh}:<64 hexadecimal digits>,… and restart.\n"
            "密钥来自 LINLI_CHAIN_KEYS，请在那里把新密钥加在最前面，然后重启。"
        )
    settings.LINLI.write_keys("chain_keys", keys)
    print(f"Key {fresh} is in force · 已启用第 {fresh} 号密钥")
    return 0


def restored() -> int:
    """Note that the database was put back to an older state on purpose; return 0."""
    accepted = accept_restore(now=clock.now())
    print(
        f"Noted: the record ends at position {accepted.position} after a restore · "
        f"已记入：恢复之后记录到第 {accepted.position} 位为止"
    )
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
    for first, last, at in report.given_up:
        when = timezone.localtime(parse_datetime(at))
        lines.append(
            _("Positions %(first)s to %(last)s were given up with a restore noted at %(at)s.")
            % {"first": first, "last": last, "at": f"{when:%Y-%m-%d %H:%M}"}
        )
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
