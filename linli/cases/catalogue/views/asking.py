"""What would happen to this case? And the copies that an organisation got."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from linli.cases.catalogue.faces import offers_of
from linli.cases.catalogue.forms import AskForm
from linli.cases.catalogue.queries import Proposal, categories_in_force, copied_to, proposal_for
from linli.cases.catalogue.rules import class_by
from linli.cases.choices import Urgency
from linli.cases.clocks.queries import deadlines_of, profile_for
from linli.cases.permissions import CasePermission as P
from linli.kernel.http import ActorRequest, needs

PAGE = 25


@needs(P.SEE_CATALOGUE)
def ask(request: ActorRequest) -> HttpResponse:
    """Show where a case would go: lead, why, clock, copies, and who may not lead it."""
    asked = bool(request.GET.get("category") or request.GET.get("place"))
    given = request.GET.copy()
    given.setdefault("urgency", Urgency.NORMAL)
    form = AskForm(given if asked else None, actor=request.actor, permission=P.SEE_CATALOGUE)
    context: dict[str, Any] = {"form": form, "categories": categories_in_force(request.actor.now)}
    if asked and form.is_valid():
        urgency = form.cleaned_data["urgency"]
        proposal = proposal_for(
            category=form.cleaned_data["about"],
            place=form.cleaned_data["place"],
            urgency=urgency,
            at=form.at,
        )
        context |= {"proposal": proposal, **_told(proposal, urgency=urgency)}
    return render(request, "catalogue/ask.html", context, status=422 if form.errors else 200)


def _told(proposal: Proposal, *, urgency: str) -> dict[str, Any]:
    offers = offers_of(proposal)
    copies = {copy for lead in proposal.leads for copy in proposal.copies(lead)}
    profile = profile_for(proposal.place, at=proposal.at)
    entry_class = proposal.entry.clock_class if proposal.entry else ""
    limits = profile.of(class_by(entry_class, urgency)) if profile else None
    return {
        "closed": [offer for offer in offers if offer.closed],
        "copies": sorted(copies, key=lambda unit: unit.code),
        "limits": limits,
        "due": deadlines_of(limits, at=proposal.at) if limits else None,
    }


@needs(P.SEE)
def copies(request: ActorRequest) -> HttpResponse:
    """Show the orders of which one's own organisation got a copy."""
    unit = request.actor.organisation_id
    rows = copied_to(unit) if unit is not None else copied_to(0)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "catalogue/copies.html", {"page": page})
