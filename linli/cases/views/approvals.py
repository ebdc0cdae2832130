"""The level above: what leads ask for, what is held on the ledger, what was reported and can be verified."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from linli.cases import operations, queries
from linli.cases.forms import RuleForm
from linli.cases.models import Application, Case
from linli.cases.permissions import CasePermission as P
from linli.kernel.http import ActorRequest, needs

GRANTS = {
    "pause": operations.pause,
    "extension": operations.extend,
    "hold": operations.hold,
    "exclusion": operations.exclude,
    "escalation": operations.answer_call,
}
"""By which operation each kind of application is granted."""


class DecisionForm(RuleForm):
    decision = forms.CharField(
        label=_("Why it is decided so"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@needs(P.APPROVE)
def approvals(request: ActorRequest) -> HttpResponse:
    """Show what waits for the actor's decision, the oldest first."""
    return _page(request)


@needs(P.APPROVE)
@require_POST
def grant(request: ActorRequest, application_id: int) -> HttpResponse:
    """Grant what was asked for."""
    asked = _asked_or_404(request, application_id)
    return _decide(request, asked, GRANTS[asked.kind])


@needs(P.APPROVE)
@require_POST
def refuse(request: ActorRequest, application_id: int) -> HttpResponse:
    """Refuse it, saying why."""
    return _decide(request, _asked_or_404(request, application_id), operations.refuse)


def _decide(request: ActorRequest, asked: Application, verb: Any) -> HttpResponse:
    form = _form(asked, request.POST)
    if form.is_valid():
        with form.catching():
            verb(
                actor=request.actor,
                case_id=asked.order.case_id,
                application_id=asked.pk,
                **form.cleaned_data,
            )
        if not form.errors:
            return redirect("cases:approvals")
    return _page(request, failed=(asked.pk, form))


def _form(asked: Application, data: Any = None) -> DecisionForm:
    return DecisionForm(data, auto_id=f"id_{asked.pk}_%s")


def _asked_or_404(request: ActorRequest, application_id: int) -> Application:
    cases = Case.objects.seen_by(request.actor, permission=P.APPROVE)
    rows = Application.objects.filter(order__case__in=cases).select_related("order")
    found = rows.filter(pk=application_id).first()
    if found is None:
        raise Http404
    return found


def _page(request: ActorRequest, *, failed: tuple[int, DecisionForm] | None = None) -> HttpResponse:
    actor = request.actor
    waiting = queries.to_decide(actor)
    known = dict([failed]) if failed else {}
    context: dict[str, Any] = {
        "waiting": [{"asked": one, "form": known.get(one.pk) or _form(one)} for one in waiting],
        "held": queries.held_by(actor),
        "to_verify": queries.to_verify(actor) if actor.may(P.VERIFY) else [],
        # A form whose application a colleague has decided meanwhile.
        "kept": failed[1] if failed and failed[0] not in {one.pk for one in waiting} else None,
        "loop_step": "handle",
    }
    return render(request, "cases/approvals.html", context, status=422 if failed else 200)
