"""The dispatcher's queue."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from linli.cases import operations, queries
from linli.cases.catalogue.faces import offers_of
from linli.cases.catalogue.queries import Proposal, categories_in_force, proposal_for
from linli.cases.catalogue.rules import class_by
from linli.cases.clocks.queries import offered
from linli.cases.clocks.rules import class_of
from linli.cases.flows import WAITING
from linli.cases.forms import CategoriseForm, DispatchForm
from linli.cases.models import Case
from linli.cases.move_forms import RuleElsewhereForm, RuleFinalForm
from linli.cases.operations.dispatching import BATCH, TAKE_PART
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.parts import is_shared
from linli.cases.sorting.proposing import Proposed, proposed_for
from linli.cases.views.finding import case_or_404
from linli.cases.views.moves import other_ways
from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Organisation
from linli.territory.serving import around

PAGE = 25


@needs(P.DISPATCH)
def queue(request: ActorRequest) -> HttpResponse:
    """Show what waits for dispatch, the oldest first, and the case chosen beside it."""
    return _queue_page(request, chosen=request.GET.get("case", ""))


@needs(P.DISPATCH)
@require_POST
def dispatch(request: ActorRequest, number: str) -> HttpResponse:
    """Send one case to its lead unit."""
    case = case_or_404(request, number, permission=P.DISPATCH)
    proposal = _proposal(request, case)
    form = DispatchForm(request.POST, leads=proposal.options, helpers=_helpers(proposal, case))
    if form.is_valid():
        with form.catching():
            operations.dispatch(
                actor=request.actor,
                case_id=case.pk,
                lead_id=form.cleaned_data["lead"],
                reason=form.cleaned_data["reason"],
                by_override=form.cleaned_data["by_override"],
                helper_ids=form.cleaned_data.get("helpers", ()),
                helper_words=form.cleaned_data.get("helper_words", ""),
            )
        if not form.errors:
            return redirect("cases:queue")
    return _queue_page(request, chosen=number, form=form)


@needs(P.DISPATCH)
@require_POST
def dispatch_batch(request: ActorRequest) -> HttpResponse:
    """Send the cases that are ticked to the units that the catalogue alone names; say which were left and why."""
    numbers = request.POST.getlist("case")[:BATCH]
    cases = queries.cases_by_number(numbers, actor=request.actor, permission=P.DISPATCH)
    if not cases:
        messages.info(
            request, _("Nothing was ticked. Tick the cases that are to go out, then send.")
        )
        return redirect("cases:queue")
    sent, left = operations.dispatch_batch(
        actor=request.actor, case_ids=[case.pk for case in cases]
    )
    if sent:
        words = ngettext("%(n)s case went out.", "%(n)s cases went out.", len(sent))
        messages.success(request, words % {"n": len(sent)})
    return _queue_page(request, chosen="", left=left) if left else redirect("cases:queue")


@needs(P.DISPATCH)
def categorise(request: ActorRequest, number: str) -> HttpResponse:
    """Say what a case is about; the catalogue then names its lead."""
    case = case_or_404(request, number, permission=P.DISPATCH)
    about = case.category.shown if case.category else ""
    at = request.actor.now
    form = CategoriseForm(request.POST or None, at=at, initial={"category": about})
    if request.method == "POST" and form.is_valid():
        with form.catching():
            operations.categorise(
                actor=request.actor, case_id=case.pk, category=form.cleaned_data["about"]
            )
            return redirect(f"{reverse('cases:queue')}?case={number}")
    context = {
        "case": case,
        "form": form,
        "categories": categories_in_force(at),
        "loop_step": "dispatch",
    }
    page = "catalogue/categorise.html" + ("#form" if request.htmx and not form.errors else "")
    return render(request, page, context, status=422 if form.errors else 200)


def _proposal(request: ActorRequest, case: Case) -> Proposal:
    return proposal_for(
        category=case.category, place=case.place, urgency=case.urgency, at=request.actor.now
    )


def _proposed(case: Case, request: ActorRequest) -> list[Proposed]:
    """Return the categories to be offered: three where none is set, another one that is sure where one is."""
    found = proposed_for(case, actor=request.actor)
    if case.category is None:
        return list(found.proposed)
    differs = found.is_sure and found.proposed[0].category != case.category
    return [found.proposed[0]] if differs else []


def _helpers(proposal: Proposal, case: Case) -> list[Organisation]:
    """Return who may be given a part at dispatch: the catalogue's co-handlers, nobody of a hidden case."""
    return proposal.co_handlers if is_shared(case) else []


def _fresh_form(proposal: Proposal, case: Case) -> DispatchForm:
    """Return the form with what the catalogue proposes: its lead, and all its co-handlers ticked."""
    helpers = _helpers(proposal, case)
    about = case.category.label if case.category else ""
    initial = {
        "lead": proposal.leads[0].pk if len(proposal.leads) == 1 else None,
        "helpers": [unit.pk for unit in helpers],
        "helper_words": str(TAKE_PART % {"category": about}),
    }
    return DispatchForm(leads=proposal.options, helpers=helpers, initial=initial)


def _queue_page(
    request: ActorRequest,
    *,
    chosen: str,
    form: DispatchForm | None = None,
    left: Sequence[operations.Left] = (),
) -> HttpResponse:
    page = Paginator(queries.received(actor=request.actor), PAGE).get_page(request.GET.get("page"))
    shown = {case.number: case for case in page}
    selected = shown.get(chosen) or (
        case_or_404(request, chosen, permission=P.DISPATCH) if chosen else None
    )
    if selected is None and shown:
        selected = next(iter(shown.values()))
    context: dict[str, Any] = {
        "page": page,
        "total": page.paginator.count,
        "selected": selected,
        "chosen": bool(chosen),
        "left": left,
        "loop_step": "dispatch",
    }
    if selected is not None:
        proposal = _proposal(request, selected)
        offers = offers_of(proposal)
        entry_class = proposal.entry.clock_class if proposal.entry else ""
        own = class_of(kind=selected.kind, urgency=selected.urgency)
        ordinary, override = offered(
            selected, at=request.actor.now, clock_class=class_by(entry_class, own)
        )
        context |= {
            "form": form or _fresh_form(proposal, selected),
            "kept": form if selected.state not in WAITING else None,
            "proposal": proposal,
            "named": [offer for offer in offers if offer.is_named],
            "other_units": [offer for offer in offers if not offer.is_named],
            "offer": ordinary,
            "override": override,
            "path": [place.label for place in around(selected.place)],
            "is_waiting": selected.state in WAITING,
            "others": other_ways(selected, actor=request.actor),
            "proposed": _proposed(selected, request) if selected.state in WAITING else [],
        }
    failed = form is not None and form.errors
    return render(request, "cases/queue.html", context, status=422 if failed else 200)


@needs(P.RULE)
def rulings(request: ActorRequest) -> HttpResponse:
    """Show the objections that wait for a ruling, and the one chosen beside what each list says."""
    actor = request.actor
    orders = queries.to_rule(actor)
    chosen = request.GET.get("case", "")
    selected = next((one for one in orders if one.case.number == chosen), None) or next(
        iter(orders), None
    )
    context: dict[str, Any] = {
        "orders": orders,
        "selected": selected,
        "chosen": bool(chosen),
        "loop_step": "dispatch",
    }
    if selected is not None:
        case = case_or_404(request, selected.case.number, permission=P.RULE)
        proposal = _proposal(request, case)
        elsewhere = RuleElsewhereForm(
            case=case, actor=actor, units=proposal.options, auto_id="id_elsewhere_%s"
        )
        other = next((one for one in proposal.leads if one.pk != selected.lead_id), None)
        if other is not None:
            elsewhere.fields["unit_id"].initial = other.pk
        context |= {
            "case": case,
            "objection": queries.open_objection(selected),
            "proposal": proposal,
            "is_named": selected.lead in proposal.leads,
            "off_list": proposal.refusal(selected.lead),
            "duties": [
                item
                for item in proposal.duties
                if item.organisation_id == selected.lead_id or item.kind == selected.lead.kind
            ],
            "elsewhere": elsewhere,
            "final": RuleFinalForm(case=case, actor=actor, auto_id="id_final_%s"),
        }
    return render(request, "cases/rulings.html", context)
