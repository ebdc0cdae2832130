"""Telephone numbers as people give them, in one form that can be found again (E.164)."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s\-–—.()·]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_NATIONAL = re.compile(r"1[3-9]\d{9}|10\d{8}|[2-9]\d{8,10}")
"""Mobile, Beijing's landline, any other area code with its number; no area code but 10 begins with 1."""
_SHORT_LANDLINE = re.compile(r"[2-8]\d{7}")


class NotATelephone(ValueError):
    """The text is no telephone number. `reason` is one of letters, short, long, unknown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def e164(text: str, *, area_code: str = "10") -> str:
    """Return a number as E.164, e.g. +8613800000000. `area_code` is added to an 8-digit landline.

    Full-width digits, spaces, hyphens and brackets are accepted. Raises NotATelephone.
    """
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).strip())
    plus = digits.startswith(("+", "00"))
    digits = digits.removeprefix("+").removeprefix("00") if plus else digits
    if not (digits.isascii() and digits.isdigit()):
        raise NotATelephone("letters")
    if plus and not digits.startswith("86"):
        if digits.startswith("0"):
            raise NotATelephone("unknown")
        if 8 <= len(digits) <= 15:
            return f"+{digits}"
        raise NotATelephone("short" if len(digits) < 8 else "long")
    if plus or (digits.startswith("86") and len(digits) == 13):
        digits = digits.removeprefix("86")
    has_prefix = plus or digits.startswith("0")
    if _MOBILE.fullmatch(digits) or (has_prefix and _NATIONAL.fullmatch(digits.removeprefix("0"))):
        return f"+86{digits.removeprefix('0')}"
    if _SHORT_LANDLINE.fullmatch(digits):
        return f"+86{area_code}{digits}"
    if len(digits) < 11:
        raise NotATelephone("short")
    raise NotATelephone("long" if len(digits) > 12 else "unknown")


def masked(number: str) -> str:
    """Return a number for the screen with its middle hidden: `138 **** 6021`."""
    national = number.removeprefix("+86")
    if len(national) < 8:
        return "****"
    return f"{national[:3]} **** {national[-4:]}"


def masked_name(name: str) -> str:
    """Return a name for the screen with all but its first character hidden: `许**`."""
    return name[:1] + "*" * max(1, min(2, len(name) - 1)) if name else ""
