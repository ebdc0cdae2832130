"""One case: its story, its clocks, its next moves."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from linli.accounts.door.proofs import freshly_proved
from linli.cases import operations
from linli.cases.clocks.faces import clocks_of
from linli.cases.flows import ORDER
from linli.cases.forms import ContactForm, ReportForm, RuleForm, UnmaskForm
from linli.cases.models import Case, Requester
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.rules import is_hidden_from
from linli.cases.privacy.wall import requester_of
from linli.cases.queries import events_of
from linli.cases.story import story_of
from linli.cases.views.finding import case_or_404
from linli.journal.queries import sealed_so_far
from linli.kernel.http import ActorRequest, needs
from linli.territory.queries import path_names

FORMS: dict[str, type[RuleForm]] = {
    "accept": RuleForm,
    "contact": ContactForm,
    "report": ReportForm,
}
LOOP_STEP = {
    "received": "sort",
    "pending_dispatch": "dispatch",
    "reported": "report",
    "verified": "follow_up",
    "followed_up": "follow_up",
    "closed": "rates",
}
"""At which step of the loop a state stands; an order not named here is being handled."""


@needs(P.SEE)
def case(request: ActorRequest, number: str) -> HttpResponse:
    """Show one case."""
    return _case_page(request, case_or_404(request, number))


@needs(P.HANDLE)
@require_POST
def accept(request: ActorRequest, number: str) -> HttpResponse:
    """Take the order in hand."""
    return _take(request, number, "accept", lambda data: {})


@needs(P.HANDLE)
@require_POST
def contact(request: ActorRequest, number: str) -> HttpResponse:
    """Log a contact with the requester."""
    return _take(request, number, "contact", dict)


@needs(P.HANDLE)
@require_POST
def report(request: ActorRequest, number: str) -> HttpResponse:
    """Report the result back."""
    return _take(request, number, "report", dict)


@needs(P.UNMASK)
@require_POST
@freshly_proved
def unmask(request: ActorRequest, number: str) -> HttpResponse:
    """Show name and number once, after the reason is kept."""
    found = case_or_404(request, number, permission=P.UNMASK)
    form = UnmaskForm(request.POST)
    revealed: Requester | None = None
    if form.is_valid():
        with form.catching():
            revealed = operations.unmask(actor=request.actor, case_id=found.pk, **form.cleaned_data)
    return _case_page(request, found, unmask_form=form, revealed=revealed)


def _take(request: ActorRequest, number: str, name: str, arguments: Any) -> HttpResponse:
    found = case_or_404(request, number, permission=P.HANDLE)
    form = FORMS[name](request.POST)
    if form.is_valid():
        with form.catching():
            verb = getattr(operations, name)
            verb(actor=request.actor, case_id=found.pk, **arguments(form.cleaned_data))
        if not form.errors:
            return redirect("cases:case", number=number)
        found = case_or_404(request, number)
    return _case_page(request, found, failed={name: form})


def _case_page(
    request: ActorRequest,
    found: Case,
    *,
    failed: dict[str, RuleForm] | None = None,
    unmask_form: UnmaskForm | None = None,
    revealed: Requester | None = None,
) -> HttpResponse:
    actor, order = request.actor, found.lead_order
    failed = failed or {}
    moves = _moves(found, actor=actor, failed=failed)
    shut = {entry["opening"].move.name for entry in moves if not entry["opening"].is_open}
    events = events_of(found)
    context = {
        "case": found,
        "path": path_names(found.place),
        "order": order,
        "clocks": clocks_of(order, now=actor.now) if order else [],
        "waited": (found.closed_at or actor.now) - found.received_at,
        "moves": moves,
        # A form whose move a colleague has closed meanwhile: its refusal and what was typed.
        "kept": next((form for name, form in failed.items() if name in shut), None),
        "requester": requester_of(found.pk, actor=actor, permission=P.SEE),
        "hidden_requester": is_hidden_from(found, actor) and revealed is None,
        "revealed": revealed,
        "unmask_form": (unmask_form or UnmaskForm()) if actor.may(P.UNMASK) else None,
        "story": list(reversed(story_of(found, events))),
        "sealed": sealed_so_far(events),
        "loop_step": LOOP_STEP.get(
            order.state if order else found.state, "handle" if order else "sort"
        ),
    }
    bad = any(form.errors for form in failed.values()) or (unmask_form and unmask_form.errors)
    return render(request, "cases/case.html", context, status=422 if bad else 200)


def _moves(found: Case, *, actor: Any, failed: dict[str, RuleForm]) -> list[dict[str, Any]]:
    """Return the handler's moves: open ones with their form, closed ones with the reason."""
    if found.lead_order is None:
        return []
    openings = ORDER.open_to(found.lead_order, actor=actor, names=tuple(FORMS))
    moves: list[dict[str, Any]] = []
    for opening in openings:
        name = opening.move.name
        # A move that asks for nothing is one button, not a form to open first.
        blank = FORMS[name]() if FORMS[name].base_fields else None
        moves.append(
            {
                "opening": opening,
                "form": failed.get(name) or blank,
                "failed": name in failed,
                "url": reverse(f"cases:{name}", args=[found.number]),
                "is_primary": opening.is_open and not any(m["is_primary"] for m in moves),
            }
        )
    return moves
