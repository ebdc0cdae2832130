"""Pages of problems: the list, gathering by hand, one problem with all that is done about it."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from linli.cases.queries import units_around
from linli.kernel.actor import Actor
from linli.kernel.http import ActorRequest, View, needs
from linli.problems import forms, operations
from linli.problems.flows import PROBLEM
from linli.problems.models import Problem
from linli.problems.permissions import ProblemPermission as P
from linli.problems.queries import (
    before_and_after,
    cases_of,
    problem_for,
    problems_of,
    repeated,
    threshold_at,
)
from linli.territory.models import Place

SHOWN = 200


@dataclass(frozen=True)
class Act:
    """What may be done on the page of a problem: its form, its operation."""

    form: type[forms.ActForm]
    run: Any


ACTS: dict[str, Act] = {
    "take_up": Act(forms.ActForm, operations.take_up),
    "set_aside": Act(forms.SetAsideForm, operations.set_aside),
    "add_case": Act(forms.AddCaseForm, operations.add_case),
    "plan": Act(forms.PlanForm, operations.plan),
    "add_step": Act(forms.StepForm, operations.add_step),
    "do_step": Act(forms.RowForm, operations.do_step),
    "apply_for_money": Act(forms.ApplyForm, operations.apply_for_money),
    "grant_money": Act(forms.GrantForm, operations.grant_money),
    "spend": Act(forms.SpendForm, operations.spend),
    "check_spending": Act(forms.RowForm, operations.check_spending),
    "promise": Act(forms.PromiseForm, operations.promise),
    "deliver": Act(forms.RowForm, operations.deliver),
    "verify": Act(forms.RowForm, operations.verify),
    "end_measure": Act(forms.MeasureForm, operations.end_measure),
    "solve": Act(forms.ActForm, operations.solve),
}
PLANNED = ("add_step", "apply_for_money", "promise")
"""What is added while the plan is under way, each in a fold of its own."""


@needs(P.SEE)
def problems(request: ActorRequest) -> HttpResponse:
    """Show the problems of the actor's areas."""
    return _list(request)


def _list(request: ActorRequest, form: forms.ThresholdForm | None = None) -> HttpResponse:
    area = _own_area(request.actor)
    held = threshold_at(area) if area else None
    if area and held and form is None:
        form = forms.ThresholdForm(initial={"minimum": held.minimum, "days": held.days})
    context = {
        "problems": problems_of(request.actor)[:SHOWN],
        "area": area,
        "form": form if area else None,
    }
    failed = form is not None and form.errors
    return render(request, "problems/list.html", context, status=422 if failed else 200)


def _own_area(actor: Actor) -> Place | None:
    """Return the first area whose threshold the actor may set."""
    area = next(iter(actor.scopes(P.MONEY)), None)
    return Place.objects.filter(code=area[1]).first() if area else None


@needs(P.MONEY)
@require_POST
def threshold(request: ActorRequest) -> HttpResponse:
    """Set how many calls are one problem in the actor's own area."""
    form = forms.ThresholdForm(request.POST)
    area = _own_area(request.actor)
    if area is None:
        raise Http404
    if form.is_valid():
        with form.catching():
            operations.set_threshold(actor=request.actor, place=area, **form.given())
        if not form.errors:
            return redirect("problems:list")
    return _list(request, form)


@needs(P.PLAN)
def gather(request: ActorRequest) -> HttpResponse:
    """Show what repeated lately; gather what is marked into a problem."""
    groups = repeated(request.actor)
    numbers = [(case.number, case.title) for group in groups for case in group.cases]
    form = forms.GatherForm(request.POST or None, numbers=numbers)
    if request.method == "POST" and form.is_valid():
        with form.catching():
            made = operations.gather(actor=request.actor, **form.given())
        if not form.errors:
            return redirect("problems:problem", made.pk)
    marked = set(request.POST.getlist("cases"))
    context = {"groups": groups, "form": form, "marked": marked}
    status = 422 if form.is_bound else 200
    return render(request, "problems/gather.html", context, status=status)


@needs(P.SEE)
def problem(request: ActorRequest, problem_id: int) -> HttpResponse:
    """Show one problem."""
    return _page(request, _found(request, problem_id, P.SEE))


def _found(request: ActorRequest, problem_id: int, permission: str) -> Problem:
    try:
        return problem_for(problem_id, actor=request.actor, permission=permission)
    except Problem.DoesNotExist as missing:
        raise Http404 from missing


def _page(
    request: ActorRequest, found: Problem, *, name: str = "", form: forms.ActForm | None = None
) -> HttpResponse:
    actor = request.actor
    openings = [one for one in PROBLEM.open_to(found, actor=actor) if one.move.name in ACTS]
    is_planning = found.state == "in_hand" and actor.may(P.PLAN)
    asked = {one.move.name for one in openings if one.is_open}
    asked |= set(PLANNED) if is_planning else set()
    units = units_around(found.place, at=actor.now) if asked & {"plan", "promise"} else []
    shown = {
        each: form
        if each == name and form
        else ACTS[each].form(units=units, initial=_initial(found, each), auto_id=f"{each}_%s")
        for each in asked
    }
    rows = _row_forms(found, name=name, form=form)
    counts = before_and_after(found, now=actor.now)
    context = {
        "problem": found,
        "cases": cases_of(found, actor=actor),
        "moves": [
            {
                "name": one.move.name,
                "label": one.move.label,
                "icon": one.move.icon,
                "closed": one.closed,
                "form": shown.get(one.move.name),
            }
            for one in openings
            if one.is_open or found.state in one.move.sources
        ],
        "forms": shown,
        "rows": rows,
        "is_planning": is_planning,
        "has_money": found.state == "in_hand" and actor.may(P.MONEY),
        "may_verify": found.state == "in_hand" and actor.may(P.VERIFY),
        "counts": counts,
        "failed": form if form is not None and form.errors else None,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "problems/problem.html", context, status=status)


def _initial(found: Problem, name: str) -> dict[str, Any]:
    if name == "plan":
        return {"cause": found.cause, "owner": found.owner_id}
    return {}


def _row_forms(
    found: Problem, *, name: str, form: forms.ActForm | None
) -> dict[str, dict[int, forms.ActForm]]:
    """Return the forms that stand beside each grant, what failed with what was typed."""
    made: dict[str, dict[int, forms.ActForm]] = {"grant_money": {}, "spend": {}}
    for fund in found.funds.all():
        for each in made:
            initial = {"row": fund.pk, "amount": fund.applied if each == "grant_money" else None}
            made[each][fund.pk] = ACTS[each].form(initial=initial, auto_id=f"{each}{fund.pk}_%s")
    if form is not None and name in made and form.data.get("row", "").isdecimal():
        made[name][int(form.data["row"])] = form
    return made


def act(name: str) -> View:
    """Return the view that does one thing about a problem."""
    permission = ACTS[name].run.permission

    @needs(permission)
    @require_POST
    def view(request: ActorRequest, problem_id: int) -> HttpResponse:
        found = _found(request, problem_id, permission)
        units = units_around(found.place, at=request.actor.now)
        form = ACTS[name].form(request.POST, units=units, auto_id=f"{name}_%s")
        if form.is_valid():
            try:
                with form.catching():
                    ACTS[name].run(actor=request.actor, problem_id=found.pk, **form.given())
            except ObjectDoesNotExist as missing:
                raise Http404 from missing
            if not form.errors:
                return redirect("problems:problem", found.pk)
        return _page(request, _found(request, problem_id, P.SEE), name=name, form=form)

    view.__doc__ = ACTS[name].run.__doc__
    return view
