"""Which areas are alike enough to stand in one list. Pure."""

from typing import Any

from django.utils.translation import gettext_lazy as _

CENTRAL = frozenset({"110101", "110102", "110105", "110106", "110107", "110108"})
"""Beijing's central city by its master plan of 2016-2035: Dongcheng, Xicheng, Chaoyang, Haidian, Fengtai, Shijingshan."""

KINDS: dict[str, Any] = {
    "central": _("Districts of the central city"),
    "outer": _("Other districts"),
    "streets": _("Sub-districts"),
    "towns": _("Towns and townships"),
    "communities": _("Communities"),
    "villages": _("Villages"),
}
"""Kinds of like areas, in the order in which pages show them."""


def kind_of(*, code: str, level: str, name: str) -> str:
    """Return the one of KINDS to which an area belongs: never one list for unlike areas (our reading of the practice).

    What is called 街道 is built up; 地区, 镇 and 乡 hold villages.
    """
    if level == "district":
        return "central" if code in CENTRAL else "outer"
    if level == "street":
        return "streets" if "街道" in name else "towns"
    return "villages" if level == "village" else "communities"
