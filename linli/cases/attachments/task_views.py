"""Photos at a co-task: whoever helps adds what was before and after, and sees what was opened to her."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.cases.attachments import operations
from linli.cases.attachments.choices import OF_HELPERS
from linli.cases.attachments.faces import neighbours
from linli.cases.attachments.forms import HelpersAttachForm, WithdrawForm
from linli.cases.attachments.models import Attachment
from linli.cases.attachments.queries import shown_at_tasks
from linli.cases.attachments.receiving import receive_pictures
from linli.cases.attachments.sending import say_what_came, send_picture
from linli.cases.models import CoTask
from linli.cases.permissions import CasePermission as P
from linli.cases.views.finding import task_or_404
from linli.kernel.http import ActorRequest, needs


def task_form(*given: Any, task: CoTask) -> HelpersAttachForm:
    """Return the form for adding photos at a task."""
    return HelpersAttachForm(*given, kinds=OF_HELPERS, auto_id=f"id_photos_{task.pk}_%s")


@needs(P.TASK)
@require_POST
def attach_to_task(request: ActorRequest, task_id: int) -> HttpResponse:
    """Add photos at a task. Those that can be kept are kept; why each other one cannot is said."""
    task = task_or_404(request, task_id)
    form = task_form(request.POST, request.FILES, task=task)
    if form.is_valid():
        data = form.cleaned_data
        with form.catching():
            good, bad = receive_pictures(data["photos"])
            if good:
                operations.attach_to_task(
                    actor=request.actor,
                    task_id=task.pk,
                    kind=data["kind"],
                    pictures=good,
                    form_key=data["form_key"],
                    where=form.where,
                )
            for refused in bad if not good else ():
                form.add_error("photos", refused.message)
        if not form.errors:
            say_what_came(request, len(good), [refused.message for refused in bad])
            return redirect(reverse("cases:tasks") + f"#task-{task.pk}")
    return render(request, "attachments/add_to_task.html", _context(task, form=form), status=422)


@needs(P.TASK)
@require_safe
def task_photo(request: ActorRequest, task_id: int, key: UUID) -> HttpResponse:
    """Show one photo of a task's case that its helper may see."""
    task = task_or_404(request, task_id)
    return _page(request, task, _one(request, task, key), WithdrawForm())


@needs(P.TASK)
@require_safe
def task_picture(request: ActorRequest, task_id: int, key: UUID) -> HttpResponse:
    """Send the whole picture."""
    return _sent(request, task_id, key, is_small=False)


@needs(P.TASK)
@require_safe
def task_small(request: ActorRequest, task_id: int, key: UUID) -> HttpResponse:
    """Send the small picture."""
    return _sent(request, task_id, key, is_small=True)


@needs(P.TASK)
@require_POST
def withdraw_from_task(request: ActorRequest, task_id: int, key: UUID) -> HttpResponse:
    """Withdraw a photo that one's own unit added at the task."""
    task = task_or_404(request, task_id)
    one = _one(request, task, key)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        with form.catching():
            try:
                operations.withdraw_from_task(
                    actor=request.actor, task_id=task.pk, attachment_id=key, **form.cleaned_data
                )
            except Attachment.DoesNotExist as missing:
                raise Http404 from missing
        if not form.errors:
            messages.success(request, _("Withdrawn. Nobody sees it any more."))
            return redirect(reverse("cases:tasks") + f"#task-{task.pk}")
    return _page(request, task, one, form)


def _one(request: ActorRequest, task: CoTask, key: UUID) -> Attachment:
    shown = shown_at_tasks([task], actor=request.actor).get(task.pk, [])
    found = next((one for one in shown if one.pk == key), None)
    if found is None:
        raise Http404
    return found


def _sent(request: ActorRequest, task_id: int, key: UUID, *, is_small: bool) -> HttpResponse:
    task = task_or_404(request, task_id)
    one = _one(request, task, key)
    # The turn of the photo, not the number of the case: a partner knows the task only.
    return send_picture(request, one, named=f"task-{task.pk}", is_small=is_small)


def _context(task: CoTask, **more: Any) -> dict[str, Any]:
    return {"task": task, "attach_form": more.pop("form", None), "loop_step": "handle", **more}


def _page(request: ActorRequest, task: CoTask, one: Attachment, form: WithdrawForm) -> HttpResponse:
    shown = shown_at_tasks([task], actor=request.actor)[task.pk]
    context = _context(
        task,
        one=one,
        is_own=one.task_id == task.pk and one.organisation_id == request.actor.organisation_id,
        withdraw_form=form,
        **neighbours(shown, one),
    )
    status = 422 if form.errors else 200
    return render(request, "attachments/task_photo.html", context, status=status)
