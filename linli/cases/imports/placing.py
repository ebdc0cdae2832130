"""Which place and which unit a row of a file means."""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.cases.imports.maps import CaseMap, Level, RowReader
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.methods.language.normal import lookup_form
from linli.territory.choices import BELOW_COMMUNITY, CAN_LEAD
from linli.territory.models import Organisation, Place
from linli.territory.operations import PlaceRow
from linli.territory.operations.places import scope_below
from linli.territory.serving import held_by
from linli.territory.wording import listed

NO_PLACE = Refusal(
    "import.no_place",
    _("The row names no place: the columns %(columns)s are empty. Write at least the district."),
)
PLACE_NOT_KNOWN = Refusal(
    "import.place_not_known",
    _("No place of your area is called “%(place)s”. Check the name, or load the place first."),
)
PLACE_NOT_CLEAR = Refusal(
    "import.place_not_clear",
    _("“%(place)s” may mean several places: %(places)s. Write the names around it too."),
)
PLACE_WITHOUT_INNER = Refusal(
    "import.place_without_inner",
    _("Taken for “%(outer)s”: no place called “%(inner)s” is known there."),
)
UNIT_NOT_KNOWN = Refusal(
    "import.unit_not_known",
    _(
        "Taken without an order: no open unit that can lead is called “%(unit)s”. It waits for dispatch."
    ),
)

Row = Mapping[str, str]


class Placing(Protocol):
    """Finds a row's place. `rows_of` are the places to be made for it first, from the outside in."""

    def rows_of(self, row: Row) -> tuple[PlaceRow, ...]: ...

    def place_of(self, row: Row, doubts: list[RuleBroken]) -> Place: ...


def slug(text: str) -> str:
    """Return a short ASCII code for a name, always the same for the same name."""
    plain = re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", text).lower()).strip("-")
    if plain and text.isascii() and len(plain) <= 20:
        return plain
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass
class Brought:
    """Places of a territory that the file brings along, by the map's levels or patterns."""

    case_map: CaseMap
    reader: RowReader
    places: dict[str, Place] = field(default_factory=dict)
    _chains: dict[tuple[str, ...], tuple[PlaceRow, ...]] = field(default_factory=dict)

    def rows_of(self, row: Row) -> tuple[PlaceRow, ...]:
        rule = self.case_map.places
        if rule.way == "columns":
            key = tuple(self.reader.first(row, [level.column]) for level in rule.levels)
        else:
            key = next(self._said(row), ())
        if key not in self._chains:
            made = self._levels(key) if rule.way == "columns" else self._coded(key)
            self._chains[key] = (rule.root_row, *made)
        return self._chains[key]

    def _said(self, row: Row) -> Iterator[tuple[str, ...]]:
        """Yield (number of the pattern, its groups) for what the first telling text names."""
        rule = self.case_map.places
        for text in self.reader.cells(row, rule.texts):
            for place, pattern in enumerate(rule.patterns):
                if found := re.search(pattern.find, text):
                    yield (str(place), *(group or "" for group in found.groups()))

    def _coded(self, key: tuple[str, ...]) -> Iterable[PlaceRow]:
        if not key:
            return
        rule = self.case_map.places
        parent = rule.root_row.code
        for level in rule.patterns[int(key[0])].chain:
            one = _filled(level, key[1:], parent)
            parent = one.code
            yield one

    def _levels(self, key: tuple[str, ...]) -> Iterable[PlaceRow]:
        rule = self.case_map.places
        root = parent = rule.root_row.code
        for level, said in zip(rule.levels, key, strict=True):
            if not said or any(word in said for word in level.unknown):
                return
            code = f"{root}-{slug(said)}"[:32]
            yield PlaceRow(code, said[:100], said[:100], level.level, parent)
            parent = code

    def place_of(self, row: Row, doubts: list[RuleBroken]) -> Place:
        return self.places[self.rows_of(row)[-1].code]

    def stand(self) -> None:
        """Read the places of the territory."""
        root = self.case_map.places.root_row.code
        self.places |= {place.code: place for place in Place.objects.filter(city_code=root)}

    def imagine(self, rows: Iterable[PlaceRow]) -> None:
        """Put places that do not stand yet in their stead, unsaved, for a look at what would become."""
        for row in rows:
            if row.code not in self.places:
                parent = self.places[row.parent] if row.parent else None
                scope = scope_below(parent, row.code, level=row.level)
                self.places[row.code] = Place(
                    code=row.code, name=row.name, short_name=row.name, level=row.level, **scope
                )


def _filled(level: Level, groups: tuple[str, ...], parent: str) -> PlaceRow:
    def fill(text: str) -> str:
        for place, group in enumerate(groups, start=1):
            text = text.replace(f"{{{place}}}", group)
        return text

    name = fill(level.name)
    return PlaceRow(fill(level.code), name, name, level.level, parent, fill(level.name_en))


_KINDS = re.compile(
    r"(社区居民委员会|社区居委会|社区服务站|居民委员会|居委会|村民委员会|村委会|街道办事处|办事处|社区)$"
)


def _name_key(name: str) -> str:
    """Return a name as it is compared: without the office that stands behind it."""
    folded = lookup_form(name)
    bare = _KINDS.sub("", folded)
    return bare if len(bare) > 1 else folded


@dataclass
class Named:
    """Places that stand here, by the names in a file's columns, from the outside in."""

    case_map: CaseMap
    reader: RowReader
    index: dict[str, list[Place]] = field(default_factory=dict)
    _found: dict[tuple[str, ...], tuple[Place, tuple[RuleBroken, ...]] | RuleBroken] = field(
        default_factory=dict
    )

    def stand(self, actor: Actor) -> None:
        """Read the places of the actor's areas."""
        index: dict[str, dict[str, Place]] = defaultdict(dict)
        held = held_by(actor, P.IMPORT)
        for place in Place.objects.filter(held, valid_to=None).exclude(level__in=BELOW_COMMUNITY):
            for name in {place.name, place.short_name, place.code}:
                index[_name_key(name)][place.code] = place
        self.index = {key: list(places.values()) for key, places in index.items()}

    def rows_of(self, row: Row) -> tuple[PlaceRow, ...]:
        return ()

    def place_of(self, row: Row, doubts: list[RuleBroken]) -> Place:
        """Return the innermost place named. Raises NO_PLACE, PLACE_NOT_KNOWN, PLACE_NOT_CLEAR."""
        names = tuple(self.reader.cells(row, self.case_map.places.columns))
        if names not in self._found:
            told: list[RuleBroken] = []
            try:
                self._found[names] = (self._read(names, told), tuple(told))
            except RuleBroken as broken:
                self._found[names] = broken
        found = self._found[names]
        if isinstance(found, RuleBroken):
            raise found
        doubts += found[1]
        return found[0]

    def _read(self, names: tuple[str, ...], told: list[RuleBroken]) -> Place:
        filled = [name for name in names if name]
        if not filled:
            raise NO_PLACE(columns=", ".join(self.case_map.places.columns))
        found: list[Place] = []
        for name in filled:
            fitting = self.index.get(_name_key(name), [])
            inner = [p for p in fitting if not found or any(_lies_in(p, one) for one in found)]
            if inner:
                found = inner
            elif not found and name == filled[-1]:
                raise PLACE_NOT_KNOWN(place=" ".join(filled))
            elif found:
                told.append(PLACE_WITHOUT_INNER(outer=found[0].name, inner=name))
                break
        if len(found) > 1:
            # 金星 is a sub-district and a community in it: the outermost holds both, but says less.
            places = listed(sorted(place.label for place in found)[:4])
            raise PLACE_NOT_CLEAR(place=" ".join(filled), places=places)
        return found[0]


def _lies_in(place: Place, outer: Place) -> bool:
    return outer.code in place.scope.values() and place.code != outer.code


def placing_of(case_map: CaseMap, reader: RowReader, *, actor: Actor) -> Brought | Named:
    """Return what finds the places of a map's rows, with the places that stand."""
    if case_map.places.way == "named":
        named = Named(case_map, reader)
        named.stand(actor)
        return named
    brought = Brought(case_map, reader)
    brought.stand()
    return brought


@dataclass
class UnitFinder:
    """Finds a row's unit: one that stands here by name, or one opened in the file's territory."""

    case_map: CaseMap
    reader: RowReader
    units: dict[str, Organisation | None] = field(default_factory=dict)

    def stand(self, actor: Actor) -> None:
        rule = self.case_map.units
        if rule is None:
            return
        within = held_by(actor, P.IMPORT, through="place__")
        if rule.way == "opened":
            within = Q(place__code=self.case_map.places.root_row.code)
        units = Organisation.objects.filter(within, is_open=True, kind__in=CAN_LEAD)
        for unit in units.select_related("place"):
            for key in {self._key(unit.code), self._key(unit.name)}:
                # Two of one name: neither is meant for certain.
                self.units[key] = None if key in self.units else unit

    def _key(self, said: str) -> str:
        return lookup_form(said)

    def said(self, row: Row) -> str:
        rule = self.case_map.units
        return self.reader.first(row, rule.columns) if rule else ""

    def code_of(self, said: str) -> str:
        """Return the code of a unit that is opened for the file."""
        return f"{self.case_map.places.root_row.code}-{slug(said)}"[:32]

    def to_open(self, said: Iterable[str]) -> dict[str, str]:
        """Return code and name of the units still to be opened in the file's territory."""
        rule = self.case_map.units
        if rule is None or rule.way != "opened":
            return {}
        codes = {self.code_of(one): rule.names.get(one, one) for one in said if one}
        return {code: name for code, name in codes.items() if self._key(code) not in self.units}

    def imagine(self, said: Iterable[str]) -> None:
        """Put units that do not stand yet in their stead, unsaved, for a look at what would become."""
        for code, name in self.to_open(said).items():
            self.units[self._key(code)] = Organisation(code=code, name=name)

    def unit_of(self, said: str) -> Organisation | None:
        rule = self.case_map.units
        if rule is None or not said:
            return None
        return self.units.get(self._key(self.code_of(said) if rule.way == "opened" else said))
