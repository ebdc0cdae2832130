"""The dispatcher's queue."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.cases import operations, queries
from linli.cases.clocks.queries import offered
from linli.cases.flows import WAITING
from linli.cases.forms import DispatchForm
from linli.cases.permissions import CasePermission as P
from linli.cases.views.finding import case_or_404
from linli.cases.views.moves import other_ways
from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Place
from linli.territory.queries import path_in

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
    form = DispatchForm(request.POST, leads=queries.leads_for(case.place, at=request.actor.now))
    if form.is_valid():
        with form.catching():
            operations.dispatch(
                actor=request.actor,
                case_id=case.pk,
                lead_id=form.cleaned_data["lead"],
                reason=form.cleaned_data["reason"],
                by_override=form.cleaned_data["by_override"],
            )
        if not form.errors:
            return redirect("cases:queue")
    return _queue_page(request, chosen=number, form=form)


def _queue_page(
    request: ActorRequest, *, chosen: str, form: DispatchForm | None = None
) -> HttpResponse:
    page = Paginator(queries.received(actor=request.actor), PAGE).get_page(request.GET.get("page"))
    selected = case_or_404(request, chosen, permission=P.DISPATCH) if chosen else None
    if selected is None and page.object_list:
        selected = page.object_list[0]
    context: dict[str, Any] = {
        "page": page,
        "total": page.paginator.count,
        "selected": selected,
        "chosen": bool(chosen),
        "loop_step": "dispatch",
    }
    if selected is not None:
        leads = queries.leads_for(selected.place, at=request.actor.now)
        context |= {
            "form": form or DispatchForm(leads=leads),
            "kept": form if selected.state not in WAITING else None,
            "leads": [{"organisation": unit, "why": _why(unit, selected.place)} for unit in leads],
            "offer": offered(selected, at=request.actor.now),
            "override": offered(selected, at=request.actor.now, override=True),
            "path": path_in(selected),
            "is_waiting": selected.state in WAITING,
            "others": other_ways(selected, actor=request.actor),
        }
    failed = form is not None and form.errors
    return render(request, "cases/queue.html", context, status=422 if failed else 200)


@needs(P.RULE)
def rulings(request: ActorRequest) -> HttpResponse:
    """Show the objections that wait for a ruling, the nearest deadline first."""
    context = {"orders": queries.to_rule(request.actor), "loop_step": "dispatch"}
    return render(request, "cases/rulings.html", context)


def _why(unit: Any, place: Place) -> str:
    if unit.serves == place:
        return _("Serves %(place)s itself") % {"place": place.name}
    return _("Serves %(place)s, which %(inner)s belongs to") % {
        "place": unit.serves.name,
        "inner": place.name,
    }
