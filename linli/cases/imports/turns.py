"""Files that came by the browser, taken by the worker in turns.

A turn is a number of batches; then the next file has its turn, so that one person's hundred thousand rows do not
keep another's fifty waiting. Who has a file in hand gives signs of life; after a death another goes on behind the
last batch. The rows are judged by the rights that the person who asked holds now.
"""

from typing import IO, cast

import structlog

from linli.accounts.models import User
from linli.accounts.operations import installer
from linli.accounts.queries import actor_of
from linli.cases.imports import operations
from linli.cases.imports.choices import ImportFault
from linli.cases.imports.maps import CaseMap, read_map, shipped
from linli.cases.imports.models import ImportRun, Pieces
from linli.cases.imports.running import load_territory, resumed, survey, take
from linli.cases.imports.tables import TableFile
from linli.cases.operations.batches import OTHERS_AT_WORK
from linli.cases.permissions import CasePermission as P
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import NOT_ALLOWED, RuleBroken
from linli.territory.permissions import TerritoryPermission

LARGEST = 50_000_000
"""Bytes that come by the browser, packed; three times as many once unpacked."""
BATCHES = 20
"""Batches of one turn, about ten seconds: a worker that is told to stop ends its turn first."""
ALIVE_EVERY = 5
log = structlog.get_logger("linli.imports")


def file_of(run: ImportRun) -> TableFile:
    """Return the file of an import that came by the browser, read a few pieces at a time."""
    shelf: dict[int, bytes] = {}
    return TableFile(run.name, lambda: cast(IO[bytes], Pieces(run, shelf)), limit=3 * LARGEST)


def map_of(run: ImportRun) -> CaseMap:
    """Return the map by which a file is taken. Raises BAD_MAP if it is no map any more."""
    return read_map(run.map_text, name=run.name) if run.map_text else shipped(run.source)


def may_bring(case_map: CaseMap, *, actor: Actor) -> bool:
    """Return whether the actor looks after the territory that a map brings along, if it brings one."""
    if case_map.places.way == "named":
        return True
    held = {code for _column, code in actor.scopes(P.IMPORT)}
    return case_map.places.root_row.code in held and actor.may(TerritoryPermission.LOAD)


def taker() -> Actor:
    """Return the actor of the worker that has imports in hand, now."""
    return installer(now=clock.now(), permissions=frozenset({P.SWEEP}))


def take_turn() -> bool:
    """Give the import whose turn it is its turn; return whether there was one.

    An error ends the turn and leaves what is in; the import is taken again after a while, and given up after three
    times without a batch.
    """
    run = operations.take_import(actor=taker())
    if run is None:
        return False
    try:
        fault = _turn(run)
    except RuleBroken as broken:
        if broken.refusal is OTHERS_AT_WORK:
            return True  # who had it before was slow and not dead, and has it still
        is_right = broken.refusal is NOT_ALLOWED
        fault = ImportFault.NOT_ALLOWED if is_right else ImportFault.UNUSABLE
    except Exception as broken:
        # One file that cannot be taken must not keep the others waiting.
        log.error("import broke off", run=run.pk, kind=type(broken).__name__)
        return True
    if fault is None:
        operations.end_turn(actor=taker(), run_id=run.pk)
    else:
        operations.break_off_import(actor=taker(), run_id=run.pk, fault=fault.value)
    return True


def _turn(run: ImportRun) -> ImportFault | None:
    """Take the next batches of an import; return why it cannot go on, if so. Raises RuleBroken."""
    case_map = map_of(run)
    asker = _asker(run)
    if asker is None or not may_bring(case_map, actor=asker):
        return ImportFault.NOT_ALLOWED
    if run.position == 0:
        found = survey(file_of(run), case_map)
        load_territory(found, loader=asker)
    else:
        found = resumed(run, file_of(run), case_map)

    def alive(read: int) -> None:
        if read // 500 % ALIVE_EVERY == 0:
            operations.show_import_alive(actor=taker(), run_id=run.pk)

    take(found, run, actor=asker, batches=BATCHES, progress=alive)
    return None


def _asker(run: ImportRun) -> Actor | None:
    """Return who asked, with the roles held now; None for somebody who may not import any more."""
    user = User.objects.select_related("organisation").filter(pk=run.user_id or 0).first()
    if user is None or not user.is_active:
        return None
    actor = actor_of(user, now=clock.now(), channel="import")
    return actor if actor.may(P.IMPORT) else None
