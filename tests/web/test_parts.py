"""The parts, each rendered by itself: what they say, what they escape, what they tell a screen reader."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.contrib.messages import constants as message_levels
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import Context, Template
from django.utils import translation

from linli.cases.rules import Rate, ThreeRates
from linli.territory.models import Place

NOW = dt.datetime(2026, 11, 18, 6, 10, tzinfo=dt.UTC)  # 14:10 in Beijing


def drawn(source: str, language: str = "en", **given: Any) -> str:
    with translation.override(language):
        return Template("{% load i18n linli %}" + source).render(Context({"now": NOW, **given}))


# —— words and shapes


def test_a_title_is_escaped_before_it_may_break() -> None:
    assert drawn("{{ title|phrase }}", title="<b>电梯</b>停运") == (
        "&lt;<wbr>b&gt;<wbr>电梯&lt;/<wbr>b&gt;<wbr>停运"
    )


def test_an_icon_that_is_not_drawn_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(LookupError, match="unicorn"):
        drawn('{% icon "unicorn" %}')


@pytest.mark.parametrize(
    ("tone", "shape"), [("doing", "half"), ("late", "alert"), ("done", "done")]
)
def test_a_chip_has_shape_and_word(tone: str, shape: str) -> None:
    chip = drawn('{% include "web/parts/chip.html" %}', tone=tone, label="办理中")
    assert f'data-k="{tone}"' in chip
    assert f"#i-{shape}" in chip
    assert "办理中" in chip


def test_a_plain_chip_has_no_shape() -> None:
    assert "<svg" not in drawn('{% include "web/parts/chip.html" %}', tone="plain", label="一般")


@pytest.mark.parametrize(
    ("language", "attribute"), [("zh-hans", "zh-CN"), ("en", "en"), ("en-gb", "en")]
)
def test_the_language_of_the_page_decides_which_characters_are_drawn(
    language: str, attribute: str
) -> None:
    assert drawn("{% html_language %}", language) == attribute


@pytest.mark.parametrize(("language", "name"), [("zh-hans", "朝阳区"), ("en", "Chaoyang District")])
def test_a_place_is_called_by_its_name_in_the_language(language: str, name: str) -> None:
    place = Place(name="朝阳区", short_name="朝阳", name_en="Chaoyang District")
    assert drawn("{{ place|called }}", language, place=place) == name


def test_a_place_without_an_english_name_keeps_its_own() -> None:
    place = Place(name="双合家园社区居委会", short_name="双合家园")
    assert (
        drawn("{{ place|called }} {{ place|called_short }}", place=place)
        == "双合家园社区居委会 双合家园"
    )


# —— the frame's own parts


def test_a_message_is_escaped_and_a_failure_is_an_alert() -> None:
    messages = [
        Message(message_levels.SUCCESS, "已派给<区城市管理委>"),
        Message(message_levels.ERROR, "没有派出去"),
    ]
    toasts = drawn('{% include "web/parts/toasts.html" %}', messages=messages)
    assert "已派给&lt;区城市管理委&gt;" in toasts
    assert toasts.count('role="status"') == 1
    assert toasts.count('role="alert"') == 1


def test_the_bar_marks_where_one_is_and_how_many_wait() -> None:
    items = [
        {
            "url_name": "cases:work",
            "url": "/work/",
            "label": "待办",
            "icon": "inbox",
            "go": False,
            "key": "work",
        },
        {
            "url_name": "cases:rates",
            "url": "/rates/",
            "label": "三率",
            "icon": "chart",
            "go": False,
            "key": "rates",
        },
    ]
    bar = drawn(
        '{% include "web/parts/bar.html" %}',
        nav_items=items,
        nav_current="cases:work",
        nav_counts={"cases:work": 7},
    )
    assert bar.count('aria-current="page"') == 1
    assert bar.index('aria-current="page"') < bar.index("待办") < bar.index("7") < bar.index("三率")


def test_a_pager_leads_on_and_back_and_says_where_it_is() -> None:
    page = Paginator(range(60), 25).page(2)
    pager = drawn('{% include "web/parts/pager.html" %}', page=page)
    assert 'href="?page=1"' in pager
    assert 'href="?page=3"' in pager
    assert "26–50 of 60" in pager


def test_one_page_needs_no_pager() -> None:
    page = Paginator(range(3), 25).page(1)
    assert drawn('{% include "web/parts/pager.html" %}', page=page).strip() == ""


def test_a_deadline_carries_its_moment_for_machines_too() -> None:
    due = drawn('{% include "web/parts/due.html" %}', at=NOW + dt.timedelta(hours=1))
    assert 'data-s="soon"' in due
    assert 'datetime="2026-11-18T15:10:00+08:00"' in due


# —— clocks


def a_clock(
    *, started: float, limit: float, stopped: float | None = None, state: str = "running"
) -> Any:
    """Return a clock; hours from NOW, the limit in hours."""
    begin = NOW + dt.timedelta(hours=started)
    return SimpleNamespace(
        name="办理钟",
        limit=dt.timedelta(hours=limit),
        started_at=begin,
        due_at=begin + dt.timedelta(hours=limit),
        stopped_at=None if stopped is None else NOW + dt.timedelta(hours=stopped),
        state=state,
        share=((stopped or 0) - started) / limit,
    )


def test_a_running_clock_says_what_is_left_and_draws_what_is_used() -> None:
    clock = drawn("{% clock one %}", one=a_clock(started=-18, limit=24))
    assert "6 h left" in clock
    assert "limit 24 h" in clock
    assert 'width="75.0"' in clock
    assert 'aria-label="75% of the limit used"' in clock


def test_a_stopped_clock_says_what_it_took() -> None:
    clock = drawn("{% clock one %}", one=a_clock(started=-20, limit=24, stopped=-15, state="done"))
    assert "stopped after 5 h" in clock
    assert "over the limit" not in clock


def test_a_clock_stopped_too_late_says_by_how_much() -> None:
    clock = drawn("{% clock one %}", one=a_clock(started=-30, limit=24, stopped=-4, state="late"))
    assert "2 h over the limit" in clock
    assert 'width="100.0"' in clock


# —— forms


class ContactForm(forms.Form):
    how = forms.ChoiceField(
        label="How", choices=[("phone", "Phone"), ("visit", "Visit")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    wants_reply = forms.BooleanField(label="Reply", required=False)
    place = forms.CharField(label="Place")


def test_a_field_names_its_key_and_is_reached_by_it() -> None:
    field = drawn('{% field form.place key="P" %}', form=ContactForm())
    assert 'data-key="P"' in field
    assert "<kbd>Alt P</kbd>" in field
    assert '<label for="id_place">' in field
    assert "optional" not in field


def test_an_optional_field_says_so() -> None:
    assert "optional" in drawn("{% field form.note %}", form=ContactForm())


def test_an_error_is_tied_to_its_field() -> None:
    field = drawn('{% field form.place hint="Ask where" %}', form=ContactForm({}))
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_place_helptext id_place_error"' in field
    assert 'id="id_place_error"' in field
    assert 'id="id_place_helptext"' in field


def test_choices_are_a_group_with_a_legend() -> None:
    group = drawn('{% field form.how key="K" %}', form=ContactForm({"how": "visit"}))
    assert "<fieldset" in group
    assert "<legend>" in group
    assert 'data-key="K"' in group
    assert group.count('type="radio"') == 2
    assert group.count(" checked") == 1


def test_a_single_tick_carries_its_own_label() -> None:
    tick = drawn("{% field form.wants_reply %}", form=ContactForm())
    assert "<legend>" not in tick
    assert 'type="checkbox"' in tick
    assert "Reply" in tick


def test_the_summary_leads_to_each_faulty_field() -> None:
    form = ContactForm({})
    form.add_error(None, "The order was closed meanwhile.")
    summary = drawn('{% include "web/parts/errors.html" %}', form=form)
    assert "The order was closed meanwhile." in summary
    assert 'href="#id_place"' in summary
    assert 'href="#id_how"' in summary
    assert 'role="alert"' in summary


def test_a_form_without_errors_has_no_summary() -> None:
    assert "errors" not in drawn('{% include "web/parts/errors.html" %}', form=ContactForm())


# —— moves, story, rates


def an_opening(name: str, *, refusal: str = "") -> Any:
    move = SimpleNamespace(name=name, label=name.title(), icon="phone")
    closed = SimpleNamespace(message=refusal) if refusal else None
    return SimpleNamespace(move=move, closed=closed, is_open=not refusal)


def test_an_open_move_holds_its_form_and_a_closed_one_its_reason() -> None:
    moves = [
        {
            "opening": an_opening("contact"),
            "form": ContactForm(),
            "url": "/contact/",
            "is_primary": True,
        },
        {
            "opening": an_opening("extend", refusal="Extended once already."),
            "form": None,
            "url": "",
            "is_primary": False,
        },
        {
            "opening": an_opening("accept"),
            "form": forms.Form(),
            "url": "/accept/",
            "is_primary": False,
        },
    ]
    page = drawn('{% include "web/parts/moves.html" %}', moves=moves)
    assert 'action="/contact/"' in page
    assert page.index("Contact") < page.index("Accept") < page.index("Extended once already.")
    assert page.count("<details") == 1  # a move without fields is a plain button
    assert "#i-lock" in page


def test_a_move_that_failed_stands_open() -> None:
    moves = [
        {
            "opening": an_opening("contact"),
            "form": ContactForm({}),
            "url": "/x/",
            "is_primary": True,
        }
    ]
    assert " open>" in drawn('{% include "web/parts/moves.html" %}', moves=moves)


def test_a_story_escapes_what_people_said() -> None:
    step = SimpleNamespace(
        at=NOW,
        tone="turn",
        icon="redo",
        what="回访",
        who="周",
        unit="热线",
        quote="<i>好</i>\n第二行",
        body="",
        facts=(("解决", "部分"),),
    )
    story = drawn('{% include "web/parts/story.html" %}', story=[step])
    assert "&lt;i&gt;好&lt;/i&gt;<br>第二行" in story
    assert '<li class="turn">' in story
    assert "today 14:10" in story


def test_rates_show_number_denominator_and_interval() -> None:
    whole = ThreeRates(Rate(98, 100), Rate(0, 0), Rate(45, 50))
    last = ThreeRates(Rate(96, 100), Rate(1, 2), Rate(45, 50))
    cards = drawn("{% rates whole last %}", whole=whole, last=last)
    assert "98.0%" in cards
    assert "98 / 100" in cards
    assert "interval 93.0–99.4" in cards
    assert "up 2.0" in cards
    assert "unchanged" in cards
    assert "no valid answers yet, so no rate" in cards
    assert "style=" not in cards


def test_a_place_with_few_answers_shows_no_rate_of_them() -> None:
    rows = [
        {
            "place": Place(name="甲社区", short_name="甲"),
            "rates": ThreeRates(Rate(9, 10), Rate(5, 7), Rate(6, 7)),
            "is_reliable": False,
        }
    ]
    table = drawn("{% rates_table rows %}", rows=rows)
    assert "90.0%" in table
    assert "71.4%" not in table
    assert "under 30 valid answers" in table
