"""docs/glossary.md is the authority on names: everything built stands in it, in both languages."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.utils import translation

from linli.accounts.permissions import ROLES
from linli.kernel.events import EVENTS
from linli.kernel.flow import Flow

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"


class Term(NamedTuple):
    """One row: 中文 | English | `code` | where."""

    chinese: str
    english: str
    code: str
    where: str

    def __str__(self) -> str:
        return f"| {self.chinese} | {self.english} | `{self.code}` | {self.where} |"


def terms() -> set[Term]:
    """Return the rows of every table of the glossary."""
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \| `(.+?)` \| (.+?) \|$", GLOSSARY.read_text("utf-8"), re.MULTILINE
    )
    return {Term(*row) for row in rows}


def both(label: Any) -> tuple[str, str]:
    with translation.override("zh-hans"):
        chinese = str(label)
    with translation.override("en"):
        return chinese, str(label)


def flows() -> Iterator[Flow]:
    for path in sorted((ROOT / "linli").glob("*/flows.py")):
        module = importlib.import_module(f"linli.{path.parent.name}.flows")
        yield from (value for value in vars(module).values() if isinstance(value, Flow))


def models() -> Iterator[tuple[str, Any]]:
    """Yield (room, model) of our own tables."""
    for config in apps.get_app_configs():
        if config.name.startswith("linli."):
            for model in config.get_models():
                yield config.label, model


def missing(wanted: set[Term]) -> list[str]:
    """Return the rows to add to the glossary, as they must stand there."""
    return sorted(str(term) for term in wanted - terms())


def test_every_table_has_its_noun() -> None:
    # The kernel's own tables have no name on any screen; their row need only be there.
    named = {(term.code, term.where) for term in terms()}
    inner = {(model.__name__, room) for room, model in models() if room == "kernel"}
    assert inner - named == set()
    assert len(inner) > 1
    shown = {
        Term(*both(model._meta.verbose_name), model.__name__, room)
        for room, model in models()
        if room != "kernel"
    }
    assert missing(shown) == []


def test_every_state_of_every_flow_has_its_words() -> None:
    wanted = {
        Term(*both(state.label), state.code, f"state of `{flow.name}`")
        for flow in flows()
        for state in flow.states
    }
    assert wanted
    assert missing(wanted) == []


def test_every_move_of_every_flow_has_its_words() -> None:
    wanted = {
        Term(*both(move.label), move.name, f"move of `{flow.name}`")
        for flow in flows()
        for move in flow.moves
    }
    assert wanted
    assert missing(wanted) == []


def test_every_event_has_its_words() -> None:
    for path in (ROOT / "linli").glob("*/events.py"):
        importlib.import_module(f"linli.{path.parent.name}.events")
    own = {name for name, kind in EVENTS.items() if kind.__module__.startswith("linli.")}
    assert own
    assert own - {term.code for term in terms() if term.where.startswith("event")} == set()


def test_every_role_has_its_words() -> None:
    wanted = {Term(*both(role.label), role.code, "role") for role in ROLES.values()}
    assert missing(wanted) == []


def test_one_code_means_one_thing_in_one_place() -> None:
    seen = [(term.code, term.where) for term in terms()]
    assert sorted({pair for pair in seen if seen.count(pair) > 1}) == []
