"""`linli import divisions FILE` and `linli import compounds FILE`: the difference, then what was done."""

import sys
from collections.abc import Sequence
from pathlib import Path

from linli.accounts.appointing import follow_redrawn_roles
from linli.accounts.operations import installer
from linli.cases.catalogue.following import follow_redrawn_catalogue
from linli.cases.operations import follow_redrawn_places
from linli.kernel import clock
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import RuleBroken
from linli.territory.differences import difference
from linli.territory.importing.compounds import SOURCE, read_compounds
from linli.territory.importing.divisions import read_divisions
from linli.territory.importing.tables import SetAside
from linli.territory.operations import load_compounds, redraw
from linli.territory.permissions import TerritoryPermission
from linli.territory.rules import Difference, DivisionRow

USABLE, UNUSABLE = 0, 2
SHOWN = 20


def divisions(file: str, *, dry_run: bool) -> int:
    """Show what a division file changes and, unless `dry_run`, apply it; return the exit status."""
    try:
        with Path(file).open("rb") as opened:
            rows, aside = read_divisions(opened)
        found = difference(rows)
        _tell(found, aside)
        if dry_run:
            return USABLE
        actor = _manager(rows)
        done = redraw(actor=actor, rows=rows, shown=found.digest)
        roles = follow_redrawn_roles(actor=actor)
        entries = follow_redrawn_catalogue(actor=actor)
        moved = 0
        while batch := follow_redrawn_places(actor=actor):
            moved += batch
            print(f"open cases moved: {moved}", file=sys.stderr)
    except RuleBroken as broken:
        print(broken.message, file=sys.stderr)
        return UNUSABLE
    print(
        f"{done.added} places added, {done.renamed} renamed, {done.ended} re-drawn, {done.unchanged} unchanged; "
        f"{roles} roles, {entries} catalogue entries and {moved} open cases moved; {len(aside) + len(found.doubts)} rows set aside"
    )
    return USABLE


def _manager(rows: Sequence[DivisionRow]) -> Actor:
    """Return the actor that may manage the cities of the file."""
    permissions = frozenset({TerritoryPermission.MANAGE})
    roots = [row.code for row in rows if row.parent is None]
    over = tuple(Grant("installer", permissions, "city_code", code) for code in roots)
    return installer(now=clock.now(), permissions=permissions, over=over)


def _tell(found: Difference, aside: Sequence[SetAside]) -> None:
    lines = [f"+ {row.code} {row.name}" for row in found.added]
    lines += [f"~ {pair.row.code} {pair.before.name} -> {pair.row.name}" for pair in found.renamed]
    for place in found.ended:
        after = ", ".join(pair.successor for pair in found.follows if pair.code == place.code)
        lines.append(f"- {place.code} {place.name} -> {after}")
    _print(lines)
    _print(
        [f"! line {row.line}: {row.broken.message}" for row in aside]
        + [f"! {doubt.code} {doubt.name}: {doubt.broken.message}" for doubt in found.doubts]
    )
    print(
        f"Difference: {len(found.added)} new, {len(found.renamed)} renamed, {len(found.ended)} re-drawn, "
        f"{found.unchanged} unchanged, {len(aside) + len(found.doubts)} set aside"
    )


def _print(lines: Sequence[str]) -> None:
    for line in lines[:SHOWN]:
        print(line)
    if len(lines) > SHOWN:
        print(f"… and {len(lines) - SHOWN} more")


def compounds(file: str) -> int:
    """Load a compound file; return the exit status."""
    actor = installer(now=clock.now(), permissions=frozenset({TerritoryPermission.LOAD}))
    try:
        with Path(file).open("rb") as opened:
            rows, aside = read_compounds(opened)
        done = load_compounds(actor=actor, source=SOURCE, rows=rows)
    except RuleBroken as broken:
        print(broken.message, file=sys.stderr)
        return UNUSABLE
    _print([f"! line {row.line}: {row.broken.message}" for row in aside])
    print(
        f"{done.created} compounds created, {done.changed} changed, {done.unchanged} unchanged, "
        f"{len(aside)} rows set aside"
    )
    return USABLE
