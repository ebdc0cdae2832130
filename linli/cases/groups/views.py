"""Task groups: the community keeps them, a case is handed over in one tap, words go to the caller and back."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from linli.cases.groups import operations, queries
from linli.cases.groups.forms import (
    GroupForm,
    MemberForm,
    PassOnForm,
    RelayAnswerForm,
    RelayForm,
)
from linli.cases.groups.models import GroupMember, Relay, TaskGroup
from linli.cases.models import CoTask
from linli.cases.operations import give_task
from linli.cases.permissions import CasePermission as P
from linli.cases.queries import units_around
from linli.cases.views.finding import case_or_404, task_or_404
from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Organisation
from linli.territory.serving import held_by


@needs(P.GROUPS)
def groups(request: ActorRequest) -> HttpResponse:
    """Show the task groups of the reader's area, and open another."""
    form = GroupForm(request.POST if request.method == "POST" else None, units=_keepers(request))
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        with form.catching():
            operations.open_group(
                actor=request.actor, organisation_id=data["organisation"], name=data["name"]
            )
        if not form.errors:
            return redirect("groups:groups")
    return _page(request, form=form)


def _keepers(request: ActorRequest) -> list[Organisation]:
    """Return the organisations that may keep a group: one's own where it can, else those of the area that lead cases."""
    rows = Organisation.objects.filter(
        held_by(request.actor, P.GROUPS, through="place__"),
        is_open=True,
        kind__in=("committee", "service_station", "street"),
    ).order_by("code")
    found = list(rows[:50])
    own = [unit for unit in found if unit.pk == request.actor.organisation_id]
    return own or found


def _page(
    request: ActorRequest,
    *,
    form: GroupForm | None = None,
    failed: tuple[int, MemberForm] | None = None,
) -> HttpResponse:
    entries = []
    for group in queries.groups_in(request.actor):
        units = [] if failed and failed[0] == group.pk else _partners(request, group)
        entries.append(
            {
                "group": group,
                "members": group.standing,
                "form": failed[1]
                if failed and failed[0] == group.pk
                else MemberForm(
                    units=units,
                    auto_id=f"id_{group.pk}_%s",
                    initial={"rank": len(group.standing) + 1},
                ),
            }
        )
    form = form or GroupForm(units=_keepers(request))
    bad = form.errors or (failed is not None and failed[1].errors)
    context = {"entries": entries, "form": form, "loop_step": "handle"}
    return render(request, "groups/groups.html", context, status=422 if bad else 200)


def _partners(request: ActorRequest, group: TaskGroup) -> list[Organisation]:
    """Return who serves the keeper's place and is not in the group yet. The places of one keeper are read once."""
    known: dict[int, list[Organisation]] = request.__dict__.setdefault("_partners", {})
    place = group.organisation.place
    if place.pk not in known:
        known[place.pk] = units_around(place, at=request.actor.now)
    taken = {group.organisation_id, *(one.organisation_id for one in group.standing)}
    return [unit for unit in known[place.pk] if unit.pk not in taken]


def _group(request: ActorRequest, group_id: int) -> TaskGroup:
    found = queries.groups_in(request.actor).filter(pk=group_id).first()
    if found is None:
        raise Http404
    group: TaskGroup = found
    return group


@needs(P.GROUPS)
@require_POST
def add_member(request: ActorRequest, group_id: int) -> HttpResponse:
    """Let an organisation join a group."""
    group = _group(request, group_id)
    form = MemberForm(request.POST, units=_partners(request, group), auto_id=f"id_{group.pk}_%s")
    if form.is_valid():
        data = form.cleaned_data
        with form.catching():
            operations.add_member(
                actor=request.actor,
                group_id=group.pk,
                organisation_id=data["organisation"],
                post=data["post"],
                rank=data["rank"],
            )
        if not form.errors:
            return redirect(reverse("groups:groups") + f"#group-{group.pk}")
    return _page(request, failed=(group.pk, form))


@needs(P.GROUPS)
@require_POST
def end_member(request: ActorRequest, member_id: int) -> HttpResponse:
    """End a membership."""
    try:
        operations.end_member(actor=request.actor, member_id=member_id)
    except (GroupMember.DoesNotExist, Organisation.DoesNotExist) as missing:
        raise Http404 from missing
    return redirect("groups:groups")


@needs(P.GROUPS)
@require_POST
def close_group(request: ActorRequest, group_id: int) -> HttpResponse:
    """End a group."""
    group = _group(request, group_id)
    operations.close_group(actor=request.actor, group_id=group.pk)
    return redirect("groups:groups")


@needs(P.HANDLE)
@require_POST
def hand_over(request: ActorRequest, number: str) -> HttpResponse:
    """Hand a case over to a task group in one tap: whoever is asked first gets it with what partners may read."""
    case = case_or_404(request, number, permission=P.HANDLE)
    chosen = request.POST.get("group")
    first = next((one for one in queries.hand_overs(case) if str(one.group_id) == chosen), None)
    if first is None:
        raise operations.GROUP_IS_OVER()
    give_task(
        actor=request.actor,
        case_id=case.pk,
        organisation_id=first.organisation_id,
        words=case.shared_text or case.title,
        group_id=first.group_id,
    )
    return redirect("cases:case", number=number)


@needs(P.TASK)
def ask_relay(request: ActorRequest, task_id: int) -> HttpResponse:
    """Ask the lead to ask or tell the caller something."""
    task = _own_task(request, task_id)
    form = RelayForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with form.catching():
            operations.ask_relay(
                actor=request.actor, task_id=task.pk, words=form.cleaned_data["words"]
            )
        if not form.errors:
            return _back(task)
    return _about(request, "groups/relay.html", task, form)


@needs(P.TASK)
def pass_on(request: ActorRequest, task_id: int) -> HttpResponse:
    """Hand a task on within its group."""
    task = _own_task(request, task_id)
    units = [one.organisation for one in queries.others_in(task, at=request.actor.now)]
    form = PassOnForm(request.POST if request.method == "POST" else None, units=units)
    if form.is_bound and form.is_valid():
        with form.catching():
            operations.pass_on(
                actor=request.actor,
                task_id=task.pk,
                organisation_id=form.cleaned_data["organisation"],
            )
        if not form.errors:
            return _back(task)
    return _about(request, "groups/pass_on.html", task, form, has_others=bool(units))


def _own_task(request: ActorRequest, task_id: int) -> CoTask:
    """Return a task given to the reader's own organisation, or raise Http404."""
    task = task_or_404(request, task_id)
    if task.organisation_id != request.actor.organisation_id:
        raise Http404
    return task


def _back(task: CoTask) -> HttpResponse:
    return redirect(reverse("cases:tasks") + f"#task-{task.pk}")


def _about(
    request: ActorRequest, template: str, task: CoTask, form: Any, **more: Any
) -> HttpResponse:
    context = {"task": task, "form": form, "loop_step": "handle", **more}
    return render(request, template, context, status=422 if form.errors else 200)


@needs(P.HANDLE)
@require_POST
def answer_relay(request: ActorRequest, relay_id: int) -> HttpResponse:
    """Pass back what came of it."""
    relay = (
        Relay.objects.select_related("task__order__case__place", "task__organisation")
        .filter(pk=relay_id, task__order__lead=request.actor.organisation_id)
        .first()
    )
    if relay is None:
        raise Http404
    form = RelayAnswerForm(request.POST)
    if form.is_valid():
        with form.catching():
            operations.answer_relay(
                actor=request.actor, relay_id=relay.pk, answer=form.cleaned_data["answer"]
            )
        if not form.errors:
            return redirect("cases:case", number=relay.task.order.case.number)
    context = {"relay": relay, "task": relay.task, "form": form, "loop_step": "handle"}
    return render(request, "groups/answer_relay.html", context, status=422)
