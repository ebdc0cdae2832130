"""The inbox, how one is told, and for administrators what became of each message and the groups' robots."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from linli.channels import operations, queries
from linli.channels.choices import Delivery, Kind
from linli.channels.forms import PreferenceForm, RobotForm
from linli.channels.models import Message, Robot
from linli.channels.permissions import ChannelsPermission as P
from linli.channels.wording import due_of, matter_of, target_of, title_of
from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Organisation

_PAGE = 30
_ALARMING = (Kind.CHECK_MISSED, Kind.ALERTED, Kind.SENT_BACK, Kind.REWORK, Kind.SUPERVISED)


@needs(P.READ)
def inbox(request: ActorRequest) -> HttpResponse:
    """Show what the reader was told, the newest first."""
    page = Paginator(queries.inbox_of(request.actor), _PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": [_entry(message) for message in page],
        "unread": queries.unread_count(request.actor),
    }
    return render(request, "channels/inbox.html", context)


def _entry(message: Message) -> dict[str, Any]:
    return {
        "message": message,
        "title": title_of(message),
        "matter": matter_of(message),
        "due_at": due_of(message),
        "is_alarming": message.kind in _ALARMING,
    }


@needs(P.READ)
@require_POST
def open_message(request: ActorRequest, message_id: int) -> HttpResponse:
    """Go to what a message is about; it is read then."""
    message = queries.inbox_of(request.actor).filter(pk=message_id).first()
    if message is None:
        raise Http404
    operations.mark_read(actor=request.actor, message_ids=[message.pk])
    return redirect(target_of(message))


@needs(P.READ)
@require_POST
def read_all(request: ActorRequest) -> HttpResponse:
    """Mark everything in the inbox as read."""
    operations.mark_read(actor=request.actor)
    return redirect("channels:inbox")


@needs(P.READ)
def preference(request: ActorRequest) -> HttpResponse:
    """Show and change how the reader is told."""
    row = queries.preference_of(request.actor)
    names = ("wants_email", "email", "digest", "quiet_from", "quiet_to", "language")
    form = PreferenceForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(row, name) for name in names},
    )
    if form.is_bound and form.is_valid():
        with form.catching():
            operations.set_preference(actor=request.actor, **form.cleaned_data)
        if not form.errors:
            return redirect("channels:inbox")
    return render(request, "channels/preference.html", {"form": form}, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form.errors else 200


@needs(P.DELIVERIES)
def deliveries(request: ActorRequest) -> HttpResponse:
    """Show what became of the messages that left the house; `state` shows only some."""
    rows = queries.deliveries(request.actor)
    state = request.GET.get("state", "")
    chosen = rows.filter(state=state) if state in Delivery.values else rows
    page = Paginator(queries.shown(chosen), _PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": [_entry(message) for message in page],
        "state": state if state in Delivery.values else "",
        "states": Delivery.choices,
        "pager_query": f"state={state}&" if state in Delivery.values else "",
    }
    return render(request, "channels/deliveries.html", context)


@needs(P.DELIVERIES)
@require_POST
def try_again(request: ActorRequest, message_id: int) -> HttpResponse:
    """Let a message that was given up go out once more."""
    try:
        operations.try_again(actor=request.actor, message_id=message_id)
    except Message.DoesNotExist as missing:
        raise Http404 from missing
    return redirect("channels:deliveries")


@needs(P.ROBOTS)
def robots(request: ActorRequest) -> HttpResponse:
    """Show the groups' robots of the reader's area, and take down another."""
    form = RobotForm(
        request.POST if request.method == "POST" else None,
        units=queries.units_with_groups(request.actor),
    )
    if form.is_bound and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            with form.catching():
                operations.add_robot(
                    actor=request.actor, organisation_id=data.pop("organisation"), **data
                )
        except Organisation.DoesNotExist as missing:
            raise Http404 from missing
        if not form.errors:
            return redirect("channels:robots")
    context = {"form": form, "robots": queries.robots_of(request.actor)}
    return render(request, "channels/robots.html", context, status=_status(form))


@needs(P.ROBOTS)
@require_POST
def end_robot(request: ActorRequest, robot_id: uuid.UUID) -> HttpResponse:
    """Tell a group nothing any more."""
    try:
        operations.end_robot(actor=request.actor, robot_id=robot_id)
    except (Robot.DoesNotExist, Organisation.DoesNotExist) as missing:
        raise Http404 from missing
    return redirect("channels:robots")
