"""Every template of the product, read as text: nothing that a strict policy would refuse to run."""

import re
from pathlib import Path

import pytest
from django.template import engines

import linli
from linli.cases.flows import CASE, ORDER
from linli.web.navigation import NAVIGATION
from linli.web.templatetags.linli import _SHAPES, icon_names
from tests.strict_templates import UndefinedVariable

ROOT = Path(linli.__file__).parent
TEMPLATES = sorted(ROOT.rglob("templates/**/*.html"))


def test_the_templates_were_found() -> None:
    assert len(TEMPLATES) > 25


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_style_no_script_no_handler_stands_in_a_page(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"<style\b", text)
    html = re.sub(r"{%.*?%}", "", text)  # a tag may well hand on `one=`
    assert not re.search(r"\son[a-z]+=", html)
    assert not re.search(r"hx-on|hx-vals=.js:|javascript:", text)
    assert all(" src=" in tag for tag in re.findall(r"<script\b[^>]*>", text))
    assert not re.search(r"(?:src|href)=[\"']https?://", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_icon_named_is_drawn(path: Path) -> None:
    named = re.findall(r"""{% icon "(\w+)" %}|icon_name="(\w+)\"""", path.read_text("utf-8"))
    assert {name for pair in named for name in pair if name} <= icon_names()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_posted_form_carries_its_token(path: Path) -> None:
    text = path.read_text("utf-8")
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, flags=re.DOTALL):
        assert "{% csrf_token %}" in form


def test_flows_and_the_bar_use_drawn_icons_and_shapes() -> None:
    for flow in (CASE, ORDER):
        assert {move.icon for move in flow.moves} <= icon_names()
        tones = {state.tone for state in flow.states}
        assert {_SHAPES.get(tone, tone) for tone in tones} <= icon_names()
    assert {item.icon for item in NAVIGATION} <= icon_names()


def named(source: str) -> set[str]:
    """Return the names of templates that stand in a source, of a view or of another template."""
    return set(re.findall(r"""["']([\w/.-]+\.html)(?:#[\w-]+)?["']""", source))


def test_no_template_lies_about_unused() -> None:
    sources = [*TEMPLATES, *ROOT.rglob("*.py")]
    used = set().union(*(named(path.read_text("utf-8")) for path in sources))
    own = {path.as_posix().rpartition("/templates/")[2] for path in TEMPLATES}
    assert own - used == set()
    ours = {name for name in used if name.split("/")[0] in {folder.split("/")[0] for folder in own}}
    assert ours - own == set(), "named, but not there"


@pytest.mark.parametrize(
    ("source", "given", "is_wrong"),
    [
        ("{{ name }}", {}, True),
        ("{{ person.nme }}", {"person": {"name": "x"}}, True),
        ("{{ name|default:'–' }}", {}, False),
        ("{% if name %}x{% endif %}", {}, False),
        ("{{ name }}", {"name": None}, False),
    ],
)
def test_a_variable_that_nobody_gave_is_noticed(
    source: str, given: dict[str, object], is_wrong: bool
) -> None:
    template = engines["django"].from_string(source)
    if is_wrong:
        with pytest.raises(UndefinedVariable):
            template.render(given)
    else:
        template.render(given)
