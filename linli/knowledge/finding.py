"""The answer to a question, or that none is known: by meaning through the aide, which the web process asks.

The aide reads what is laid down for it: every version in force, each way of asking on its own. What may be told is
decided here for each question: the reader's area, the day, and whom it is for.
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from linli.kernel.actor import Actor
from linli.knowledge.models import ArticleVersion
from linli.knowledge.queries import versions
from linli.methods.language.aide import aide, lay

READ = 2_000
"""Characters of a text that are looked at."""
LEAST = 4
"""Characters below which nothing is looked for."""


@dataclass(frozen=True)
class Answers:
    """What was found, best first. `is_known` False: nothing that answers; `was_asked` False: nobody could say."""

    found: tuple[ArticleVersion, ...] = ()
    is_known: bool = False
    was_asked: bool = False


def find_answers(words: str, *, actor: Actor, on: dt.date, to_tell: bool = False) -> Answers:
    """Return the articles that answer. `to_tell`: only what may be told to anybody. Three queries.

    Below the method's threshold nothing is given: a wrong answer is worse than none.
    """
    if not settings.LINLI.propose or len(words.strip()) < LEAST:
        return Answers()
    rows = versions(actor).in_force().valid_on(on)  # type: ignore[attr-defined]
    if to_tell:
        rows = rows.filter(audience="everyone")
    among = {one.pk: one for one in rows}
    if not among:
        return Answers(was_asked=True)
    aide().wake({"answers": str(_file())})
    said = aide().ask(ask=[words[:READ], ""], on=on.isoformat(), among=list(among))
    if said is None:
        return Answers()
    if not said["is_known"]:
        return Answers(was_asked=True)
    found = tuple(among[key] for key in said["answers"] if key in among)
    return Answers(found, is_known=bool(found), was_asked=True)


def _file() -> Path:
    """Return the file of all versions in force, laid down anew when another was put in force."""
    rows = ArticleVersion.objects.in_force().order_by("pk")
    keys = json.dumps(list(rows.values_list("pk", "written_at")), default=str)
    path = _folder() / f"{hashlib.sha256(keys.encode()).hexdigest()[:24]}.answers"
    if not path.exists():
        told = [
            [one.pk, way, asked, one.answer, one.valid_from, one.valid_to]
            for one in rows
            for way, asked in enumerate(one.ways)
        ]
        lay(path, json.dumps(told, ensure_ascii=False, default=str).encode())
    return path


def _folder() -> Path:
    folder: Path = settings.LINLI.proposing_folder()
    return folder
