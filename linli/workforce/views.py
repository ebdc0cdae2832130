"""The week of a roster: who is on duty when, add, swap, end. Made for a phone."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Organisation, Place, day_of
from linli.workforce import operations
from linli.workforce.forms import DutyForm, PlanForm, SwapForm
from linli.workforce.models import DutyShift
from linli.workforce.permissions import WorkforcePermission as P
from linli.workforce.queries import may_roster, people_of, places_of, shifts_of, unit_for
from linli.workforce.rules import week_asked

EDGE = dt.date(2000, 1, 3), dt.date(2100, 12, 27)
"""First and last Monday that can be asked for."""


@needs(P.SEE)
def week(request: ActorRequest) -> HttpResponse:
    """Show a week of an organisation's roster; without `unit`, of one's own."""
    code = request.GET.get("unit", "")
    if not code and request.actor.organisation_id is None:
        return render(request, "workforce/no_unit.html")
    return _page(request, _unit(request, code), _monday(request, request.GET.get("week", "")))


def _unit(request: ActorRequest, code: str, permission: str = P.SEE) -> Organisation:
    try:
        return unit_for(code, actor=request.actor, permission=permission)
    except Organisation.DoesNotExist as missing:
        raise Http404 from missing


def _monday(request: ActorRequest, text: str) -> dt.date:
    asked = week_asked(text, today=day_of(request.actor.now))
    return min(max(asked, EDGE[0]), EDGE[1])


def _page(
    request: ActorRequest,
    unit: Organisation,
    monday: dt.date,
    *,
    form: PlanForm | None = None,
    swap_form: DutyForm | None = None,
    swapped: int | None = None,
) -> HttpResponse:
    actor = request.actor
    zone = timezone.get_default_timezone()
    today = day_of(actor.now)
    days = [monday + dt.timedelta(days=index) for index in range(7)]
    first = dt.datetime.combine(monday, dt.time(), tzinfo=zone)
    after = dt.datetime.combine(monday + dt.timedelta(days=7), dt.time(), tzinfo=zone)
    by_day: dict[dt.date, list[Any]] = {day: [] for day in days}
    people = list(people_of(unit, on=max(monday, today)))
    can_roster = unit.is_open and may_roster(unit, actor=actor)
    for shift in shifts_of(unit, first=first, after=after):
        entry = {
            "shift": shift,
            "state": _state(shift, now=actor.now),
            "is_mine": shift.user_id == actor.user_id,
            "form": None,
        }
        if can_roster and shift.ends_at > actor.now:
            is_asked = shift.pk == swapped
            entry["form"] = (
                swap_form if is_asked else SwapForm(people=people, auto_id=f"swap{shift.pk}_%s")
            )
        by_day[day_of(shift.starts_at)].append(entry)
    is_past = days[-1] < today
    context: dict[str, Any] = {
        "organisation": unit,
        "monday": monday,
        "sunday": days[-1],
        "today": today,
        "days": list(by_day.items()),
        "count": sum(len(entries) for entries in by_day.values()),
        "previous": monday - dt.timedelta(days=7),
        "next": monday + dt.timedelta(days=7),
        "form": None,
    }
    if can_roster and not is_past:
        context["form"] = form or _plan_form(None, unit, monday, today=today)
    failed = any(one is not None and one.errors for one in (form, swap_form))
    return render(request, "workforce/week.html", context, status=422 if failed else 200)


def _state(shift: DutyShift, *, now: dt.datetime) -> str:
    if shift.ends_at <= now:
        return "over"
    return "now" if shift.starts_at <= now else "to_come"


def _plan_form(data: Any, unit: Organisation, monday: dt.date, *, today: dt.date) -> PlanForm:
    on = max(monday, today)
    return PlanForm(
        data,
        people=list(people_of(unit, on=on)),
        places=places_of(unit, on=on),
        monday=monday,
        today=today,
    )


def _back(unit: Organisation, monday: dt.date) -> HttpResponse:
    asked = urlencode({"unit": unit.code, "week": monday.isoformat()})
    return redirect(f"{reverse('workforce:week')}?{asked}")


@needs(P.ROSTER)
@require_POST
def plan(request: ActorRequest) -> HttpResponse:
    """Put somebody on duty on the days marked."""
    unit = _unit(request, request.POST.get("unit", ""), P.ROSTER)
    monday = _monday(request, request.POST.get("week", ""))
    form = _plan_form(request.POST, unit, monday, today=day_of(request.actor.now))
    if form.is_valid():
        data = form.cleaned_data
        place = Place.objects.get(pk=data["place"]) if data.get("place") else None
        with form.catching():
            operations.plan(
                actor=request.actor,
                organisation_id=unit.pk,
                user_id=data["person"],
                days=data["days"],
                begins=data["begins"],
                ends=data["ends"],
                kind=data["kind"],
                place=place,
            )
        if not form.errors:
            return _back(unit, monday)
    return _page(request, unit, monday, form=form)


def _shift(request: ActorRequest, shift_id: int) -> DutyShift:
    """Return a shift of a unit that the actor may roster, or raise Http404."""
    shift = DutyShift.objects.select_related("organisation").filter(pk=shift_id).first()
    if shift is None:
        raise Http404
    _unit(request, shift.organisation.code, P.ROSTER)
    return shift


@needs(P.ROSTER)
@require_POST
def swap(request: ActorRequest, shift_id: int) -> HttpResponse:
    """Give a shift to somebody else."""
    shift = _shift(request, shift_id)
    unit, day = shift.organisation, day_of(shift.starts_at)
    monday = week_asked(day.isoformat(), today=day)
    form = SwapForm(
        request.POST,
        people=list(people_of(unit, on=max(day, day_of(request.actor.now)))),
        auto_id=f"swap{shift.pk}_%s",
    )
    if form.is_valid():
        with form.catching():
            operations.swap(
                actor=request.actor, shift_id=shift.pk, user_id=form.cleaned_data["person"]
            )
        if not form.errors:
            return _back(unit, monday)
    return _page(request, unit, monday, swap_form=form, swapped=shift.pk)


@needs(P.ROSTER)
@require_POST
def end(request: ActorRequest, shift_id: int) -> HttpResponse:
    """End a shift now, or take it back."""
    shift = _shift(request, shift_id)
    operations.end(actor=request.actor, shift_id=shift.pk)
    day = day_of(shift.starts_at)
    return _back(shift.organisation, week_asked(day.isoformat(), today=day))
