"""The English name of a place or an organisation: the one that was given, else one spelled by rule and marked so."""

from typing import Any

from linli.methods.language.place_names import english_organisation, english_place

LONGEST = 100


def of_place(name: str, level: str, *, given: str = "") -> dict[str, Any]:
    """Return the fields `name_en` and `is_english_derived` of a place."""
    return _fields(given, "" if given else english_place(name, level))


def of_organisation(name: str, *, given: str = "") -> dict[str, Any]:
    """Return the fields `name_en` and `is_english_derived` of an organisation."""
    return _fields(given, "" if given else english_organisation(name))


def _fields(given: str, spelled: str) -> dict[str, Any]:
    return {"name_en": given or spelled[:LONGEST], "is_english_derived": bool(spelled)}
