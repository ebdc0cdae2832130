"""One case: its story, its clocks, its next moves."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from linli.cases import operations, queries
from linli.cases.attachments.faces import gallery_of
from linli.cases.attachments.queries import all_of, shown_to
from linli.cases.attachments.views import form_for
from linli.cases.clocks.faces import clocks_of
from linli.cases.flows import ORDER
from linli.cases.forms import UnmaskForm
from linli.cases.groups.queries import HandOver, hand_overs, leads_within, relays_of
from linli.cases.imports.reply import reply_for, source_name
from linli.cases.models import Case, CoTask, Requester
from linli.cases.move_forms import MoveForm
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.parts import is_shared
from linli.cases.privacy.rules import is_hidden_from
from linli.cases.privacy.wall import requester_of
from linli.cases.queries import events_of
from linli.cases.repeated.queries import duties_of_case
from linli.cases.story import story_of
from linli.cases.views.finding import case_or_404
from linli.cases.views.moves import moves_of
from linli.journal.queries import sealed_so_far
from linli.kernel.actor import Actor
from linli.kernel.http import ActorRequest, needs
from linli.territory.serving import around

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


@needs(P.UNMASK)
@require_POST
def unmask(request: ActorRequest, number: str) -> HttpResponse:
    """Show name and number once, after the reason is kept."""
    found = case_or_404(request, number, permission=P.UNMASK)
    form = UnmaskForm(request.POST)
    revealed: Requester | None = None
    if form.is_valid():
        with form.catching():
            revealed = operations.unmask(actor=request.actor, case_id=found.pk, **form.cleaned_data)
    return _case_page(request, found, unmask_form=form, revealed=revealed)


def show(request: ActorRequest, found: Case, failed: dict[str, MoveForm]) -> HttpResponse:
    """Show the case with a form that could not be taken."""
    return _case_page(request, found, failed=failed)


def _hand_over(found: Case, tasks: list[CoTask], *, actor: Actor) -> list[HandOver]:
    """Return the task groups to which the lead can hand the case over, each with whom it asks first."""
    order = found.lead_order
    if order is None or not actor.may(P.HANDLE):
        return []
    if ORDER.closed(order, "give_task", actor=actor) is not None or not is_shared(found):
        return []
    asked = {one.group_id for one in tasks if one.is_open}
    return [one for one in hand_overs(found) if one.group_id not in asked]


def _case_page(
    request: ActorRequest,
    found: Case,
    *,
    failed: dict[str, MoveForm] | None = None,
    unmask_form: UnmaskForm | None = None,
    revealed: Requester | None = None,
) -> HttpResponse:
    actor, order = request.actor, found.lead_order
    failed = failed or {}
    moves = moves_of(found, actor=actor, failed=failed)
    shut = {entry["opening"].move.name for entry in moves["shut"]}
    events = events_of(found)
    attachments = shown_to(actor, found, all_of(found))
    tasks = list(order.co_tasks.all()) if order else []
    context = {
        "case": found,
        "path": [step.label for step in around(found.place)],
        "order": order,
        "clocks": clocks_of(order, now=actor.now) if order else [],
        "waited": (found.closed_at or actor.now) - found.received_at,
        "moves": moves,
        "has_moves": any(moves.values()),
        "tasks": [{"task": one, "relays": relays_of(one)} for one in tasks],
        "leading": {
            leader.pk
            for group_id in {one.group_id for one in tasks if one.group_id is not None}
            if (leader := leads_within(tasks, group_id)) is not None
        },
        "repeated": duties_of_case(found),
        "may_repeat": order is not None
        and order.lead_id == actor.organisation_id
        and actor.may(P.HANDLE),
        "hand_over": _hand_over(found, tasks, actor=actor),
        "withdraws": order is not None and order.lead_id == actor.organisation_id,
        "asked": [one for one in order.applications.all() if one.waits or one.lapsed_at]
        if order
        else [],
        "consultations": [] if order else found.consultations.all(),
        # A form whose move a colleague has closed meanwhile: its refusal and what was typed.
        "kept": next((form for name, form in failed.items() if name in shut), None),
        "requester": requester_of(found.pk, actor=actor, permission=P.SEE),
        "hidden_requester": is_hidden_from(found, actor) and revealed is None,
        "source_name": source_name(found.source),
        "platform_reply": reply_for(found),
        "source_record": getattr(found, "source_record", None),
        "same_words": queries.in_same_words(found, actor=actor),
        "revealed": revealed,
        "unmask_form": (unmask_form or UnmaskForm()) if actor.may(P.UNMASK) else None,
        "story": list(reversed(story_of(found, events, attachments=attachments))),
        "sealed": sealed_so_far(events),
        "gallery": gallery_of(attachments),
        "attach_form": form_for(request, found),
        "loop_step": LOOP_STEP.get(
            order.state if order else found.state, "handle" if order else "sort"
        ),
    }
    bad = any(form.errors for form in failed.values()) or (unmask_form and unmask_form.errors)
    return render(request, "cases/case.html", context, status=422 if bad else 200)
