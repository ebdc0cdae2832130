"""The moves of a case as its page offers them: open ones with their form, closed ones with the reason."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from linli.cases import operations
from linli.cases.flows import CASE, ORDER
from linli.cases.groups.queries import relay_rows
from linli.cases.models import Case, Consultation, CoTask
from linli.cases.move_forms import FORMS, MoveForm, UnitForm
from linli.cases.views.finding import case_or_404
from linli.kernel.actor import Actor
from linli.kernel.flow import Flow, Move, Opening
from linli.kernel.http import ActorRequest, View, needs

ALWAYS_SHOWN = (
    "accept",
    "contact",
    "report",
    "resume",
    "give_task",
    "rule_elsewhere",
    "rule_final",
    "verify",
)
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
        helping = CoTask.objects.select_related("organisation").annotate(relay_rows=relay_rows())
        prefetch_related_objects([order], "applications", Prefetch("co_tasks", queryset=helping))
        rows.append((ORDER, order))
    else:
        asked = Consultation.objects.select_related("unit")
        prefetch_related_objects([found], Prefetch("consultations", queryset=asked))
    known = {
        opening.move.name: opening
        for flow, row in rows
        for opening in flow.open_to(row, actor=actor, names=tuple(FORMS))
    }
    return {name: known[name] for name in FORMS if name in known}


def moves_of(
    found: Case, *, actor: Actor, failed: dict[str, MoveForm]
) -> dict[str, list[dict[str, Any]]]:
    """Return `main`, `more` and `shut` moves, each with its opening, form and address."""
    groups: dict[str, list[dict[str, Any]]] = {"main": [], "more": [], "shut": []}
    for name, opening in openings(found, actor=actor).items():
        entry: dict[str, Any] = {"opening": opening, "failed": name in failed}
        if opening.is_open:
            entry |= {
                "form": failed.get(name) or _form(name, found, actor=actor),
                "url": reverse(f"cases:{name}", args=[found.number]),
                "is_primary": False,
                "has_page": issubclass(FORMS[name], UnitForm),
                "draft": f"{name}-{found.number}",
            }
        group = "shut" if not opening.is_open else "main" if name in ALWAYS_SHOWN else "more"
        groups[group].append(entry)
    for entry in groups["main"][:1]:
        entry["is_primary"] = True
    return groups


def _form(name: str, found: Case, *, actor: Actor) -> MoveForm | None:
    """Return the form to open on the case's page.

    None for a move that asks for nothing (one button), and for one that asks for a unit: its list is read
    on a page of its own.
    """
    if not FORMS[name].base_fields or issubclass(FORMS[name], UnitForm):
        return None
    return FORMS[name](case=found, actor=actor, auto_id=f"id_{name}_%s")


def other_ways(found: Case, *, actor: Actor) -> list[dict[str, Any]]:
    """Return the moves by which a case that waits for dispatch goes another way, each with its address."""
    return [
        {"move": move, "url": reverse(f"cases:{move.name}", args=[found.number])}
        for move in CASE.moves
        if move.name in FORMS and found.state in move.sources and actor.may(move.permission)
    ]


def move_view(name: str, show: Any) -> View:
    """Return the view of one move: its form on a page of its own, and taking it.

    `show(request, found, failed)` draws the page of the case with a form that could not be taken.
    """
    flow, move = flow_of(name)
    verb = getattr(operations, _OPERATIONS.get(name, name))

    @needs(move.permission)
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: ActorRequest, number: str) -> HttpResponse:
        found = case_or_404(request, number, permission=move.permission)
        data = request.POST if request.method == "POST" else None
        form = FORMS[name](data, case=found, actor=request.actor, auto_id=f"id_{name}_%s")
        if data is None:
            return _alone(request, found, form)
        if form.is_valid():
            with form.catching():
                verb(actor=request.actor, case_id=found.pk, **form.arguments())
            if not form.errors:
                return redirect("cases:case", number=number)
            found = case_or_404(request, number, permission=move.permission)
        return show(request, found, {name: form})

    def _alone(request: ActorRequest, found: Case, form: MoveForm) -> HttpResponse:
        order = found.lead_order
        if flow is ORDER and order is None:
            return redirect("cases:case", number=found.number)
        if order is not None:
            order.case = found
        row = order if flow is ORDER else found
        context = {
            "case": found,
            "move": move,
            "form": form,
            "closed": flow.closed(row, name, actor=request.actor),
            "loop_step": "handle" if flow is ORDER else "sort",
        }
        return render(request, "cases/move.html", context)

    return view
