"""`linli doctor`: the report on the screen."""

import datetime as dt
import gettext
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from linli.site.config import translations_folder
from linli.site.doctor import Finding, examine
from linli.site.doctor.finding import Level

MARKS = {Level.OK: "[green]ok  [/]", Level.WARN: "[yellow]warn[/]", Level.BAD: "[red]bad [/]"}


def run(*, english: bool) -> int:
    """Print each finding as it is made, and how to mend it; return 1 if one is bad, else 0."""
    words = gettext.translation("django", str(translations_folder()), ["zh_Hans"], fallback=True)
    say = (lambda text: text) if english else words.gettext
    console = Console(soft_wrap=True, highlight=False)
    counted = dict.fromkeys(Level, 0)
    # Not kernel.clock: it asks the settings, which may be what is broken.
    for finding in examine(now=dt.datetime.now(dt.UTC)):
        counted[finding.level] += 1
        for line in _lines(finding, say):
            console.print(line)
    told = ", ".join(f"{count} {level.value}" for level, count in counted.items())
    console.print(told)
    return 1 if counted[Level.BAD] else 0


def _lines(finding: Finding, say: Callable[[str], str]) -> list[str]:
    head = f"{say(finding.part)}: {say(finding.found) % finding.facts}"
    lines = [f"{MARKS[finding.level]}  {escape(head)}"]
    if finding.mend:
        lines.append(f"      → {escape(say(finding.mend) % finding.facts)}")
    return lines
