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


def _shown(*periods: ThreeRates) -> list[float]:
    """Return every share a figure of these periods draws: each rate with the lower end of its interval."""
    return [end for rate in _rates(*periods) for end in (rate.share or 0.0, rate.interval[0])]


def _rates(*periods: ThreeRates) -> list[Rate]:
    """Return the rates of which something was counted."""
    found = [rate for p in periods for rate in (p.response, p.resolution, p.satisfaction)]
    return [rate for rate in found if rate.share is not None]


def cards(whole: ThreeRates, last: ThreeRates | None) -> dict[str, Any]:
    """Return what `web/parts/rates.html` draws."""
    # Of the month before only the point is drawn: its interval, often wide, does not stretch the scale.
    before = [rate.share or 0.0 for rate in _rates(last)] if last else []
    scale = scale_for(_shown(whole) + before)
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


def _moved(row: dict[str, Any]) -> str:
    """Return by how much satisfaction moved since the period before, where both are reliable."""
    last = row.get("last")
    if last is None or last.satisfaction.denominator < ThreeRates.RELIABLE_FROM:
        return ""
    return wording.change(row["rates"].satisfaction.share, last.satisfaction.share)


def table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what `web/parts/rates_table.html` draws.

    `rows`: {place, rates, is_reliable}; with `rank` (as text) and `last` (the rates of the period before) the
    table shows them, and names lead to the areas' own pages.
    """
    scale = scale_for(_shown(*(row["rates"] for row in rows if row["is_reliable"])))
    return {
        "scale": scale,
        "reliable_from": ThreeRates.RELIABLE_FROM,
        "has_unreliable": any(not row["is_reliable"] for row in rows),
        "is_ranked": any("rank" in row for row in rows),
        "rows": [
            {
                "place": row["place"],
                "is_reliable": row["is_reliable"],
                "valid": row["rates"].satisfaction.denominator,
                "rank": row.get("rank", ""),
                "change": _moved(row),
                "response": _mark(row["rates"].response, None, scale=scale),
                "resolution": _mark(row["rates"].resolution, None, scale=scale),
                "satisfaction": _mark(row["rates"].satisfaction, None, scale=scale),
            }
            for row in rows
        ],
    }
