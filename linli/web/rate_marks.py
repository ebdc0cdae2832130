"""The three rates as they are drawn: number, what it was counted from, interval, marks on one scale."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from linli.cases.rules import Rate, ThreeRates
from linli.web import wording
from linli.web.figures import Scale, scale_for


@dataclass(frozen=True)
class Mark:
    """One rate on a scale; places along the rule in units of the figure, None where nothing is known."""

    rate: Rate
    percent: str
    interval: str
    change: str
    before: str
    at: float | None
    low: float | None
    high: float | None
    was_at: float | None

    @property
    def spoken(self) -> str:
        """Return the figure in words, for those who do not see it."""
        if self.at is None:
            return _("nothing counted yet")
        return _("%(rate)s, 95%% interval %(interval)s") % {
            "rate": self.percent,
            "interval": self.interval,
        }


def _mark(rate: Rate, before: Rate | None, *, scale: Scale) -> Mark:
    share = rate.share
    was = before.share if before else None
    return Mark(
        rate=rate,
        percent=wording.percent(share),
        interval=wording.interval(rate.interval) if share is not None else "",
        change=wording.change(share, was),
        before=wording.percent(was) if was is not None else "",
        at=None if share is None else scale.x(share),
        low=None if share is None else scale.x(rate.interval[0]),
        high=None if share is None else scale.x(rate.interval[1]),
        was_at=None if was is None else scale.x(was),
    )


def _drawn(*periods: ThreeRates | None) -> list[float]:
    """Return every share that a figure of these periods shows: of the first, intervals too."""
    shares: list[float] = []
    for period in periods:
        for rate in (period.response, period.resolution, period.satisfaction) if period else ():
            if rate.share is not None:
                shares += [rate.share, rate.interval[0]]
    return shares


def cards(whole: ThreeRates, last: ThreeRates | None) -> dict[str, Any]:
    """Return what `web/parts/rates.html` draws."""
    scale = scale_for(_drawn(whole, last))
    names = {
        "response": (_("Response rate"), _("assessed orders")),
        "resolution": (_("Resolution rate"), _("valid answers")),
        "satisfaction": (_("Satisfaction rate"), _("valid answers")),
    }
    return {
        "scale": scale,
        "cards": [
            {
                "label": label,
                "of_what": of_what,
                "mark": _mark(getattr(whole, name), getattr(last, name, None), scale=scale),
            }
            for name, (label, of_what) in names.items()
        ],
    }


def table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what `web/parts/rates_table.html` draws. `rows`: {place, rates, is_reliable}."""
    scale = scale_for(_drawn(*(row["rates"] for row in rows if row["is_reliable"])))
    return {
        "scale": scale,
        "reliable_from": ThreeRates.RELIABLE_FROM,
        "has_unreliable": any(not row["is_reliable"] for row in rows),
        "rows": [
            {
                "place": row["place"],
                "is_reliable": row["is_reliable"],
                "valid": row["rates"].satisfaction.denominator,
                "response": _mark(row["rates"].response, None, scale=scale),
                "resolution": _mark(row["rates"].resolution, None, scale=scale),
                "satisfaction": _mark(row["rates"].satisfaction, None, scale=scale),
            }
            for row in rows
        ],
    }
