"""Resident identity numbers (GB 11643-1999), old 15-digit ones, and bank cards: told by their check digit."""

import datetime as dt

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def is_identity_number(text: str) -> bool:
    """Return whether 18 characters are an identity number: a day that was, and the right check digit.

    The check digit is ISO 7064 MOD 11-2, as GB 11643-1999 has it. The area code is not looked up: codes of
    districts that are gone stand on numbers still in use.
    """
    if len(text) != 18 or not (text[:17].isascii() and text[:17].isdigit()):
        return False
    if not _was_a_day(text[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == text[17].upper()


def is_old_identity_number(text: str) -> bool:
    """Return whether 15 digits may be an identity number of before 2000; it has no check digit."""
    return len(text) == 15 and text.isascii() and text.isdigit() and _was_a_day("19" + text[6:12])


def is_bank_card(text: str) -> bool:
    """Return whether 16 to 19 digits end with the right check digit of a bank card (Luhn)."""
    if not (16 <= len(text) <= 19 and text.isascii() and text.isdigit()):
        return False
    total = 0
    for place, digit in enumerate(reversed(text)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _was_a_day(eight: str) -> bool:
    try:
        day = dt.date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return False
    return day.year >= 1880
