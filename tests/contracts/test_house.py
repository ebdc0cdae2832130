"""The house rules that a reader relies on, checked on the code itself."""

import ast
import importlib
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from linli.kernel.flow import Flow
from linli.kernel.scope import Scoped

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(path.parent for path in (ROOT / "linli").glob("*/__init__.py"))
TEMPLATES = sorted((ROOT / "linli").rglob("templates/**/*.html"))
DOORS = {"seen_by", "public", "everywhere"}
OPEN_TO_ALL = {"Place"}
"""Scoped models whose rows are public knowledge: anybody may read the names of places."""


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules(*patterns: str) -> list[Path]:
    found = {path for pattern in patterns for path in ROOT.glob(pattern)}
    return sorted(path for path in found if "migrations" not in path.parts)


def length(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


# — size —


def test_the_kernel_stays_under_800_lines() -> None:
    assert sum(length(path) for path in modules("linli/kernel/**/*.py")) < 800


def test_no_file_is_over_700_lines() -> None:
    long = [shown(path) for path in [*modules("linli/**/*.py"), *TEMPLATES] if length(path) > 700]
    assert long == []


# — rooms —


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_each_room_says_what_lives_here_and_where_to_start(room: Path) -> None:
    text = " ".join((inspect.getdoc(importlib.import_module(f"linli.{room.name}")) or "").split())
    assert re.search(r"[Ll]ives here", text)
    assert "Does not live here" in text
    _before, start, behind = text.partition("Start at ")
    named = re.findall(r"`([\w./]+)`", behind)
    assert start
    assert named
    assert [name for name in named if not (room / name).exists()] == []


# — reads —


def undoored(source: str, scoped: set[str]) -> list[str]:
    """Return the reads of scoped models in a module that pass by none of the doors."""
    tree = ast.parse(source)
    around = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    wrong = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
            continue
        if node.value.id not in scoped or not re.fullmatch(
            r"objects|_(default|base)_manager", node.attr
        ):
            continue
        door = around[node]
        if not (isinstance(door, ast.Attribute) and door.attr in DOORS):
            wrong.append(f"line {node.lineno}: {node.value.id}.{node.attr}")
    return wrong


def scoped_models() -> set[str]:
    return {model.__name__ for model in apps.get_models() if issubclass(model, Scoped)}


@pytest.mark.parametrize(
    ("source", "is_wrong"),
    [
        ("Case.objects.filter(pk=1)", True),
        ("Case._default_manager.get(pk=1)", True),
        ("rows = Case.objects", True),
        ("Case.objects.seen_by(actor, permission=P.SEE).get(pk=1)", False),
        ("Case.objects.everywhere('export').filter(pk=1)", False),
        ("User.objects.filter(pk=1)", False),
    ],
)
def test_a_read_past_the_doors_is_noticed(source: str, is_wrong: bool) -> None:
    assert bool(undoored(source, {"Case"})) is is_wrong


def test_views_read_scoped_rows_through_a_door_only() -> None:
    scoped = scoped_models() - OPEN_TO_ALL
    assert "Case" in scoped
    edges = modules(
        "linli/**/views.py",
        "linli/**/views/*.py",
        "linli/**/forms.py",
        "linli/**/api.py",
        "linli/*/templatetags/*.py",
        "linli/*/context.py",
        "linli/site/*.py",
    )
    assert len(edges) > 10
    wrong = {shown(path): undoored(path.read_text("utf-8"), scoped) for path in edges}
    assert {name: lines for name, lines in wrong.items() if lines} == {}


# — writes —


def flows() -> Iterator[tuple[str, str, Flow]]:
    """Yield (room, name of the constant, flow)."""
    for path in modules("linli/*/flows.py"):
        room = path.parent.name
        for constant, value in vars(importlib.import_module(f"linli.{room}.flows")).items():
            if isinstance(value, Flow):
                yield room, constant, value


def moves_in(function: ast.FunctionDef, constants: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (flow, move) for each `FLOW.move(row, "move")`, `move_flow(case, row, "move")` and `move_each_flow`."""
    for call in ast.walk(function):
        if not isinstance(call, ast.Call):
            continue
        flow = None
        match call.func:
            case ast.Attribute(attr="move", value=ast.Name(id=constant)):
                flow = constants.get(constant)
            case ast.Name(id=helper) if helper.startswith("move_"):
                flow = helper.removeprefix("move_").removeprefix("each_")
        for argument in call.args:
            if flow and isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield flow, argument.value


def operations_of(room: str) -> Iterator[ast.FunctionDef]:
    for path in modules(f"linli/{room}/**/operations.py", f"linli/{room}/**/operations/*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield node


def is_operation(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(mark, ast.Call)
        and isinstance(mark.func, ast.Name)
        and mark.func.id == "operation"
        for mark in function.decorator_list
    )


def is_step(function: ast.FunctionDef) -> bool:
    """Return whether a function is a step inside the transaction of operations, and asserts so before all else."""
    lines = [node for node in function.body if not isinstance(node, ast.Expr)]
    return ast.unparse(lines[0]) == "assert connection.in_atomic_block"


def test_each_move_is_made_by_exactly_one_operation() -> None:
    table = list(flows())
    assert table
    made: Counter[tuple[str, str]] = Counter()
    for room in {room for room, _constant, _flow in table}:
        constants = {constant: flow.name for other, constant, flow in table if other == room}
        for function in operations_of(room):
            found = set(moves_in(function, constants))
            made.update(found)
            assert not found or is_operation(function) or is_step(function), (
                f"{function.name} moves, but is no operation nor a step of one"
            )
    wanted = {(flow.name, move.name) for _room, _constant, flow in table for move in flow.moves}
    assert {move: count for move, count in made.items() if count != 1} == {}
    assert wanted ^ set(made) == set(), "a move without its operation, or the other way round"


def test_every_event_of_a_case_can_be_told() -> None:
    from linli.cases import events
    from linli.cases.story import TELLERS
    from linli.cases.telling import teller_of

    recorded = {value.event_name for value in vars(events).values() if hasattr(value, "event_name")}
    assert set(TELLERS) <= recorded
    assert all(callable(teller_of(name)) for name in recorded)  # its own, or its move's words


# — tables —


def columns_of(condition: models.Q) -> set[str]:
    """Return the fields that a condition names."""
    found = set()
    for child in condition.children:
        if isinstance(child, models.Q):
            found |= columns_of(child)
        elif isinstance(child, tuple):
            found.add(str(child[0]).split("__")[0])
    return found


def loose_pairs(model: type[models.Model]) -> list[str]:
    """Return pairs of columns that are only true together and that no CHECK keeps together."""
    names = {field.name for field in model._meta.concrete_fields}
    checked = [
        columns_of(constraint.condition)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
        and isinstance(constraint.condition, models.Q)
    ]
    pairs = [
        (f"{stem}{first}", f"{stem}{second}")
        for first, second in (("_at", "_by"), ("_sealed", "_index"))
        for stem in sorted(name.removesuffix(second) for name in names if name.endswith(second))
    ]
    return [
        f"{model.__name__}: {one}, {two}"
        for one, two in pairs
        if one in names and not any({one, two} <= columns for columns in checked)
    ]


def test_columns_that_belong_together_are_kept_together_by_the_database() -> None:
    own = [model for model in apps.get_models() if model.__module__.startswith("linli.")]
    assert any(field.name.endswith("_index") for model in own for field in model._meta.fields)
    assert [pair for model in own for pair in loose_pairs(model)] == []


def test_migrations_are_linear_and_named_by_hand() -> None:
    graph = MigrationLoader(None).graph
    own = {app.label for app in apps.get_app_configs() if app.name.startswith("linli.")}
    for label in own:
        keys = sorted(key for key in graph.nodes if key[0] == label)
        assert len(graph.leaf_nodes(label)) == min(len(keys), 1), label
        numbers = [name.partition("_")[0] for _label, name in keys]
        assert numbers == [f"{n:04d}" for n in range(1, len(keys) + 1)], label
        assert [name for _label, name in keys if "_auto_" in name] == []


# — templates —


@pytest.mark.parametrize("template", TEMPLATES, ids=shown)
def test_templates_hold_no_inline_style_script_or_handler(template: Path) -> None:
    text = template.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)


# — tests —


def timed(source: str) -> list[str]:
    """Return assertions on how long something took: they fail on a busy machine and prove nothing."""
    tree = ast.parse(source)

    def reads_clock(node: ast.AST) -> bool:
        spans = (
            n for n in ast.walk(node) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Sub)
        )
        calls = (n for span in spans for n in ast.walk(span) if isinstance(n, ast.Call))
        return any(
            re.search(r"monotonic|perf_counter|\btime\.time\b", ast.unparse(c)) for c in calls
        )

    spent = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and reads_clock(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [
        f"line {node.lineno}: {ast.unparse(node.test)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
        and (
            reads_clock(node.test)
            or any(isinstance(n, ast.Name) and n.id in spent for n in ast.walk(node.test))
        )
    ]


@pytest.mark.parametrize(
    ("source", "is_wrong"),
    [
        ("assert time.monotonic() - started < 2", True),
        ("spent = time.perf_counter() - started\nassert spent < 0.1", True),
        ("until = time.monotonic() + 30\nassert time.monotonic() < until", False),
        ("assert after - before == 1", False),
    ],
)
def test_a_timed_assertion_is_noticed(source: str, is_wrong: bool) -> None:
    assert bool(timed(source)) is is_wrong


def test_no_test_asserts_how_long_something_took() -> None:
    found = {shown(path): timed(path.read_text("utf-8")) for path in modules("tests/**/*.py")}
    assert {name: lines for name, lines in found.items() if lines} == {}
