"""Where a mark stands in a drawn figure: rulers and rates. Pure arithmetic, units of the SVG's viewBox."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 340.0
MARGIN = 10.0
_FLOORS = ((0.9, 0.02), (0.8, 0.04), (0.5, 0.1), (0.0, 0.2))
"""Lower ends a scale may have, with the distance of its ticks; the upper end is always 100 %."""


@dataclass(frozen=True)
class Scale:
    """A rule from `floor` to 1. Several rates drawn on one scale can be compared by eye."""

    floor: float
    step: float

    def x(self, share: float) -> float:
        """Return the place of a share on a rule of WIDTH units."""
        inside = min(max(share, self.floor), 1.0)
        return round(MARGIN + (inside - self.floor) / (1 - self.floor) * (WIDTH - 2 * MARGIN), 1)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Return (x, label in per cent) of each tick."""
        count = round((1 - self.floor) / self.step)
        shares = [self.floor + self.step * i for i in range(count + 1)]
        return [(self.x(share), f"{share * 100:.0f}") for share in shares]


def scale_for(shares: Iterable[float]) -> Scale:
    """Return the narrowest scale that holds every share, intervals' ends included."""
    lowest = min(shares, default=1.0)
    floor, step = next((f, s) for f, s in _FLOORS if f <= lowest)
    return Scale(floor, step)


def used_width(share: float) -> str:
    """Return the width of the used part of a ruler of 100 units, for a share that may pass 1."""
    return f"{min(max(share, 0.0), 1.0) * 100:.1f}"
