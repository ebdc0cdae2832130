"""Calling back: the list, the sentences to say, the three answers."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.cases import operations, queries
from linli.cases.choices import Means
from linli.cases.flows import ORDER
from linli.cases.forms import CallAgainForm, FollowUpForm, MissedForm, RuleForm, UnmaskForm
from linli.cases.models import WorkOrder
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.wall import requester_of
from linli.cases.rules import FOLLOW_UP_ATTEMPTS, FOLLOW_UP_WITHIN, callable_from
from linli.cases.views.finding import case_or_404
from linli.kernel.errors import RuleBroken
from linli.kernel.http import ActorRequest, needs

SHOWN = 50


@needs(P.FOLLOW_UP)
def follow_up(request: ActorRequest) -> HttpResponse:
    """Show whom to call back and what to say."""
    if request.method == "POST":
        return _unmask_here(request)
    return _page(request, chosen=request.GET.get("case", ""))


@needs(P.FOLLOW_UP)
@require_POST
def record_follow_up(request: ActorRequest, number: str) -> HttpResponse:
    """Keep the caller's three answers."""
    case = case_or_404(request, number, permission=P.FOLLOW_UP)
    form = FollowUpForm(request.POST)
    if form.is_valid():
        with form.catching():
            operations.follow_up(actor=request.actor, case_id=case.pk, **form.cleaned_data)
        if not form.errors:
            return redirect(f"/follow-up/?case={number}")
    return _page(request, chosen=number, form=form)


@needs(P.FOLLOW_UP)
@require_POST
def no_answer(request: ActorRequest, number: str) -> HttpResponse:
    """Keep an attempt that reached nobody, and go on to the next."""
    case = case_or_404(request, number, permission=P.FOLLOW_UP)
    form = MissedForm(request.POST)
    if form.is_valid():
        with form.catching():
            operations.miss_follow_up(actor=request.actor, case_id=case.pk, **form.cleaned_data)
        if not form.errors:
            return redirect("cases:follow_up")
    return _page(request, chosen=number, form=form)


@needs(P.FOLLOW_UP)
@require_POST
def call_again(request: ActorRequest, number: str) -> HttpResponse:
    """Keep when the caller wants to be called back, and go on to the next."""
    case = case_or_404(request, number, permission=P.FOLLOW_UP)
    form = CallAgainForm(request.POST)
    if form.is_valid():
        with form.catching():
            operations.agree_follow_up(actor=request.actor, case_id=case.pk, **form.cleaned_data)
        if not form.errors:
            return redirect("cases:follow_up")
    return _page(request, chosen=number, form=form)


@needs(P.FOLLOW_UP)
@require_POST
def close(request: ActorRequest, number: str) -> HttpResponse:
    """Close the case."""
    case = case_or_404(request, number, permission=P.FOLLOW_UP)
    form = RuleForm(request.POST)
    with form.catching():
        operations.close(actor=request.actor, case_id=case.pk)
    return _page(request, chosen=number, form=form) if form.errors else redirect("cases:follow_up")


@needs(P.FOLLOW_UP)
@require_POST
def rework(request: ActorRequest, number: str) -> HttpResponse:
    """Send the order back to its lead, once, with half the limit."""
    case = case_or_404(request, number, permission=P.FOLLOW_UP)
    form = RuleForm(request.POST)
    with form.catching():
        operations.rework(actor=request.actor, case_id=case.pk)
    return _page(request, chosen=number, form=form) if form.errors else redirect("cases:follow_up")


def _unmask_here(request: ActorRequest) -> HttpResponse:
    number = request.POST.get("case", "")
    case = case_or_404(request, number, permission=P.UNMASK)
    form = UnmaskForm(request.POST)
    revealed = None
    if form.is_valid():
        with form.catching():
            revealed = operations.unmask(actor=request.actor, case_id=case.pk, **form.cleaned_data)
    return _page(request, chosen=number, unmask_form=form, revealed=revealed)


def _page(
    request: ActorRequest,
    *,
    chosen: str,
    form: RuleForm | None = None,
    unmask_form: UnmaskForm | None = None,
    revealed: Any = None,
) -> HttpResponse:
    orders = queries.to_follow_up(actor=request.actor)
    listed = [_in_queue(order, now=request.actor.now) for order in orders[:SHOWN]]
    now_listed = [entry for entry in listed if entry["from_when"] is None]
    later = sorted(
        (entry for entry in listed if entry["from_when"] is not None),
        key=lambda entry: entry["from_when"],
    )
    # Whoever may not be called now can still be answered, if she rings herself.
    selected: WorkOrder | None = next((entry["order"] for entry in (*now_listed, *later)), None)
    if chosen:
        case = case_or_404(request, chosen, permission=P.FOLLOW_UP)
        selected = orders.filter(case=case).first()
    context: dict[str, Any] = {
        "orders": now_listed,
        "later": later,
        "is_quiet": callable_from(None, now=timezone.localtime(request.actor.now)),
        "total": orders.count(),
        "selected": selected,
        "chosen": bool(chosen),
        "attempts_allowed": FOLLOW_UP_ATTEMPTS,
        "form": form if isinstance(form, FollowUpForm) else FollowUpForm(),
        "failed": form,
        "kept": form if selected is None or selected.state == "followed_up" else None,
        "again_form": form if isinstance(form, CallAgainForm) else CallAgainForm(),
        "revealed": revealed,
        "unmask_form": unmask_form or UnmaskForm(),
        "loop_step": "follow_up",
    }
    if selected is not None:
        attempts = queries.attempts_of(selected)
        refusal: RuleBroken | None = ORDER.closed(selected, "finish", actor=request.actor)
        context |= {
            "requester": requester_of(
                selected.case_id, actor=request.actor, permission=P.FOLLOW_UP
            ),
            "script": _script(selected),
            "attempts": attempts,
            "means_left": sorted(set(Means.values) - {one.means for one in attempts}),
            "due_at": selected.reported_at and selected.reported_at + FOLLOW_UP_WITHIN,
            "can_close": refusal is None,
            "close_refusal": refusal,
            "can_rework": selected.state == "followed_up"
            and ORDER.closed(selected, "rework", actor=request.actor) is None,
        }
    bad = (form is not None and form.errors) or (unmask_form is not None and unmask_form.errors)
    return render(request, "cases/follow_up.html", context, status=422 if bad else 200)


def _in_queue(order: WorkOrder, *, now: dt.datetime) -> dict[str, Any]:
    """Return an order with until when it is to be called back, and from when, if not at once."""
    answered = order.state == "followed_up"
    local = timezone.localtime(now)
    return {
        "order": order,
        "due_at": order.reported_at + FOLLOW_UP_WITHIN if order.reported_at else None,
        "from_when": None if answered else callable_from(order.call_again_at, now=local),
    }


def _script(order: WorkOrder) -> list[str]:
    """Return the sentences to be read as they stand, in this order."""
    return [
        _(
            "Good day, this is the 12345 hotline. You told us: “%(title)s”. May I ask you three short "
            "questions about it?"
        )
        % {"title": order.case.title},
        _("Did %(unit)s get in touch with you?") % {"unit": order.lead.label},
        _("Is the matter solved: yes, in part, or no?"),
        _("How satisfied are you with how it was handled?"),
    ]
