"""State machines as one frozen table each, and everything that follows from the table.

A flow holds no effects: those live in the operation of the same name. From the table come choices, the
CHECK constraint, the database trigger, the buttons with the reason why a move is closed, the
diagrams in docs/flows/ and the generated tests.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import models

from linli.kernel.actor import Actor
from linli.kernel.errors import FIELD_NEEDED, NOT_ALLOWED, NOT_NOW, RuleBroken

Guard = Callable[[Any, Actor], RuleBroken | None]
STAYS = ""
"""Target of a move that leaves the row in whichever of its sources it stands."""


class FlowError(Exception):
    """The table itself is wrong. Raised at import, never at run time."""


@dataclass(frozen=True)
class State:
    """A state of a row. `tone` names the chip's shape and tint on the screens."""

    code: str
    label: Any
    tone: str
    terminal: bool = False


@dataclass(frozen=True)
class Move:
    """One edge set of a flow: from any of `sources` to `target`, or to where it STAYS."""

    name: str
    label: Any
    sources: tuple[str, ...]
    target: str
    permission: str
    needs: tuple[str, ...] = ()
    guard: Guard | None = None
    icon: str = "right"


@dataclass(frozen=True)
class Opening:
    """A move as offered to one actor: open, or closed with the reason."""

    move: Move
    closed: RuleBroken | None

    @property
    def is_open(self) -> bool:
        return self.closed is None


@dataclass(frozen=True)
class Flow:
    """A frozen table of states and moves, checked when it is made. Raises FlowError."""

    name: str
    states: tuple[State, ...]
    initial: str
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        codes = [state.code for state in self.states]
        names = [move.name for move in self.moves]
        if len(set(codes)) != len(codes) or len(set(names)) != len(names):
            raise FlowError(f"{self.name}: a state or a move is named twice")
        for move in self.moves:
            unknown = {*move.sources, move.target} - {*codes, STAYS}
            if unknown or not move.sources:
                raise FlowError(f"{self.name}.{move.name}: unknown or missing states {unknown}")
        reached = {self.initial}
        moving = [move for move in self.moves if move.target != STAYS]
        while grown := {m.target for m in moving if reached & set(m.sources)} - reached:
            reached |= grown
        if reached != set(codes):
            raise FlowError(f"{self.name}: never reached: {set(codes) - reached}")
        for state in self.states:
            leaves = any(state.code in m.sources and m.target != state.code for m in moving)
            if leaves == state.terminal:
                raise FlowError(
                    f"{self.name}.{state.code}: terminal and with a way out, or neither"
                )

    # — generated from the table —

    @property
    def choices(self) -> list[tuple[str, Any]]:
        return [(state.code, state.label) for state in self.states]

    @property
    def edges(self) -> list[tuple[str, str]]:
        """Return every (source, target) the database lets through; a row may stay where it is."""
        return sorted(
            {(s, m.target) for m in self.moves for s in m.sources if m.target not in (s, STAYS)}
        )

    def check(self) -> models.CheckConstraint:
        """Return the constraint that the column holds a known state."""
        codes = [state.code for state in self.states]
        return models.CheckConstraint(
            name=f"{self.name}_state_known", condition=models.Q(state__in=codes)
        )

    def trigger(self) -> pgtrigger.FSM:
        """Return the trigger by which the database itself refuses an edge that is not in the table."""
        return pgtrigger.FSM(name=f"{self.name}_flow", field="state", transitions=self.edges)

    def state(self, code: str) -> State:
        return next(state for state in self.states if state.code == code)

    def find(self, name: str) -> Move:
        return next(move for move in self.moves if move.name == name)

    # — asked about one row —

    def closed(self, row: Any, name: str, *, actor: Actor) -> RuleBroken | None:
        """Return why the move is closed to this actor now, or None if it is open."""
        move = self.find(name)
        if not actor.may(move.permission):
            return NOT_ALLOWED()
        if row.state not in move.sources:
            return NOT_NOW(move=move.label, state=self.state(row.state).label)
        return move.guard(row, actor) if move.guard else None

    def open_to(self, row: Any, *, actor: Actor, names: Sequence[str] = ()) -> list[Opening]:
        """Return the moves of the actor's own roles, closed ones with their reason."""
        return [
            Opening(move, self.closed(row, move.name, actor=actor))
            for move in self.moves
            if actor.may(move.permission) and (not names or move.name in names)
        ]

    def require(
        self, row: Any, name: str, *, actor: Actor, beside: Any = None, **changes: Any
    ) -> None:
        """Raise RuleBroken if the move is closed, or one of its needed fields is not given.

        `beside` is an unsaved row that the move leaves beside this one: needed fields may be its own.
        """
        refusal = self.closed(row, name, actor=actor)
        if refusal is not None:
            raise refusal
        move = self.find(name)
        for field in move.needs:
            holder = row if field in changes or beside is None else beside
            if changes.get(field, getattr(beside, field, None)) in (None, "", ()):
                label = holder._meta.get_field(field).verbose_name
                broken = FIELD_NEEDED(move=move.label, field=label)
                broken.field = field
                raise broken

    def move(
        self, row: Any, name: str, *, actor: Actor, beside: Any = None, **changes: Any
    ) -> None:
        """Take the move and write it, with `changes` to other columns, in one UPDATE; see `require`.

        The row must be locked or belong to a locked root; the UPDATE still names the source states,
        so that a forgotten lock shows as a refusal and not as a lost write. Raises RuleBroken.
        """
        self.require(row, name, actor=actor, beside=beside, **changes)
        move = self.find(name)
        target = move.target or row.state
        written = {"state": target, **changes}
        if target != row.state:
            written["state_since"] = actor.now
        manager = type(row)._base_manager
        if not manager.filter(pk=row.pk, state__in=move.sources).update(**written):
            raise NOT_NOW(move=move.label, state=self.state(row.state).label)
        for column, value in written.items():
            setattr(row, column, value)

    def diagram(self) -> str:
        """Return the flow as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {s} --> {m.target or s}: {m.name}" for m in self.moves for s in m.sources]
        lines += [f"    {state.code} --> [*]" for state in self.states if state.terminal]
        return "\n".join(lines) + "\n"
