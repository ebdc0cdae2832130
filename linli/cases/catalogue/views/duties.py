"""Duty lists: what a community may lead, put on and taken off."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.cases.catalogue import operations
from linli.cases.catalogue.choices import DUTY_BOUND
from linli.cases.catalogue.forms import BOUND_KINDS, DutyForm
from linli.cases.catalogue.models import DutyItem
from linli.cases.catalogue.queries import categories_in_force, duty_items
from linli.cases.permissions import CasePermission as P
from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Organisation

PAGE = 50


@needs(P.SEE_CATALOGUE)
def duties(request: ActorRequest) -> HttpResponse:
    """Show what communities may lead, now and to come."""
    return _page(request)


@needs(P.CATALOGUE)
@require_POST
def add_duty(request: ActorRequest) -> HttpResponse:
    """Put a category on a duty list."""
    form = DutyForm(request.POST, actor=request.actor, permission=P.CATALOGUE)
    if form.is_valid():
        with form.catching():
            operations.add_duty(actor=request.actor, **form.arguments())
        if not form.errors:
            messages.success(request, _("On the list. The catalogue may name them for it."))
            return redirect("catalogue:duties")
    return _page(request, form=form)


@needs(P.CATALOGUE)
@require_POST
def end_duty(request: ActorRequest, item_id: int) -> HttpResponse:
    """Take a category off a duty list."""
    get_object_or_404(DutyItem, pk=item_id)
    operations.end_duty(actor=request.actor, item_id=item_id)
    messages.success(request, _("Off the list from now on. Open orders stay where they are."))
    return redirect("catalogue:duties")


def _page(request: ActorRequest, *, form: DutyForm | None = None) -> HttpResponse:
    actor = request.actor
    may_change = actor.may(P.CATALOGUE)
    page = Paginator(duty_items(at=actor.now), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "may_change": may_change,
        "form": form or (DutyForm(actor=actor, permission=P.CATALOGUE) if may_change else None),
        "categories": categories_in_force(actor.now) if may_change else [],
        "units": list(Organisation.objects.filter(is_open=True, kind__in=DUTY_BOUND))
        if may_change
        else [],
        "kinds": BOUND_KINDS,
    }
    failed = form is not None and form.errors
    return render(request, "catalogue/duties.html", context, status=422 if failed else 200)
