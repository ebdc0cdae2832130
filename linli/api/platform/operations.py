"""Writes of what a platform pushes."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from linli.api.permissions import ApiPermission
from linli.api.platform.models import PlatformOrder
from linli.api.platform.queries import orders_in
from linli.api.platform.taking import Receipt, Row, take_in
from linli.cases.imports.maps import PUSHED, CaseMap, shipped
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from linli.kernel.operation import operation
from linli.territory.models import Place

KEPT = dt.timedelta(days=30)
"""How long a refused row is kept: it holds names and numbers."""


@operation(P.IMPORT)
def take_orders(
    *,
    actor: Actor,
    rows: Sequence[tuple[Row, RuleBroken | None]],
    case_map: CaseMap,
    place: Place,
) -> list[Receipt]:
    """Take orders as a platform pushes them; return a receipt for each, in their order.

    All that is good of a push is written at once; what is refused is kept with its reason. The same push again
    changes nothing, also after the server died between the writing and the answer.
    """
    return take_in(rows, case_map=case_map, place=place, actor=actor)


@operation(P.IMPORT)
def try_again(*, actor: Actor, order_id: Any) -> Receipt:
    """Judge a refused order once more, as it came, by what stands now. Raises PlatformOrder.DoesNotExist."""
    order = orders_in(actor, P.IMPORT).select_for_update(of=("self",)).get(pk=order_id)
    if order.row_sealed is None or order.source not in PUSHED:
        raise PlatformOrder.DoesNotExist
    row = json.loads(order.text)["row"]
    found = take_in([(row, None)], case_map=shipped(order.source), place=order.place, actor=actor)
    return found[0]


@operation(ApiPermission.DELIVER)
def forget_refused(*, actor: Actor) -> int:
    """Delete refused rows that nobody has mended in time; why they were refused stays. Return how many."""
    rows = PlatformOrder.objects.filter(row_sealed__isnull=False, pushed_at__lt=actor.now - KEPT)
    return rows.update(row_sealed=None)
