"""Door codes: short numbers at a gate or an entrance that can be read aloud to an operator.

Six or seven digits from a counter, then Damm's check digit: one wrong digit or two swapped neighbours
are noticed. Shorter than case numbers and division codes of nine digits, so that none is taken for another.
"""

import re
import unicodedata

from linli.kernel.ids import damm

LONGEST = 8


def make(counter: int) -> str:
    """Return the code for a counter, e.g. 4721 -> seven digits."""
    body = f"{counter:06d}"
    return body + str(damm(body))


def read(text: str) -> str | None:
    """Return the digits of a code typed or read aloud, None where the check digit does not fit."""
    digits = re.sub(r"[\s.·—–-]", "", unicodedata.normalize("NFKC", text))
    if not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= LONGEST):
        return None
    return digits if damm(digits) == 0 else None


def show(code: str) -> str:
    """Return the code in two groups: 000-4721."""
    return f"{code[:3]}-{code[3:]}"
