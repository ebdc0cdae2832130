"""Orders follow when the city changes: a unit hands over its open orders and closes; places are re-drawn."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from linli.accounts.appointing import end_appointments_of
from linli.cases.catalogue.following import hand_entries_over
from linli.cases.catalogue.parts import off_list
from linli.cases.catalogue.rules import OFF_LIST_NOW
from linli.cases.events import CaseRescoped, OrderHandedOver
from linli.cases.flows import ENDED
from linli.cases.models import Case, WorkOrder
from linli.cases.parts import let_lapse
from linli.cases.queries import open_orders_of
from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record_many
from linli.kernel.ids import show_number
from linli.kernel.operation import operation
from linli.territory.models import Organisation, Place, day_of
from linli.territory.parts import IS_CLOSED, close_organisation, locked_organisation
from linli.territory.permissions import TerritoryPermission
from linli.territory.serving import serving, successor_of
from linli.territory.wording import listed
from linli.workforce.parts import end_shifts_of

BATCH = 500

STILL_HOLDS = Refusal(
    "organisation.still_holds",
    _(
        "“%(unit)s” still holds %(count)s open order(s). Choose below who takes them over, hand them over, then "
        "close it. Nothing was changed."
    ),
)
NOT_SERVED = Refusal(
    "organisation.successor_does_not_serve",
    _(
        "“%(unit)s” does not serve %(places)s, where open orders lie. Let it serve them first, on its own page, "
        "or choose another successor."
    ),
    "successor",
)
NOT_ON_LIST = Refusal(
    "organisation.successor_not_on_list",
    _(
        "“%(unit)s” may lead only what is on its duty list (Beijing's regulation of 2021-09-24, article 17), and "
        "that does not hold what these open orders are about: %(cases)s. Choose the sub-district, or mend the "
        "duty list first."
    ),
    "successor",
)
SAME_UNIT = Refusal(
    "organisation.same_unit", _("Orders are handed over to another organisation."), "successor"
)


@operation(TerritoryPermission.MANAGE, constraints={"order_lead_by_duty_list": OFF_LIST_NOW})
def hand_over(*, actor: Actor, from_id: int, to_id: int) -> int:
    """Hand a batch of a unit's open orders to another unit; state and clocks run on. Returns how many.

    Call again until it returns 0. One event a case. Raises Organisation.DoesNotExist outside the actor's
    area; RuleBroken: the same unit, a closed one, a successor that does not serve every place concerned, or a
    community's body whose duty list does not hold every matter.
    """
    if from_id == to_id:
        raise SAME_UNIT()
    locked = {
        key: locked_organisation(key, actor=actor, permission=TerritoryPermission.MANAGE)
        for key in sorted((from_id, to_id))
    }
    _require_served(open_orders_of(from_id), by=locked[to_id], actor=actor)
    _require_on_list(open_orders_of(from_id), by=locked[to_id], actor=actor)
    batch = list(open_orders_of(from_id).order_by("case_id").values_list("case_id", "pk")[:BATCH])
    cases = _locked_cases([case_id for case_id, _order in batch])
    # Between the two reads an order may have been closed: what is not open any more stays.
    orders = list(
        open_orders_of(from_id).filter(pk__in=[order for _case, order in batch]).select_for_update()
    )
    WorkOrder.objects.filter(pk__in=[order.pk for order in orders]).update(lead=to_id)
    lapsed = let_lapse(orders, actor=actor)
    _record(
        [
            (
                cases[order.case_id],
                OrderHandedOver(
                    order_id=order.pk,
                    from_id=from_id,
                    lead_id=to_id,
                    lapsed_count=lapsed[order.pk],
                ),
            )
            for order in orders
        ],
        actor=actor,
    )
    return len(orders)


def _require_served(orders: object, *, by: Organisation, actor: Actor) -> None:
    places = Place.objects.filter(pk__in=orders.values("case__place"))  # type: ignore[attr-defined]
    today = day_of(actor.now)
    without = [
        place.label
        for place in places.order_by("code")
        if by.pk not in {unit.pk for unit in serving(place, on=today)}
    ]
    if without:
        shown = listed(without[:5]) + ("…" if len(without) > 5 else "")
        raise NOT_SERVED(unit=by.name, places=shown)


def _require_on_list(orders: Any, *, by: Organisation, actor: Actor) -> None:
    """Raise NOT_ON_LIST, naming the first cases, where article 17 stands against it."""
    rows = orders.select_related("case__category", "case__place").order_by("case_id")
    off = off_list(rows, by=by, at=actor.now)
    if off:
        shown = listed(show_number(order.case.number) for order in off[:5])
        raise NOT_ON_LIST(unit=by.name, cases=shown + ("…" if len(off) > 5 else ""))


@operation(TerritoryPermission.MANAGE)
def close_unit(*, actor: Actor, organisation_id: int, successor_id: int | None = None) -> None:
    """Close an organisation: servings, posts, appointments and duties end. Refused while it holds orders.

    What the catalogue names it for goes to its successor; refused where there is none. Raises
    Organisation.DoesNotExist outside the actor's area, RuleBroken.
    """
    unit = locked_organisation(organisation_id, actor=actor, permission=TerritoryPermission.MANAGE)
    count = open_orders_of(unit.pk).count()
    if count:
        raise STILL_HOLDS(unit=unit.label, count=count)
    successor = None
    if successor_id is not None:
        successor = Organisation.objects.get(pk=successor_id)
        if not successor.is_open or successor == unit:
            raise IS_CLOSED(unit=successor.label)
    hand_entries_over(unit, successor=successor, actor=actor)
    end_shifts_of(unit, now=actor.now)
    end_appointments_of(unit, actor=actor)
    close_organisation(unit, successor=successor, actor=actor)


@operation(TerritoryPermission.MANAGE)
def follow_redrawn_places(*, actor: Actor) -> int:
    """Give a batch of open cases the place and scope that follow from re-drawn places. Returns how many.

    Call again until it returns 0. Orders keep the codes of their dispatch, so that the rates of past
    months stand; closed cases stay where they were.
    """
    differs = " OR ".join(f"c.{column} IS DISTINCT FROM p.{column}" for column in SCOPE_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.id FROM cases_case c JOIN territory_place p ON p.id = c.place_id
            WHERE NOT c.state = ANY(%s) AND ({differs} OR (p.valid_to IS NOT NULL AND EXISTS (
                SELECT 1 FROM territory_placesuccession s WHERE s.place_id = p.id AND s.is_main)))
            ORDER BY c.id LIMIT %s
            """,  # noqa: S608 — column names of ours only
            [list(ENDED), BATCH],
        )
        keys = [key for (key,) in cursor.fetchall()]
    cases = _locked_cases(keys)
    standing = [case for case in cases.values() if case.state not in ENDED]
    happened = []
    for place in Place.objects.filter(pk__in={case.place_id for case in standing}):
        target = successor_of(place)
        there = [case for case in standing if case.place_id == place.pk]
        Case.objects.everywhere("places re-drawn").filter(
            pk__in=[case.pk for case in there]
        ).update(place=target, **target.scope)
        for case in there:
            event = CaseRescoped(
                case_id=case.pk, from_id=place.pk, place_id=target.pk, place=Code(target.code)
            )
            happened.append((case, event))
    _record(happened, actor=actor)
    return len(happened)


def _locked_cases(keys: Sequence[int]) -> dict[int, Case]:
    rows = Case.objects.everywhere("orders follow a change of units or places")
    return {
        case.pk: case
        for case in rows.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    }


def _record(happened: Sequence[tuple[Case, object]], *, actor: Actor) -> None:
    """Raise the versions of locked cases and write one event each: two statements."""
    keys = [case.pk for case, _event in happened]
    Case.objects.everywhere("orders follow a change of units or places").filter(pk__in=keys).update(
        version=F("version") + 1
    )
    record_many(
        [(event, case.pk, case.version + 1) for case, event in happened], actor=actor, kind="case"
    )
