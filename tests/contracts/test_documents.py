"""The documents say what is true: commands, paths, links, licences."""

import importlib.metadata
import itertools
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
PARTS = ("## Context", "## Decision", "## Consequences", "## What would make us change it")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_first_screen_names_the_two_commands(name: str) -> None:
    first = "\n".join((ROOT / name).read_text("utf-8").splitlines()[:30])
    assert "make demo" in first
    assert "make test" in first


@pytest.mark.parametrize("document", WRITTEN, ids=shown)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    lost = [link for link in links if not (document.parent / link).exists()]
    named = re.findall(r"`((?:linli|tests|tools|docs|locale|bench|deploy)/[\w./-]+)`", text)
    lost += [path for path in named if not (ROOT / path).exists()]
    assert lost == []


def test_the_table_of_rooms_leads_to_every_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = [path.parent.name for path in (ROOT / "linli").glob("*/__init__.py")]
    assert [room for room in rooms if f"`{room}/" not in text and f"`{room}`" not in text] == []


def test_decisions_are_numbered_without_gap_and_whole() -> None:
    assert [path.name[:4] for path in DECISIONS] == [
        f"{n:04d}" for n in range(1, len(DECISIONS) + 1)
    ]
    for path in DECISIONS:
        text = path.read_text("utf-8")
        assert [part for part in PARTS if part not in text] == [], path.name


def run_time() -> set[str]:
    """Return the names of everything installed that Linli runs on, with the embedded database."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["embedded"]]
    todo = [Requirement(line) for line in asked]
    found: set[tuple[str, frozenset[str]]] = set()
    while todo:
        wanted = todo.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key in found:
            continue
        found.add(key)
        for line in importlib.metadata.requires(wanted.name) or ():
            needed = Requirement(line)
            extras = wanted.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                todo.append(needed)
    return {str(name) for name, _extras in found}


def test_everything_linli_runs_on_stands_in_the_notices() -> None:
    text = (ROOT / "THIRD_PARTY_NOTICES.md").read_text("utf-8")
    named = {
        canonicalize_name(name) for name in re.findall(r"^\| ([\w.-]+) \|", text, re.MULTILINE)
    }
    assert run_time() - named == set()


def test_every_dependency_says_what_it_is_for() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    bare = [
        line.strip()
        for before, line in itertools.pairwise(lines)
        if re.match(r'\s+"[A-Za-z][\w.-]*(\[[\w,]+\])?[<>=]', line)
        and "#" not in line
        and not before.strip().startswith("#")
    ]
    assert bare == []
