"""Reads of places: how words lead to a place."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db.models import (
    Case,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Length, Lower, StrIndex

from linli.methods.language.normal import lookup_form
from linli.territory import door_codes, naming
from linli.territory.choices import PlaceLevel
from linli.territory.models import Place, PlaceAlias, label_of
from linli.territory.serving import below as keys_below

_LETTERS = re.compile(r"[^a-z]")
CANDIDATES = 12
"""As many as bear one name in the city (辛庄)."""


def find_places(text: str, *, within: Iterable[tuple[str, str]]) -> list[Place]:
    """Return the places that the words may mean, likeliest first, at most CANDIDATES. At most 6 queries.

    `within` are (scope column, code) pairs: only places inside one of them. A code or a door code is found
    exactly, as is an alias; words match a name, a short name, the beginning of one, or an address with names (朝阳区垡头街道双合家园4号楼).
    One place alone is an answer that can be relied on: where the words leave a doubt, there are several.
    """
    held = list(within)
    area = Q(pk__in=())
    for column, code in held:
        area |= Q(**{column: code})
    # A few official names are written with traditional characters; the second form leaves those alone.
    for asked in dict.fromkeys((lookup_form(text), _typed_form(text))):
        if not asked:
            return []
        said = PlaceAlias.objects.in_use().filter(words=asked).values("place")
        known = Q(code__iexact=asked) | Q(door_code=door_codes.read(text) or "-") | Q(pk__in=said)
        exact = list(Place.objects.filter(area, known, valid_to=None))
        in_latin = _in_latin(asked, area=area) if asked.isascii() and not exact else []
        found = exact or in_latin or _named(asked, area=area, held=held)
        if found:
            return found[:CANDIDATES]
    return []


def _in_latin(asked: str, *, area: Q) -> list[Place]:
    """Return the places whose English name the letters are, else those whose name they begin (Shuanghe Jiayuan)."""
    letters = _LETTERS.sub("", asked)
    if len(letters) < 3 or not letters.isalpha():
        return []
    name = Func(
        Lower("name_en"), Value(r"[^a-zü]"), Value(""), Value("g"), function="regexp_replace"
    )
    plain = Func(name, template="translate(%(expressions)s, 'ü', 'u')", output_field=TextField())
    rows = _in_words().annotate(latin=plain).filter(area, latin__startswith=letters)
    found = list(rows.select_related("parent").order_by(Length("latin"), "code")[:CANDIDATES])
    exact = [place for place in found if _LETTERS.sub("", _plain(place.name_en)) == letters]
    return exact if len(exact) == 1 else found


def _plain(text: str) -> str:
    return text.lower().replace("ü", "u")


def _typed_form(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def _folded(column: str) -> Lower:
    """Return a column as `_typed_form` writes it: names hold capitals and full-width brackets.

    (`normalize` in the database would fold more than any name needs, at four times the cost.)
    """
    template = "translate(%(expressions)s, '（）', '()')"
    return Lower(Func(F(column), template=template, output_field=TextField()))


def _in_words() -> QuerySet[Any]:
    """Return the places that words may name: those in force, without 3号楼, of which every court has one."""
    numbered = (PlaceLevel.BUILDING, PlaceLevel.ENTRANCE)
    return Place.objects.filter(valid_to=None).exclude(level__in=numbered)


def _named(asked: str, *, area: Q, held: list[tuple[str, str]]) -> list[Place]:
    """Return the places that the text names, or those whose names its words begin."""
    occurring = (
        _in_words()
        .annotate(
            short_at=StrIndex(Value(asked), _folded("short_name")),
            name_at=StrIndex(Value(asked), _folded("name")),
        )
        .filter(Q(short_at__gt=0) | Q(name_at__gt=0))
        .select_related("parent")
        .order_by("code")
    )
    places = {place.code: place for place in occurring}
    reading = naming.read(asked, [_known(place) for place in places.values()])
    if reading is None:
        return _beginning(asked, area=area)
    meant: list[Place] = [places[known.code] for known in reading.places]
    if len(reading.rest) > 1 and not naming.TAIL.match(reading.rest):
        below = Q(pk__in=())
        for place in meant:
            if place.is_area:
                below |= Q(**{place.scope_column: place.code})
            else:
                below |= Q(pk__in=keys_below(place))
        if smaller := _beginning(reading.rest, area=area & below, inner=False):
            return smaller
        if all(place.parent is None for place in meant):
            return []  # 北京市 and a name that nobody knows: the whole city is no answer.
    if not reading.sure:
        # Offered beside what is around it, so that nobody relies on a name that may be half of another.
        around = [places[known.code] for known in reading.context]
        meant = [place for place in meant if around or place.level not in naming.AREAS]
        meant += around or [place.parent for place in meant if place.parent]
    # A compound that bears the name of its community is no second answer: the community holds it.
    twins = {(p.code, p.short_name) for p in meant}
    meant = [p for p in meant if p.is_area or (p.community_code, p.short_name) not in twins]
    inside = [p for p in meant if any(getattr(p, column) == code for column, code in held)]
    return list({place.pk: place for place in inside}.values())


def _known(place: Place) -> naming.Known:
    return naming.Known(
        code=place.code,
        short=_typed_form(place.short_name),
        name=_typed_form(place.name),
        level=place.level,
        around=frozenset(code for code in place.scope.values() if code) | {place.code},
    )


def _beginning(words: str, *, area: Q, inner: bool = True) -> list[Place]:
    """Return the places whose name the words begin; with `inner`, else those that contain them."""
    name = naming.core(words)
    if len(name) < 2:
        return []
    named = (
        _in_words()
        .annotate(folded=_folded("name"))
        .annotate(
            rank=Case(
                When(folded__startswith=name, then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            )
        )
    )
    inner = inner and not any(c.isdigit() for c in name)  # 3号 stands inside many a house number
    asked = Q(folded__contains=name) if inner else Q(folded__startswith=name)
    found = list(
        named.filter(area, asked).select_related("parent").order_by("rank", "code")[:CANDIDATES]
    )
    meant = [place for place in found if place.rank == 0] or found
    if len(meant) == 1 and meant[0].parent and (meant[0].rank or name != words):
        return [meant[0], meant[0].parent]  # 金星小区 need not lie in 金星庄
    return meant


def within_areas(codes: Iterable[str], *, held: Iterable[tuple[str, str]]) -> list[Place]:
    """Return the places in force with these codes that lie inside one of the areas held. One query."""
    area = Q(pk__in=())
    for column, code in held:
        area |= Q(**{column: code})
    return list(
        Place.objects.filter(area, code__in=list(codes), valid_to=None).select_related("parent")
    )


def names_a_place(said: str) -> bool:
    """Return whether words in the form of look-ups are the name of a place in force: then they are no alias. One query."""
    rows = _in_words().annotate(folded=_folded("name"), folded_short=_folded("short_name"))
    return rows.filter(Q(folded=said) | Q(folded_short=said)).exists()


def aliases() -> QuerySet[PlaceAlias]:
    """Return the aliases in use, the newest first."""
    rows: QuerySet[PlaceAlias] = PlaceAlias.objects.in_use().select_related("place")
    return rows.order_by("-in_use_from", "-pk")


def labels_of(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of places in the language in force, by code. One query."""
    return dict(Place.objects.filter(code__in=codes).values_list("code", label_of()))


def path_names(place: Place) -> list[str]:
    """Return the names from the root of the territory to the place, e.g. 北京市, 朝阳区, 垡头街道 …"""
    codes = [code for code in place.scope.values() if code and code != place.code]
    names = labels_of(codes)
    return [names[code] for code in codes if code in names] + [place.label]


def with_paths(places: list[Place]) -> list[Place]:
    """Give each place `path_text`, the names around it without the root. One query."""
    codes = {code for place in places for code in place.scope.values() if code}
    names = labels_of(codes)
    for place in places:
        chain = [code for code in list(place.scope.values())[1:] if code]
        around = [names[code] for code in chain if code in names]
        own = [] if place.code in chain else [place.label]
        place.path_text = " · ".join([*around, *own])  # type: ignore[attr-defined]
    return places
