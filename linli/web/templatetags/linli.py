"""Tags and filters of our templates: thin doors to `wording`, `figures` and the parts."""

import datetime as dt
import re
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from linli.methods.language.breaks import breaks
from linli.web import figures, rate_marks, wording
from linli.web.addresses import came_from

register = template.Library()
_SPRITE = Path(__file__).resolve().parent.parent / "static" / "linli" / "icons.svg"
_SHAPES = {
    "open": "open",
    "doing": "half",
    "reported": "full",
    "visit": "ring",
    "late": "alert",
    "urgent": "alert",
    "soon": "clock",
    "wait": "dash",
    "plain": "",
}
"""Shape of a chip by its tone; any other tone has an icon of its own name."""


@cache
def icon_names() -> frozenset[str]:
    """Return the names of the drawings in the sprite."""
    return frozenset(re.findall(r'<symbol id="i-([a-z]+)"', _SPRITE.read_text("utf-8")))


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon beside its word. Raises LookupError for a name the sprite does not hold."""
    if name not in icon_names():
        raise LookupError(
            f"no icon “{name}” in {_SPRITE.name}; draw it there or use one of its names"
        )
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        static("linli/icons.svg"),
        name,
    )


@register.simple_tag
def shape(tone: str) -> SafeString:
    """Draw the shape of a state's tone; a plain tone has none."""
    name = _SHAPES.get(tone, tone)
    return icon(name) if name else SafeString("")


@register.simple_tag
def html_language() -> str:
    """Return the value of the page's lang attribute; it decides which form of a character is drawn."""
    return "en" if (get_language() or "").startswith("en") else "zh-CN"


@register.simple_tag
def gap() -> str:
    """Return what stands between two sentences: nothing behind a full-width stop."""
    return " " if html_language() == "en" else ""


@register.simple_tag(takes_context=True)
def back(context: template.Context) -> str:
    """Return the page of ours that the reader came from."""
    return came_from(context["request"])


@register.filter
def phrase(text: object) -> SafeString:
    """Let a title break between words only: escaped pieces with `<wbr>` between them."""
    return format_html_join(SafeString("<wbr>"), "{}", ((piece,) for piece in breaks(str(text))))


@register.filter
def lookup(table: dict[str, Any] | None, key: str) -> Any:
    """Return table[key], or None."""
    return (table or {}).get(key)


@register.filter
def due_text(due_at: dt.datetime, now: dt.datetime) -> str:
    return wording.deadline(due_at, now=now)


@register.filter
def time_left(due_at: dt.datetime, now: dt.datetime) -> str:
    return wording.time_left(due_at, now=now)


@register.filter
def due_state(due_at: dt.datetime, now: dt.datetime) -> str:
    return wording.urgency_of(due_at, now=now)


@register.filter
def since(at: dt.datetime, now: dt.datetime) -> str:
    """Return how long ago `at` was, as a duration."""
    return wording.duration(now - at)


@register.filter
def moment(at: dt.datetime, now: dt.datetime) -> str:
    return wording.moment(at, now=now)


@register.filter
def day(at: dt.datetime, now: dt.datetime) -> str:
    return wording.day(at, now=now)


@register.filter
def month(date: dt.date) -> str:
    return wording.month(date)


@register.filter
def duration(span: dt.timedelta) -> str:
    return wording.duration(span)


@register.filter
def stopwatch(span: dt.timedelta | None) -> str:
    return "—" if span is None else wording.stopwatch(span)


@register.filter
def running(at: dt.datetime, now: dt.datetime) -> str:
    """Return for how long it has been so since `at`, as a running clock shows it."""
    return wording.stopwatch(now - at)


@register.filter
def limit(span: dt.timedelta) -> str:
    return wording.limit(span)


@register.filter
def telephone(number: str) -> str:
    return wording.telephone(number)


@register.filter
def called(thing: Any) -> str:
    """Return the name of a place or organisation in the language in force."""
    name: str = thing.label
    return name


@register.filter
def called_short(place: Any) -> str:
    """Return the short name of a place in the language in force, for lists."""
    name: str = place.short_label
    return name


@register.filter
def may(actor: Any, permission: str) -> bool:
    """Return whether the reader's roles include a permission, for a link that others need not see."""
    return actor is not None and actor.may(permission)


@register.filter
def percent(share: float | None) -> str:
    return wording.percent(share)


@register.filter
def moved(change: float | None) -> str:
    return wording.moved(change)


@register.filter
def interval(bounds: tuple[float, float]) -> str:
    return wording.interval(bounds)


@register.inclusion_tag("web/parts/clock.html", takes_context=True)
def clock(context: template.Context, given: Any) -> dict[str, Any]:
    """Draw one clock, an object with name, limit, started_at, due_at, stopped_at, state and share."""
    took = given.stopped_at - given.started_at if given.stopped_at else None
    over = given.stopped_at - given.due_at if given.stopped_at else dt.timedelta(0)
    return {
        "clock": given,
        "now": context["now"],
        "took": took,
        "over": over if over > dt.timedelta(0) else None,
        "width": figures.used_width(given.share),
        "used": round(given.share * 100),
    }


@register.inclusion_tag("web/parts/field.html")
def field(bound: BoundField, key: str = "", hint: Any = "") -> dict[str, Any]:
    """Draw a form field with label, key, hint and error. `key` is the letter pressed with Alt."""
    widget = bound.field.widget
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    attrs: dict[str, str | bool] = {"data-key": key} if key and not group else {}
    if hint and not bound.help_text:
        described = f"{bound.auto_id}_helptext"
        attrs["aria-describedby"] = described + (f" {bound.auto_id}_error" if bound.errors else "")
    return {
        "field": bound,
        "key": key,
        "hint": hint or bound.help_text,
        "is_group": group,
        "is_tick": isinstance(widget, CheckboxInput),
        "control": "" if group else bound.as_widget(attrs=attrs),
    }


@register.inclusion_tag("web/parts/rates.html")
def rates(whole: Any, last: Any = None) -> dict[str, Any]:
    """Draw the three rates of a period on one scale, with those of the period before if given."""
    return rate_marks.cards(whole, last)


@register.inclusion_tag("web/parts/rates_table.html")
def rates_table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw resolution and satisfaction of several places on one scale."""
    return rate_marks.table(rows)
