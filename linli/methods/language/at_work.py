"""A process that says of a text what it is about and which place it means: `python -m linli.methods.language.at_work`.

It stands beside a web process, which so needs neither numpy nor the names of a whole city in its memory, and which
nothing here can slow down or end. One JSON object a line comes in, one goes out; it ends with its input.

    {"load": {"model": PATH, "places": PATH, "answers": PATH}}   nothing is answered
    {"id": 7, "about": [title, words]}            ->  {"id": 7, "ranked": [[label, probability], …], "is_sure": …, "reasons": {label: […]}}
    {"id": 8, "where": text, "point": [lng, lat]} ->  {"id": 8, "found": [[code, confidence, why], …], "why": …}

    {"id": 9, "ask": [heading, body], "on": DAY, "among": [article, …]} ->  {"id": 9, "answers": [article, …], "is_known": …}

What it cannot answer (nothing loaded, an error) it answers with {"id": …, "failed": kind}: nothing of the text.
"""

import datetime as dt
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from linli.methods.language.categories import Classifier
from linli.methods.language.categories_files import load
from linli.methods.language.gazetteer import Entry, Gazetteer, gazetteer
from linli.methods.language.locating import Candidate, locate
from linli.methods.language.retrieval import Base
from linli.methods.language.retrieval import Entry as Answer

RANKED = 12
"""Labels that are told: what has less cannot become one of three."""
REASONED = 3
FOUND = 4
ANSWERS = 3
WAYS = 8
"""Ways of asking for one article that are looked at, so that three articles are left."""


class NotLoaded(Exception):
    """There is no model, or no place, to go by."""


class AtWork:
    """What is loaded, and the answers from it."""

    def __init__(self) -> None:
        self.model: Classifier | None = None
        self.places: Gazetteer | None = None
        self.answers: Base | None = None

    def take(self, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """Do what a line asks; return the answer, None where none is wanted."""
        if "load" in asked:
            self._load(asked["load"])
            return None
        answer: dict[str, Any] = {"id": asked["id"]}
        try:
            if "ask" in asked:
                told = self._answer(asked)
            else:
                told = self._about(*asked["about"]) if "about" in asked else self._where(asked)
        except Exception as failed:
            return answer | {"failed": type(failed).__name__}
        return answer | told

    def _load(self, paths: Mapping[str, str]) -> None:
        """Load what is named; what cannot be read counts as not there."""
        if "model" in paths:
            try:
                self.model = load(Path(paths["model"]))
            except Exception:
                self.model = None
        if "places" in paths:
            try:
                rows = json.loads(Path(paths["places"]).read_text("utf-8"))
                self.places = gazetteer(_entry(row) for row in rows)
                # What is indexed at need is indexed now: the first question is not to wait for it.
                assert self.places.sounding is not None
                assert self.places.halves is not None
            except Exception:
                self.places = None

        if "answers" in paths:
            try:
                rows = json.loads(Path(paths["answers"]).read_text("utf-8"))
                self.answers = Base([_answer_of(row) for row in rows])
            except Exception:
                self.answers = None

    def _answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return the articles that answer, best first; an article is asked for in several ways and told once."""
        if self.answers is None:
            raise NotLoaded
        among = {str(key) for key in asked["among"]}
        heading, body = asked["ask"]
        found = self.answers.find(
            heading,
            body,
            top=ANSWERS * WAYS,
            on=dt.date.fromisoformat(asked["on"]),
            only=lambda one: one.id.partition("#")[0] in among,
        )
        keys = dict.fromkeys(int(one.id.partition("#")[0]) for one, _score in found.ranked)
        return {"answers": list(keys)[:ANSWERS], "is_known": found.is_known}

    def _about(self, title: str, words: str) -> dict[str, Any]:
        if self.model is None:
            raise NotLoaded
        said = self.model.suggest(title, words)
        first = [label for label, _probability in said.ranked[:REASONED]]
        return {
            "ranked": said.ranked[:RANKED],
            "is_sure": said.is_sure,
            "reasons": {label: self.model.reasons(title, words, label) for label in first},
        }

    def _where(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if self.places is None:
            raise NotLoaded
        point = tuple(asked["point"]) if asked.get("point") else None
        found = locate(asked["where"], self.places, point=point)
        best: dict[str, Candidate] = {}
        for one in found.candidates:
            best.setdefault(one.entry.code, one)
        told = [
            [one.entry.code, round(max(0.0, min(one.confidence, 0.98)), 2), one.why]
            for one in best.values()
        ]
        return {"found": told[:FOUND], "why": found.why}


def _entry(row: list[Any]) -> Entry:
    code, name, short, level, district, street, community, point = row
    return Entry(
        code, name, short, level, district, street, community, tuple(point) if point else None
    )


def _answer_of(row: list[Any]) -> Answer:
    """Return an entry of [article, number of the way of asking, question, answer, first day, last day]."""
    key, way, question, answer, first, last = row
    return Answer(
        f"{key}#{way}",
        question,
        answer,
        dt.date.fromisoformat(first),
        dt.date.fromisoformat(last) if last else None,
    )


def main(lines: IO[str], answers: IO[str]) -> None:
    """Answer line by line until there are no more."""
    work = AtWork()
    for line in lines:
        answer = work.take(json.loads(line))
        if answer is not None:
            answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
            answers.flush()


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
