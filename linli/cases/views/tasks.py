"""Tasks: what others ask of one's organisation. The place, the matter and the deadline, never who asked."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from linli.cases import operations, queries
from linli.cases.attachments.queries import shown_at_tasks
from linli.cases.attachments.task_views import task_form
from linli.cases.flows import TASK
from linli.cases.forms import RuleForm
from linli.cases.groups.queries import figures_of, leads_within, relays_of
from linli.cases.models import Consultation, CoTask
from linli.cases.permissions import CasePermission as P
from linli.cases.repeated.queries import checks_due
from linli.cases.task_forms import FORMS, ConsultationForm, ResultForm
from linli.cases.views.finding import task_or_404
from linli.kernel.http import ActorRequest, View, needs


@needs(P.TASK)
def tasks(request: ActorRequest) -> HttpResponse:
    """Show what is asked of the organisation, the nearest deadline first, and what it did lately."""
    return _page(request)


def task_view(name: str) -> View:
    """Return the view that takes a task's move with what its form holds."""
    move = TASK.find(name)
    verb = getattr(operations, name)

    @needs(move.permission)
    @require_POST
    def take(request: ActorRequest, task_id: int) -> HttpResponse:
        task = task_or_404(request, task_id)
        form = FORMS[name](request.POST, auto_id=f"id_{name}_{task.pk}_%s")
        if form.is_valid():
            with form.catching():
                verb(actor=request.actor, task_id=task.pk, **form.cleaned_data)
            if not form.errors:
                return redirect("cases:tasks")
        return _page(request, failed={(task.pk, name): form})

    return take


@needs(P.HANDLE)
@require_POST
def withdraw_task(request: ActorRequest, task_id: int) -> HttpResponse:
    """Take a task back, for the lead that gave it."""
    task = task_or_404(request, task_id)
    number = task.order.case.number
    form = ResultForm(request.POST)
    if form.is_valid():
        with form.catching():
            operations.withdraw_task(actor=request.actor, task_id=task.pk, **form.cleaned_data)
        if not form.errors:
            return redirect("cases:case", number=number)
    context = {"form": form, "task": task, "number": number}
    return render(request, "cases/withdraw_task.html", context, status=422)


@needs(P.TASK)
@require_POST
def answer_consultation(request: ActorRequest, consultation_id: int) -> HttpResponse:
    """Answer whether a matter is the organisation's own."""
    rows = Consultation.objects.filter(unit=request.actor.organisation_id)
    found = rows.filter(pk=consultation_id).first()
    if found is None:
        raise Http404
    form = ConsultationForm(request.POST, auto_id=f"id_consultation_{found.pk}_%s")
    if form.is_valid():
        with form.catching():
            operations.answer_consultation(
                actor=request.actor, consultation_id=found.pk, **form.cleaned_data
            )
        if not form.errors:
            return redirect("cases:tasks")
    return _page(request, failed={(found.pk, "consultation"): form})


def _page(
    request: ActorRequest, *, failed: dict[tuple[int, str], RuleForm] | None = None
) -> HttpResponse:
    failed = failed or {}
    actor = request.actor
    standing = list(queries.tasks_of(actor))
    consultations = list(queries.consultations_of(actor))
    # Who else was asked in the group: its first member leads until another has accepted.
    prefetch_related_objects([one for one in standing if one.group_id], "order__co_tasks")
    photos = shown_at_tasks(standing, actor=actor)
    shown = [
        {
            "task": task,
            "moves": _moves(task, request, failed),
            "photos": photos[task.pk],
            "attach_form": task_form(task=task),
            "relays": relays_of(task),
            "leads": task.group_id is not None and _leads(task),
        }
        for task in standing
    ]
    asked = [
        {
            "consultation": one,
            "form": failed.get((one.pk, "consultation"))
            or ConsultationForm(auto_id=f"id_consultation_{one.pk}_%s"),
        }
        for one in consultations
    ]
    listed = {(one.pk, name) for one in standing for name in FORMS}
    listed |= {(one.pk, "consultation") for one in consultations}
    context: dict[str, Any] = {
        "tasks": shown,
        "asked": asked,
        "checks": checks_due(actor),
        "figures": figures_of(actor),
        "ended": queries.ended_tasks_of(actor),
        # A form whose task a colleague has ended meanwhile.
        "kept": next((form for key, form in failed.items() if key not in listed), None),
        "loop_step": "handle",
    }
    return render(request, "cases/tasks.html", context, status=422 if failed else 200)


def _leads(task: CoTask) -> bool:
    """Return whether a task of a group is the one whose helper leads, having been asked first."""
    assert task.group_id is not None
    others = list(task.order.co_tasks.all())
    leader = leads_within(others, task.group_id)
    return len(others) > 0 and leader is not None and leader.pk == task.pk


def _moves(
    task: CoTask, request: ActorRequest, failed: dict[tuple[int, str], RuleForm]
) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for opening in TASK.open_to(task, actor=request.actor, names=tuple(FORMS)):
        name = opening.move.name
        form = failed.get((task.pk, name))
        if not opening.is_open and form is None:
            continue
        form = form or FORMS[name](auto_id=f"id_{name}_{task.pk}_%s")
        entries.append(
            {
                "name": name,
                "opening": opening,
                "form": form,
                "is_primary": opening.is_open and not any(e["is_primary"] for e in entries),
            }
        )
    return entries
