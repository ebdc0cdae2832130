"""How people name units, areas, urgencies and limits in a form or a file: by code or by the words on the screens."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.models import Category
from linli.cases.choices import Urgency
from linli.cases.clocks.choices import ClockCode
from linli.kernel.errors import Refusal
from linli.territory.choices import CAN_LEAD, OrganisationKind
from linli.territory.models import Organisation, Place
from linli.territory.wording import listed

UNKNOWN_UNIT = Refusal(
    "catalogue.unknown_unit",
    _(
        "No organisation and no kind of organisation is called “%(found)s”. Write the code from its page, its full "
        "name, or a kind such as %(kind)s."
    ),
    "lead",
)
SEVERAL_UNITS = Refusal(
    "catalogue.several_units",
    _("Several organisations are called “%(found)s”: %(codes)s. Write the code of the one meant."),
    "lead",
)
CANNOT_LEAD_KIND = Refusal(
    "catalogue.kind_cannot_lead",
    _(
        "“%(kind)s” takes part but never leads. Name a kind that solves cases, such as a department."
    ),
    "lead",
)
UNKNOWN_AREA = Refusal(
    "catalogue.unknown_area",
    _(
        "No place in force has the code or full name “%(found)s”. The code stands on the page of each place; leave it "
        "empty for the whole installation."
    ),
    "place",
)
SEVERAL_AREAS = Refusal(
    "catalogue.several_areas",
    _("Several places are called “%(found)s”: %(codes)s. Write the code of the one meant."),
    "place",
)
UNKNOWN_CATEGORY = Refusal(
    "catalogue.unknown_category",
    _("No category has the code “%(found)s”. The sheet of categories lists them all."),
    "category",
)
UNKNOWN_WORD = Refusal(
    "catalogue.unknown_word",
    _("“%(found)s” is not one of: %(known)s. Write one of these, or leave it empty."),
)
ALSO = {
    "居委会": OrganisationKind.COMMITTEE,
    "社区居委会": OrganisationKind.COMMITTEE,
    "服务站": OrganisationKind.SERVICE_STATION,
    "街道": OrganisationKind.STREET,
    "街道办": OrganisationKind.STREET,
    "乡镇": OrganisationKind.STREET,
    "区": OrganisationKind.DISTRICT,
    "区政府": OrganisationKind.DISTRICT,
    "委办局": OrganisationKind.DEPARTMENT,
    "部门": OrganisationKind.DEPARTMENT,
    "物业": OrganisationKind.PROPERTY,
    "业委会": OrganisationKind.OWNERS,
}
"""What people write for a kind beside its words on the screens."""
_SEPARATORS = "、，,;；\n"


def _spellings(choices: Any) -> dict[str, str]:
    """Return code by each way to write it: the code, its words in both languages."""
    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for one in choices:
                found |= {one.value.casefold(): one.value, str(one.label).casefold(): one.value}
    return found


def word(text: str, choices: Any) -> str:
    """Return the code of a choice named by code or words; empty for empty. Raises UNKNOWN_WORD."""
    asked = text.strip().casefold()
    if not asked:
        return ""
    found = _spellings(choices).get(asked)
    if found is None:
        raise UNKNOWN_WORD(found=text.strip(), known=listed(str(one.label) for one in choices))
    return found


def urgency(text: str) -> str:
    return word(text, Urgency)


def clock_class(text: str) -> str:
    return word(text, ClockCode)


def kind_of(text: str) -> str:
    """Return the kind of a unit that can lead, named by code or words. Raises UNKNOWN_UNIT, CANNOT_LEAD_KIND."""
    asked = text.strip().casefold()
    found = {**_spellings(OrganisationKind), **{w: k.value for w, k in ALSO.items()}}.get(asked)
    if found is None:
        raise UNKNOWN_UNIT(found=text.strip(), kind=OrganisationKind.STREET.label)
    if found not in CAN_LEAD:
        raise CANNOT_LEAD_KIND(kind=OrganisationKind(found).label)
    return found


class Names:
    """Units, areas and categories by the ways they are written; read once for a whole file."""

    def __init__(self, *, codes: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        """Read all organisations and categories, and the places of these codes or names. Three queries."""
        self.units: dict[str, list[Organisation]] = defaultdict(list)
        for unit in Organisation.objects.filter(is_open=True).select_related("place"):
            for said in {unit.code, unit.name, unit.name_en} - {""}:
                self.units[said.casefold()].append(unit)
        self.kinds = {**_spellings(OrganisationKind), **{w: k.value for w, k in ALSO.items()}}
        self.categories = {one.code: one for one in Category.objects.all()}
        self.places: dict[str, list[Place]] = defaultdict(list)
        rows = Place.objects.filter(valid_to=None)
        for place in (*rows.filter(code__in=list(codes)), *rows.filter(name__in=list(names))):
            for said in {place.code, place.name}:
                if place not in self.places[said]:
                    self.places[said].append(place)

    def unit(self, text: str) -> Organisation | str:
        """Return the organisation, or the code of a kind. Raises UNKNOWN_UNIT, SEVERAL_UNITS."""
        asked = text.strip()
        found = self.units.get(asked.casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            codes = listed(unit.code for unit in found[:5])
            raise SEVERAL_UNITS(found=asked, codes=codes)
        kind = self.kinds.get(asked.casefold())
        if kind is None:
            raise UNKNOWN_UNIT(found=asked, kind=OrganisationKind.STREET.label)
        return kind

    def several(self, text: str) -> Sequence[Organisation | str]:
        """Return the organisations and kinds of a list in one cell or field."""
        for one in _SEPARATORS:
            text = text.replace(one, "\n")
        return [self.unit(part) for part in text.split("\n") if part.strip()]

    def area(self, text: str) -> Place | None:
        """Return the place, None for an empty text. Raises UNKNOWN_AREA, SEVERAL_AREAS."""
        asked = text.strip()
        if not asked:
            return None
        found = self.places.get(asked, [])
        if len(found) == 1:
            return found[0]
        if found:
            raise SEVERAL_AREAS(found=asked, codes=listed(place.code for place in found[:5]))
        raise UNKNOWN_AREA(found=asked)

    def category(self, text: str) -> Category:
        """Return the category of a code; a spreadsheet may have taken its first zero away.

        Raises UNKNOWN_CATEGORY.
        """
        asked = text.strip()
        for code in (asked, "0" + asked):
            if len(code) % 2 == 0 and code in self.categories:
                return self.categories[code]
        raise UNKNOWN_CATEGORY(found=asked)
