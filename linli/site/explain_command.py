"""`linli explain`: a case's history as sentences."""

from django.utils import timezone, translation

from linli.cases.models import Case
from linli.cases.story import story_of
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
        for step in story_of(case):
            at = timezone.localtime(step.at)
            unit = f" · {step.unit}" if step.unit else ""
            print(f"{at:%Y-%m-%d %H:%M}  {step.what}  ({step.who}{unit})")
            for line in filter(
                None, [step.quote, step.body, *(f"{k}: {v}" for k, v in step.facts)]
            ):
                print(f"                  {line}")
    return 0
