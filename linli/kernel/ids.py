"""Numbers that people read to each other over the telephone.

A number is: two digits of the year, a counter of at least seven digits from a database sequence (it
never restarts, so it is unique by itself and does not run out at midnight), one check digit.
The check digit is Damm's (2004): it catches every single wrong digit and every swap of neighbours.
"""

import unicodedata

_TABLE = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def damm(digits: str) -> int:
    """Return the check digit of digits, 0 for digits that end with their right one (Damm, 2004)."""
    interim = 0
    for digit in digits:
        interim = _TABLE[interim][int(digit)]
    return interim


def make_number(*, year: int, counter: int) -> str:
    """Return the number as digits only, e.g. year 2026 and counter 4721 give ten digits."""
    body = f"{year % 100:02d}{counter:07d}"
    return body + str(damm(body))


def read_number(text: str) -> str | None:
    """Return the digits of a number typed or read aloud, or None if the check digit is wrong.

    Accepts full-width digits, spaces, dots and hyphens; anything else makes it not a number.
    """
    digits = "".join(
        c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and c not in "-.·—–"
    )
    if not (digits.isascii() and digits.isdigit() and 10 <= len(digits) <= 18):
        return None
    return digits if damm(digits) == 0 else None


def show_number(number: str) -> str:
    """Return the number in groups that can be read aloud: 3, 4 and the rest, as telephone numbers are."""
    return "-".join(part for part in (number[:3], number[3:7], number[7:]) if part)
