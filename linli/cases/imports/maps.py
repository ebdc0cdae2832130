"""Which column of a file is what of a case: a map, a TOML file. docs/importing.md says how to write one."""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from linli.cases.choices import Channel, Kind, Urgency
from linli.kernel.errors import Refusal
from linli.methods.language.normal import lookup_form
from linli.territory.choices import OrganisationKind, PlaceLevel
from linli.territory.operations import PlaceRow

PUSHED = ("platform", "stages", "centre", "georeport")
"""Maps by which a city's platform pushes orders."""
SHIPPED = ("messages", "nyc311", *PUSHED)

BAD_MAP = Refusal(
    "import.bad_map",
    _("The map %(map)s cannot be used: %(why)s. See docs/importing.md for how a map is written."),
    "map",
)
NO_MAP = Refusal(
    "import.no_map",
    _(
        "No map fits the columns of this file (%(columns)s). Nearest is %(nearest)s, which also needs "
        "%(missing)s. Write a map of your own: docs/importing.md."
    ),
    "file",
)
LACKS = Refusal(
    "import.lacks_columns",
    _("The map “%(map)s” needs the columns %(missing)s, which the first line of the file lacks."),
    "file",
)


@lru_cache(4096)
def column_key(name: str) -> str:
    """Return a column's name as it is compared: “Unique Key” and unique_key are one."""
    folded = unicodedata.normalize("NFKC", name).strip().casefold()
    return re.sub(r"[\s_]+", "_", folded)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"no time zone is called {name}")
    return name


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as wrong:
        raise ValueError(f"no pattern: {wrong}") from wrong
    return text


Names = Annotated[list[str], BeforeValidator(_listed)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,23}$")]
Pattern = Annotated[str, AfterValidator(_pattern)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(_Part):
    """Names of columns. Where several are named, the first that is filled; for `words` and `address` all."""

    number: Names
    words: Names
    received: Names
    title: Names = []
    address: Names = []
    name: Names = []
    phone: Names = []
    account: Names = []
    occurred: Names = []
    due: Names = []
    closed: Names = []
    reply: Names = []
    updated: Names = []


class Choice(_Part):
    """How a value of ours follows from columns: by an equal word, the first that fits; else `otherwise`."""

    columns: Names = []
    values: dict[str, Names] = {}
    otherwise: str

    def of(self, found: Sequence[str]) -> str:
        """Return the code for the first of the words that is listed."""
        for word in filter(None, found):
            for code, words in self.values.items():
                if word in words:
                    return code
        return self.otherwise


class Level(_Part):
    """A place of a territory that a file brings along, or the root of it. `{1}` is a pattern's first group."""

    level: PlaceLevel
    code: str = ""
    name: str = ""
    name_en: str = ""
    column: str = ""
    unknown: Names = []


class CodedText(_Part):
    """A way in which words name a place: `find` and the places from the outside in."""

    find: Pattern
    chain: list[Level]


class Places(_Part):
    """Which place a row means.

    `named`: `columns` hold names of places that stand here, from the outside in. `columns`: `levels` make a
    territory of their own below `root`. `coded`: `patterns` are looked for in the columns `texts`.
    """

    way: Literal["named", "columns", "coded"]
    columns: Names = []
    texts: Names = []
    root: Level | None = None
    levels: list[Level] = []
    patterns: list[CodedText] = []

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needs = {"named": "columns", "columns": "levels", "coded": "patterns"}[self.way]
        if not getattr(self, needs):
            raise ValueError(f"the way “{self.way}” needs {needs}")
        if self.way != "named" and (self.root is None or not self.root.code or not self.root.name):
            raise ValueError(f"the way “{self.way}” needs a root with code and name")
        return self

    @property
    def root_row(self) -> PlaceRow:
        """Return the root of the territory that the file brings along."""
        assert self.root is not None
        root = self.root
        return PlaceRow(root.code, root.name, root.name, root.level, None, root.name_en)


class Units(_Part):
    """Which unit a row lies with: one of that name that stands here, or one opened in the file's territory."""

    columns: Names
    way: Literal["named", "opened"] = "named"
    kind: OrganisationKind = OrganisationKind.DEPARTMENT
    names: dict[str, str] = {}


class Subjects(_Part):
    """Which category a row has: the first of `columns` whose cell is one of ours by code or name, or stands in the
    table: `values` give their words by our category's name or code."""

    columns: Names
    values: dict[str, Names] = {}

    @model_validator(mode="after")
    def _each_word_once(self) -> Self:
        seen: set[str] = set()
        for words in self.values.values():
            for word in words:
                key = lookup_form(word)
                if key in seen:
                    raise ValueError(f"“{word}” stands under two categories")
                seen.add(key)
        return self


class States(_Part):
    """How far the source has come: words for each, and what holds where the column is empty or missing."""

    columns: Names = []
    received: Names = []
    in_handling: Names = []
    closed: Names = []
    otherwise: Literal["received", "in_handling", "refused"] = "refused"


class CaseMap(_Part):
    """A map. `code` is kept with each case as its source; with the source's number it is known again."""

    code: Slug
    name: str
    name_zh: str
    needs: list[str]
    columns: Columns
    places: Places
    units: Units | None = None
    states: States | None = None
    category: Subjects | None = None
    kind: Choice = Choice(otherwise=Kind.COMPLAINT)
    urgency: Choice = Choice(otherwise=Urgency.NORMAL)
    channel: Choice = Choice(otherwise=Channel.TRANSFER)
    joined: str = " · "
    words_are_codes: bool = False
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    times: list[str] = []
    reply: str = ""
    result: dict[str, str] = {}

    @model_validator(mode="after")
    def _known_codes(self) -> Self:
        for name, codes in (("kind", Kind), ("urgency", Urgency), ("channel", Channel)):
            choice: Choice = getattr(self, name)
            unknown = {choice.otherwise, *choice.values} - set(codes.values)
            if unknown:
                raise ValueError(f"{name}: not known: {', '.join(sorted(unknown))}")
        return self

    @property
    def digest(self) -> str:
        """Return the hash by which two readings of a file are known to be by one map."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def shown_name(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def named_columns(self) -> list[tuple[str, list[str]]]:
        """Return (what of a case, columns) in the order in which they are shown."""
        fields = Columns.model_fields
        told = [(name, list(getattr(self.columns, name))) for name in fields]
        told.append(("place", [*self.places.columns, *self.places.texts]
                     + [level.column for level in self.places.levels]))  # fmt: skip
        told.append(("unit", list(self.units.columns) if self.units else []))
        told.append(("state", list(self.states.columns) if self.states else []))
        told.append(("category", list(self.category.columns) if self.category else []))
        told += [(name, getattr(self, name).columns) for name in ("kind", "urgency", "channel")]
        return [(name, columns) for name, columns in told if columns]

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the needed columns that a first line lacks."""
        keys = {column_key(name) for name in header}
        return [name for name in self.needs if column_key(name) not in keys]


class RowReader:
    """The cells of one file's rows by the names of a map."""

    def __init__(self, header: Sequence[str]) -> None:
        self.names = {column_key(name): name for name in header}

    def cells(self, row: Mapping[str, str], columns: Sequence[str]) -> list[str]:
        """Return the cells of the columns that the file has, without white space around them."""
        found = (self.names.get(column_key(name)) for name in columns)
        return [row[name].strip() for name in found if name is not None]

    def first(self, row: Mapping[str, str], columns: Sequence[str]) -> str:
        return next(filter(None, self.cells(row, columns)), "")


def read_map(text: str, *, name: str) -> CaseMap:
    """Return the map that a TOML text states. Raises BAD_MAP with what is wrong and where."""
    try:
        return CaseMap.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as wrong:
        raise BAD_MAP(map=name, why=str(wrong)) from wrong
    except ValidationError as wrong:
        told = [
            f"{'.'.join(map(str, one['loc'])) or '-'}: {one['msg']}" for one in wrong.errors()[:5]
        ]
        raise BAD_MAP(map=name, why="; ".join(told)) from wrong


def map_at(path: Path) -> CaseMap:
    """Return the map in a file. Raises BAD_MAP."""
    try:
        return read_map(path.read_text("utf-8-sig"), name=path.name)
    except (OSError, UnicodeDecodeError) as wrong:
        raise BAD_MAP(map=path.name, why=str(wrong)) from wrong


@cache
def shipped(code: str) -> CaseMap:
    """Return a map that comes with Linli."""
    text = (files("linli.cases.imports") / "data" / f"{code}.toml").read_text("utf-8")
    return read_map(text, name=f"{code}.toml")


def map_for(header: Sequence[str]) -> CaseMap:
    """Return the shipped map that a first line calls for. Raises NO_MAP."""
    maps = [shipped(code) for code in SHIPPED]
    fitting = [one for one in maps if not one.missing(header)]
    if fitting:
        return max(fitting, key=lambda one: len(one.needs))
    nearest = min(maps, key=lambda one: len(one.missing(header)) / len(one.needs))
    raise NO_MAP(
        columns=", ".join(header)[:200],
        nearest=nearest.shown_name,
        missing=", ".join(nearest.missing(header)),
    )


def check_map(case_map: CaseMap, header: Sequence[str]) -> None:
    """Raise LACKS unless the file has the columns that the map needs."""
    missing = case_map.missing(header)
    if missing:
        raise LACKS(map=case_map.shown_name, missing=", ".join(missing))
