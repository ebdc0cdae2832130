"""`linli sweep`: raise the alerts that are due, move deadlines whose working days became known, let orders go
on whose pause is over, look for problems, end sessions of people whose role or post is over, make exports, remove files whose time is over."""

from linli.accounts.tasks import end_sessions
from linli.cases.exporting.making import make_exports
from linli.cases.tasks import remove_files, sweep_clocks
from linli.problems.sweeping import sweep_problems


def run() -> None:
    """Sweep once, now, and say what was done. The worker does the same every minute."""
    out = end_sessions()
    done = sweep_clocks()
    found = sweep_problems()
    exported, removed = make_exports(), remove_files()
    print(
        f"{done.raised} alerts raised, {done.lapsed} lapsed; {done.renewed} orders' deadlines renewed; "
        f"{done.woken} pauses over; {done.missed} checks missed; {out} people signed out; "
        f"{found.proposed} problems proposed, {found.recurred} open again; "
        f"{exported} exports made, {removed} files removed"
    )
