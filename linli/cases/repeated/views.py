"""Repeated duties: asked for from a case, checked on the phone, what was missed in sight."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from linli.cases.attachments.receiving import receive_pictures
from linli.cases.models import Case, DutyCheck, RepeatedDuty
from linli.cases.permissions import CasePermission as P
from linli.cases.queries import units_around
from linli.cases.repeated import operations, queries
from linli.cases.repeated.forms import CheckForm, EndForm, StartForm
from linli.cases.views.finding import case_or_404
from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Organisation, day_of

USUAL = dt.timedelta(days=13)
"""Two weeks, first and last day included."""
_AT_HAND = ("property", "volunteer_team")


@needs(P.TASK)
def duties(request: ActorRequest) -> HttpResponse:
    """Show the repeated duties of the reader's organisation: what is to be checked now, what was made and missed."""
    return _page(request)


def _page(
    request: ActorRequest,
    *,
    failed: tuple[int, CheckForm] | None = None,
    ended: tuple[int, EndForm] | None = None,
) -> HttpResponse:
    actor = request.actor
    due = [
        {
            "check": check,
            "form": failed[1]
            if failed and failed[0] == check.pk
            else CheckForm(auto_id=f"id_{check.pk}_%s"),
        }
        for check in queries.checks_due(actor)
    ]
    entries: list[dict[str, Any]] = []
    for duty in queries.duties_of(actor):
        is_over = duty.ended_at is not None or duty.ends_on < day_of(actor.now)
        may_end = not is_over and duty.asked_by_id == actor.organisation_id and actor.may(P.HANDLE)
        entries.append(
            {
                "duty": duty,
                "is_over": is_over,
                "checks": [
                    {"check": one, "state": one.state_at(actor.now)}
                    for one in duty.lately[:12]  # type: ignore[attr-defined]
                ],
                "end_form": (
                    ended[1]
                    if ended and ended[0] == duty.pk
                    else EndForm(auto_id=f"id_end_{duty.pk}_%s")
                )
                if may_end
                else None,
            }
        )
    is_shown = failed is None or any(one["check"].pk == failed[0] for one in due)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "due": due,
        "entries": entries,
        # A form whose check has gone meanwhile: its refusal and what was typed.
        "kept": None if is_shown or failed is None else failed[1],
        "loop_step": "handle",
    }
    return render(request, "repeated/duties.html", context, status=422 if failed or ended else 200)


@needs(P.TASK)
@require_POST
def check(request: ActorRequest, check_id: int) -> HttpResponse:
    """Write down a check, with its photos."""
    rows = DutyCheck.objects.filter(duty__organisation=request.actor.organisation_id)
    if not rows.filter(pk=check_id).exists():
        raise Http404
    form = CheckForm(request.POST, request.FILES, auto_id=f"id_{check_id}_%s")
    if form.is_valid():
        data = form.cleaned_data
        with form.catching():
            good, bad = receive_pictures(data["photos"])
            for refused in bad:
                form.add_error("photos", refused.message)
            if not bad:
                operations.make_check(
                    actor=request.actor,
                    check_id=check_id,
                    is_fine=data["is_fine"],
                    note=data["note"],
                    pictures=good,
                    form_key=data["form_key"],
                )
        if not form.errors:
            return redirect("repeated:duties")
    return _page(request, failed=(check_id, form))


@needs(P.HANDLE)
@require_POST
def end(request: ActorRequest, duty_id: int) -> HttpResponse:
    """End a repeated duty early."""
    rows = RepeatedDuty.objects.filter(asked_by=request.actor.organisation_id)
    if not rows.filter(pk=duty_id).exists():
        raise Http404
    form = EndForm(request.POST, auto_id=f"id_end_{duty_id}_%s")
    if form.is_valid():
        with form.catching():
            operations.end_repeated(
                actor=request.actor, duty_id=duty_id, result=form.cleaned_data["result"]
            )
        if not form.errors:
            return redirect("repeated:duties")
    return _page(request, ended=(duty_id, form))


@needs(P.HANDLE)
def start(request: ActorRequest, number: str) -> HttpResponse:
    """Ask for a repeated duty about a case."""
    case = case_or_404(request, number, permission=P.HANDLE)
    today = day_of(request.actor.now)
    form = StartForm(
        request.POST if request.method == "POST" else None,
        units=_units(case, request),
        initial={
            "words": case.shared_text,
            "times": "18:30 21:00",
            "starts_on": today,
            "ends_on": today + USUAL,
        },
    )
    if form.is_bound and form.is_valid():
        data = dict(form.cleaned_data)
        with form.catching():
            operations.start_repeated(
                actor=request.actor,
                case_id=case.pk,
                organisation_id=data.pop("organisation"),
                **data,
            )
        if not form.errors:
            return redirect("cases:case", number=number)
    context = {"case": case, "form": form, "loop_step": "handle"}
    return render(request, "repeated/start.html", context, status=422 if form.errors else 200)


def _units(case: Case, request: ActorRequest) -> list[Organisation]:
    """Return who may check, the compound's own company first."""
    found = units_around(case.place, at=request.actor.now)
    return sorted(found, key=lambda unit: unit.kind not in _AT_HAND)
