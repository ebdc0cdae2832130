"""The starter model: what a message is about, before a city has closed cases of its own.

Made of the phrases in `data/phrases.txt` and of names and words of the categories shipped, by
`tools/starter.py`; a test holds the model against them. Its labels are the codes of the tree.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from linli.cases.catalogue.shipped import shipped

if TYPE_CHECKING:
    from linli.methods.language.categories import Classifier

MODEL = "data/starter.model"


def phrases() -> Iterator[tuple[str, str]]:
    """Yield (code, phrase) in the order in which they are learnt."""
    text = files("linli.cases").joinpath("data/phrases.txt").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, said = line.split(":", 1)
            yield from ((code, phrase.strip()) for phrase in said.split("｜"))
    for row in shipped():
        yield from ((row.code, said) for said in (f"{row.name} {row.words}", row.name_en))


def phrases_hash() -> str:
    """Return the hash by which a model names the phrases that it was made of."""
    told = "\n".join(f"{code}:{phrase}" for code, phrase in phrases())
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def starter() -> "Classifier":
    """Return the starter model; it is read once a process."""
    from linli.methods.language.categories_files import load

    with files("linli.cases").joinpath(MODEL).open("rb") as file:
        return load(file)
