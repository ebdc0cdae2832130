"""Orders as a platform pushes them, judged and written in one transaction: steps of the operations.

By number and content: the same again changes nothing; another content of one that is here is what its source says
now, unless its own time is older; one that was refused is judged anew. Two pushes of one source wait for each other.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import translation

from linli.api.platform.choices import Outcome
from linli.api.platform.models import PlatformOrder
from linli.cases.imports.categories import CategoryFinder
from linli.cases.imports.drafts import NUMBER_LIMIT, Reading, moment_of
from linli.cases.imports.maps import CaseMap, RowReader
from linli.cases.imports.placing import UnitFinder, placing_of
from linli.cases.models import Case
from linli.cases.operations import Draft
from linli.cases.operations.batches import say_source_anew, taken_in
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from linli.territory.models import Place

Row = Mapping[str, str]


@dataclass(frozen=True)
class Receipt:
    """What the platform gets for one order: its receipt's number, always the same for one order."""

    number: str
    receipt: str
    outcome: Outcome
    case: str = ""
    code: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Push:
    """One push under way: what is known of its orders, by key; what is to be written."""

    case_map: CaseMap
    place: Place
    actor: Actor
    reading: Reading
    orders: dict[str, PlatformOrder]
    receipts: dict[int, Receipt] = field(default_factory=dict)
    drafts: list[tuple[int, Row, Draft]] = field(default_factory=list)
    touched: dict[str, PlatformOrder] = field(default_factory=dict)

    def number_of(self, row: Row) -> str:
        number = self.reading.number_of(row)
        return number if len(number) <= NUMBER_LIMIT else ""

    def key_of(self, row: Row) -> str:
        """Return by what an order is known again: its number, or its content where it has none that fits."""
        number = self.number_of(row)
        return f"n:{number}" if number else f"d:{digest_of(row).hex()}"


def digest_of(row: Row) -> bytes:
    """Return the digest of an order's fields, whatever their order; empty ones do not count."""
    filled = {name: text for name, text in row.items() if text.strip()}
    return hashlib.sha256(
        json.dumps(filled, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
    ).digest()


def take_in(
    rows: Sequence[tuple[Row, RuleBroken | None]],
    *,
    case_map: CaseMap,
    place: Place,
    actor: Actor,
) -> list[Receipt]:
    """Take what was pushed; return a receipt for each row, in their order.

    A row with a problem could not be read at all. `place`: the area of the link, by which its health is shown.
    """
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        lock = int.from_bytes(hashlib.sha256(case_map.code.encode()).digest()[:7])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
    header = list(dict.fromkeys(name for row, _problem in rows for name in row))
    rows = [({name: row.get(name, "") for name in header}, problem) for row, problem in rows]
    push = _begun(rows, header, case_map=case_map, place=place, actor=actor)
    waiting = list(enumerate(rows))
    while waiting:
        # A number that stands twice is judged twice, the second time by what the first has become.
        first: dict[str, tuple[int, tuple[Row, RuleBroken | None]]] = {}
        for one in waiting:
            first.setdefault(push.key_of(one[1][0]), one)
        taken = {index for index, _row in first.values()}
        for index, (row, problem) in first.values():
            _look_at(push, index, row, problem)
        _write_new(push)
        _write_orders(push)
        waiting = [one for one in waiting if one[0] not in taken]
    return [push.receipts[index] for index in range(len(rows))]


def _begun(
    rows: Sequence[tuple[Row, Any]],
    header: Sequence[str],
    *,
    case_map: CaseMap,
    place: Place,
    actor: Actor,
) -> _Push:
    reader = RowReader(header)
    units, categories = UnitFinder(case_map, reader), CategoryFinder(case_map, reader)
    units.stand(actor)
    categories.stand()
    reading = Reading(
        case_map, reader, placing_of(case_map, reader, actor=actor), units, categories
    )
    push = _Push(case_map, place, actor, reading, {})
    keys = {push.key_of(row) for row, _problem in rows}
    known = PlatformOrder.objects.filter(source=case_map.code).select_related("case")
    numbers = {key[2:] for key in keys if key.startswith("n:")}
    digests = [bytes.fromhex(key[2:]) for key in keys if key.startswith("d:")]
    found = [*known.filter(number__in=numbers), *known.filter(number="", digest__in=digests)]
    for order in found:
        key = f"n:{order.number}" if order.number else f"d:{bytes(order.digest).hex()}"
        push.orders[key] = order
    return push


def _look_at(push: _Push, index: int, row: Row, problem: RuleBroken | None) -> None:
    """Decide what a row is: the same again, a change, or new; a new one becomes a draft or is refused."""
    key, digest = push.key_of(row), digest_of(row)
    order = push.orders.get(key)
    if order is None:
        order = push.orders[key] = PlatformOrder(
            source=push.case_map.code,
            number=push.number_of(row),
            place=push.place,
            received_at=push.actor.now,
            push_count=0,
        )
    order.pushed_at = push.actor.now
    order.push_count += 1
    push.touched[key] = order
    try:
        if order.case_id is not None:
            outcome = _changed(push, order, index, row, digest)
            push.receipts[index] = _receipt(order, outcome)
            return
        order.digest, order.stated_at = digest, _stated_at(push, row)
        push.drafts.append((index, row, _draft(push, index, row, problem)))
    except RuleBroken as broken:
        push.receipts[index] = _refused(order, row, broken)


def _draft(push: _Push, index: int, row: Row, problem: RuleBroken | None) -> Draft:
    if problem is not None:
        raise problem
    push.reading.numbers.clear()  # a number that came before is no mistake here
    draft, _doubts = push.reading.draft(index, row)
    return draft


def _changed(push: _Push, order: PlatformOrder, index: int, row: Row, digest: bytes) -> Outcome:
    """Write what the source says now of an order that is here, unless what is known is newer. Raises RuleBroken."""
    if bytes(order.digest) == digest:
        return Outcome.KNOWN
    stated = _stated_at(push, row)
    if stated is not None and order.stated_at is not None and stated < order.stated_at:
        return Outcome.OUTDATED
    draft = _draft(push, index, row, None)
    assert order.case_id is not None
    is_new = draft.history is not None and say_source_anew(
        order.case_id, draft.history, actor=push.actor, permission=P.IMPORT
    )
    order.digest, order.stated_at = digest, stated or order.stated_at
    order.code, order.row_sealed = "", None
    order.change_count += is_new
    return Outcome.CHANGED if is_new else Outcome.KNOWN


def _write_new(push: _Push) -> None:
    """Write the cases of the drafts; link those that were here before by another way."""
    if not push.drafts:
        return
    batch, _cases = taken_in([draft for _i, _row, draft in push.drafts], actor=push.actor)
    refused = {one.index: one.refused for one in batch.set_aside}
    numbers = [draft.external_no for _i, _row, draft in push.drafts]
    standing = {
        case.external_no: case
        for case in Case.objects.everywhere("a push: the cases of its orders").filter(
            source=push.case_map.code, external_no__in=numbers
        )
    }
    new = {index for index, *_rest in batch.good}
    for place, (index, row, draft) in enumerate(push.drafts):
        order = push.orders[push.key_of(row)]
        if place in refused:
            push.receipts[index] = _refused(order, row, refused[place])
            continue
        order.case = standing[draft.external_no]
        order.code, order.row_sealed = "", None
        outcome = Outcome.TAKEN if place in new else Outcome.KNOWN
        push.receipts[index] = _receipt(order, outcome)
    push.drafts.clear()


def _write_orders(push: _Push) -> None:
    new = [order for order in push.touched.values() if order._state.adding]
    old = [order for order in push.touched.values() if not order._state.adding]
    PlatformOrder.objects.bulk_create(new)
    columns = (
        *("case", "digest", "stated_at", "pushed_at", "push_count", "change_count"),
        *("code", "row_sealed"),
    )
    PlatformOrder.objects.bulk_update(old, columns)
    push.touched.clear()


def _stated_at(push: _Push, row: Row) -> dt.datetime | None:
    """Return when the source last changed the order, as far as it says so legibly."""
    text = push.reading.reader.first(row, push.case_map.columns.updated)
    return moment_of(text, case_map=push.case_map) if text else None


def _receipt(order: PlatformOrder, outcome: Outcome) -> Receipt:
    reasons: dict[str, str] = json.loads(order.text)["said"] if order.row_sealed else {}
    case = order.case.number if order.case is not None else ""
    return Receipt(order.number, order.id.hex, outcome, case, order.code, reasons)


def _refused(order: PlatformOrder, row: Row, broken: RuleBroken) -> Receipt:
    said = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said[language] = broken.message
    order.refuse(broken.code, json.dumps({"row": dict(row), "said": said}, ensure_ascii=False))
    return _receipt(order, Outcome.REFUSED)
