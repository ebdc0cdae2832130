"""What a row of a file is about, by our own categories: a table in the map, or their own code or name."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from linli.cases.catalogue.models import Category
from linli.cases.imports.maps import CaseMap, RowReader
from linli.cases.imports.placing import Row
from linli.methods.language.normal import lookup_form

Said = tuple[str, ...]
"""The cells of one row in which the map looks for its category, the most telling first."""


@dataclass
class CategoryFinder:
    """Finds a row's category; None where no word leads to one, which leaves it open and refuses nothing.

    The map names categories by name or code. One that this installation does not have leads nowhere, so that
    a city with a tree of its own is never told another's.
    """

    case_map: CaseMap
    reader: RowReader
    _words: dict[str, Category] = field(default_factory=dict)
    _found: dict[Said, Category | None] = field(default_factory=dict)

    def stand(self) -> None:
        """Read the categories. One query, none for a map that sorts nothing."""
        rule = self.case_map.category
        if rule is None:
            return
        own: dict[str, Category] = {}
        for one in Category.objects.all():
            for name in (one.code, one.name, one.name_en, one.shown):
                own.setdefault(lookup_form(name), one)
        self._words = dict(own)
        for ours, theirs in rule.values.items():
            if category := own.get(lookup_form(ours)):
                self._words |= {lookup_form(word): category for word in theirs}

    def said(self, row: Row) -> Said:
        """Return what a row says of its category; empty where the map sorts nothing."""
        rule = self.case_map.category
        return tuple(self.reader.cells(row, rule.columns)) if rule else ()

    def of(self, said: Said) -> Category | None:
        if said not in self._found:
            known = (self._words.get(lookup_form(word)) for word in said if word)
            self._found[said] = next(filter(None, known), None)
        return self._found[said]

    def left_open(self, counted: Mapping[Said, int]) -> Counter[str]:
        """Return how many rows have no category, by their words; the empty text where they say nothing."""
        open_ones: Counter[str] = Counter()
        for said, count in counted.items():
            if self.of(said) is None:
                open_ones[" / ".join(dict.fromkeys(filter(None, said)))] += count
        return open_ones
