"""What a client asks for a service besides the words: read from a file, answers checked by their type."""

import datetime as dt
import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from linli.kernel.errors import Refusal
from linli.territory.models import is_english

ANSWER_NEEDED = Refusal(
    "open311.answer_needed", _("%(code)s is required: “%(question)s”. Send attribute[%(code)s].")
)
BAD_ANSWER = Refusal(
    "open311.bad_answer", _("attribute[%(code)s] is no answer to “%(question)s”: %(datatype)s.")
)
LONGEST = 1_000


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    name_en: str

    @property
    def label(self) -> str:
        return self.name_en if is_english() else self.name


class Value(_Part):
    """One of the answers of a list."""

    key: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")


class Question(_Part):
    """One attribute of a service definition. `service`: the category; it is asked for all below it too."""

    service: str
    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{0,31}$")
    datatype: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
    required: bool
    values: list[Value] = []

    @model_validator(mode="after")
    def _lists_have_values(self) -> Self:
        if bool(self.values) != self.datatype.endswith("list"):
            raise ValueError("values belong to lists, and lists need them")
        return self

    def read(self, given: Sequence[str]) -> str:
        """Return the answer as it stands in the words of the case. Raises BAD_ANSWER."""
        said = [text.strip() for text in given if text.strip()]
        labels = {value.key: value.label for value in self.values}
        is_good = all(len(text) <= LONGEST for text in said)
        if self.datatype == "multivaluelist":
            is_good &= all(text in labels for text in said)
        else:
            is_good &= len(said) == 1 and _is(self.datatype, said[0], labels)
        if not is_good:
            raise BAD_ANSWER(code=self.code, question=self.label, datatype=self.datatype)
        return ", ".join(labels.get(text, text) for text in said)


def _is(datatype: str, text: str, labels: Mapping[str, str]) -> bool:
    try:
        if datatype == "number":
            return math.isfinite(float(text))
        if datatype == "datetime":
            return dt.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
    return text in labels if datatype == "singlevaluelist" else True


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    question: list[Question] = []


@cache
def _read(path: Path | None) -> tuple[Question, ...]:
    here = files("linli.api.open311") / "data" / "questions.toml"
    text = path.read_text("utf-8-sig") if path else here.read_text("utf-8")
    return tuple(_File.model_validate(tomllib.loads(text)).question)


def questions_of(service: str) -> list[Question]:
    """Return what is asked for a service, in the order of the file."""
    known = _read(settings.LINLI.open311_questions)
    return [one for one in known if service.startswith(one.service)]


def answers_in_words(service: str, given: Mapping[str, Sequence[str]]) -> list[str]:
    """Return each answer as a line for the words of the case, so that it is read, searched and redacted with them.

    Raises ANSWER_NEEDED, BAD_ANSWER. What nobody asked for is left out.
    """
    lines = []
    for question in questions_of(service):
        answers = [text for text in given.get(question.code, ()) if text.strip()]
        if answers:
            lines.append(f"{question.label} {question.read(answers)}")
        elif question.required:
            raise ANSWER_NEEDED(code=question.code, question=question.label)
    return lines
