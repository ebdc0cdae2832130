"""`linli explain`: a case's history as sentences."""

from django.utils import timezone, translation

from linli.cases.models import Case
from linli.cases.queries import events_of
from linli.cases.story import story_of
from linli.journal.queries import SealedSoFar, sealed_so_far
from linli.kernel.ids import read_number


def run(number: str, *, language: str) -> int:
    """Print the story; return 0, or 2 when there is no such case."""
    with translation.override(language):
        digits = read_number(number)
        case = (
            Case.objects.everywhere("linli explain, typed at the server")
            .select_related("place", "lead_order__lead")
            .filter(number=digits or "")
            .first()
        )
        if case is None:
            print(
                translation.gettext(
                    "No case has this number. Check the digits; the last one checks the others."
                )
            )
            return 2
        state = case.state_now.label
        print(f"{case.shown_number}  {case.title}  [{state}]  {case.place.name}")
        events = events_of(case)
        for step in story_of(case, events):
            at = timezone.localtime(step.at)
            unit = f" · {step.unit}" if step.unit else ""
            print(f"{at:%Y-%m-%d %H:%M}  {step.what}  ({step.who}{unit})")
            for line in filter(
                None, [step.quote, step.body, *(f"{k}: {v}" for k, v in step.facts)]
            ):
                print(f"                  {line}")
        print(_sealed(sealed_so_far(events)))
    return 0


def _sealed(found: SealedSoFar) -> str:
    lines = []
    if found.position:
        lines.append(
            translation.gettext("Sealed up to position %(n)s of the record.")
            % {"n": found.position}
        )
    if found.waiting_count:
        lines.append(
            translation.ngettext(
                "%(n)s step is being sealed.", "%(n)s steps are being sealed.", found.waiting_count
            )
            % {"n": found.waiting_count}
        )
    if found.checked_at:
        at = f"{timezone.localtime(found.checked_at):%Y-%m-%d %H:%M}"
        lines.append(
            translation.gettext("Last check of the whole record: %(at)s, whole.") % {"at": at}
        )
    return " ".join(lines)
