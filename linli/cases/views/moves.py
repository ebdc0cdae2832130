"""The moves of a case as its page offers them: open ones with their form, closed ones with the reason."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from linli.cases import operations
from linli.cases.flows import CASE, ORDER
from linli.cases.models import Case
from linli.cases.move_forms import FORMS, MoveForm
from linli.cases.views.finding import case_or_404
from linli.kernel.actor import Actor
from linli.kernel.flow import Flow, Move, Opening
from linli.kernel.http import ActorRequest, View, needs

ALWAYS_SHOWN = ("accept", "contact", "report", "resume", "rule_elsewhere", "rule_final", "verify")
"""Moves that carry a case on; the others stand behind “more”."""
_OPERATIONS = {"object": "object_to"}
"""Moves whose operation cannot bear their name."""


def flow_of(name: str) -> tuple[Flow, Move]:
    """Return the flow of a case or its order that knows the move, and the move."""
    return next((flow, one) for flow in (CASE, ORDER) for one in flow.moves if one.name == name)


def openings(found: Case, *, actor: Actor) -> dict[str, Opening]:
    """Return what the actor's roles may do with the case, in the order of FORMS; closed ones with why."""
    order = found.lead_order
    rows: list[tuple[Flow, Any]] = [(CASE, found)]
    if order is not None:
        order.case = found
        parts = ["applications", "co_tasks__organisation"]
        if order.state in ("dispatched", "accepted"):
            parts.append("objections")
        prefetch_related_objects([order], *parts)
        rows.append((ORDER, order))
    else:
        prefetch_related_objects([found], "consultations__unit")
    known = {
        opening.move.name: opening
        for flow, row in rows
        for opening in flow.open_to(row, actor=actor, names=tuple(FORMS))
    }
    return {name: known[name] for name in FORMS if name in known}


def moves_of(
    found: Case, *, actor: Actor, failed: dict[str, MoveForm], only: tuple[str, ...] = ()
) -> dict[str, list[dict[str, Any]]]:
    """Return `main`, `more` and `shut` moves, each with its opening, form and address."""
    groups: dict[str, list[dict[str, Any]]] = {"main": [], "more": [], "shut": []}
    for name, opening in openings(found, actor=actor).items():
        if only and name not in only:
            continue
        entry: dict[str, Any] = {"opening": opening, "failed": name in failed}
        if opening.is_open:
            form = failed.get(name) or FORMS[name](case=found, actor=actor, auto_id=f"id_{name}_%s")
            entry |= {
                # A move that asks for nothing is one button, not a form to open first.
                "form": form if form.fields or form.errors else None,
                "url": reverse(f"cases:{name}", args=[found.number]),
                "is_primary": False,
                "draft": f"{name}-{found.number}",
            }
        group = "shut" if not opening.is_open else "main" if name in ALWAYS_SHOWN else "more"
        groups[group].append(entry)
    for entry in groups["main"][:1]:
        entry["is_primary"] = True
    return groups


def move_view(name: str, show: Any) -> View:
    """Return the view that takes a move with what its form holds, and shows the case again.

    `show(request, found, failed)` draws the page with a form that could not be taken.
    """
    _flow, move = flow_of(name)
    verb = getattr(operations, _OPERATIONS.get(name, name))

    @needs(move.permission)
    @require_POST
    def take(request: ActorRequest, number: str) -> HttpResponse:
        found = case_or_404(request, number, permission=move.permission)
        form = FORMS[name](request.POST, case=found, actor=request.actor, auto_id=f"id_{name}_%s")
        if form.is_valid():
            with form.catching():
                verb(actor=request.actor, case_id=found.pk, **form.arguments())
            if not form.errors:
                return redirect("cases:case", number=number)
            found = case_or_404(request, number, permission=move.permission)
        return show(request, found, {name: form})

    return take
