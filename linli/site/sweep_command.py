"""`linli sweep`: raise the alerts that are due, move deadlines whose working days became known."""

from linli.cases.tasks import sweep_clocks


def run() -> None:
    """Sweep once, now, and say what was done. The worker does the same every minute."""
    done = sweep_clocks()
    print(
        f"{done.raised} alerts raised, {done.lapsed} lapsed; {done.renewed} orders' deadlines renewed"
    )
