"""An organisation: what it serves, its posts and who holds them; and closing one with a hand-over."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.accounts import appointing
from linli.accounts.models import Appointment
from linli.cases import operations as case_operations
from linli.cases.forms import RuleForm
from linli.cases.permissions import CasePermission
from linli.cases.queries import open_orders_of
from linli.insight.units import UnitMonth, months_of
from linli.kernel.actor import Actor
from linli.kernel.http import ActorRequest, needs
from linli.territory import operations
from linli.territory.choices import CAN_LEAD
from linli.territory.models import Organisation, Place, Post, Serving, day_of, label_of
from linli.territory.permissions import TerritoryPermission as P
from linli.territory.serving import holds, serving
from linli.web.places.finding import may_manage, unit_or_404
from linli.web.places.forms import AppointForm, HandOverForm, PostForm, ServeForm

ROUNDS = 20
"""Batches of one press of the button; with 500 orders each more than any unit holds."""
MOST_PLACES = 50


@needs(P.SEE)
def organisation(request: ActorRequest, code: str) -> HttpResponse:
    """Show one organisation."""
    return _page(request, unit_or_404(code, actor=request.actor))


def _page(request: ActorRequest, unit: Organisation, **forms: RuleForm) -> HttpResponse:
    actor = request.actor
    today = day_of(actor.now)
    posts = list(Post.objects.filter(organisation=unit).not_over(today).order_by("pk"))
    held = Appointment.objects.filter(post__in=posts).not_over(today)
    holders: dict[int, list[Appointment]] = {}
    for row in held.select_related("user__organisation", "post").order_by("valid_from", "pk"):
        holders.setdefault(row.post_id, []).append(row)
    servings = list(
        Serving.objects.filter(organisation=unit)
        .select_related("place")
        .order_by("valid_from", "place__code")
    )
    abroad = Appointment.objects.not_over(today).filter(user__organisation=unit)
    context: dict[str, Any] = {
        "organisation": unit,
        "today": today,
        "servings": [row for row in servings if not _is_over(row, today=today)],
        "past_servings": [row for row in servings if _is_over(row, today=today)],
        "posts": [(post, holders.get(post.pk, [])) for post in posts],
        "abroad": abroad.exclude(post__organisation=unit).select_related(
            "user", "post__organisation"
        ),
        "open_orders": open_orders_of(unit.pk).count(),
        "months": _months(actor, unit),
    }
    if unit.is_open and may_manage(unit.place, actor=actor):
        context |= {
            "manages": True,
            "serve_form": ServeForm(initial={"valid_from": today}, auto_id="serve_%s"),
            "post_form": PostForm(auto_id="post_%s"),
            "appoint_form": AppointForm(
                initial={"valid_from": today}, posts=posts, auto_id="appoint_%s"
            ),
        }
    failed = any(form.errors for form in forms.values())
    status = 422 if failed else 200
    return render(request, "web/places/organisation.html", context | forms, status=status)


def _months(actor: Actor, unit: Organisation) -> list[tuple[dt.date, UnitMonth]]:
    """Return the unit's counts of this month and the two before, for whoever sees its area's rates."""
    if not holds(actor, CasePermission.SEE_RATES, unit.place):
        return []
    month = timezone.localtime(actor.now).date().replace(day=1)
    months = [month]
    for _back in range(2):
        months.insert(0, (months[0] - dt.timedelta(days=1)).replace(day=1))
    return months_of(unit, months=months)


def _is_over(row: Serving, *, today: dt.date) -> bool:
    return row.valid_to is not None and row.valid_to <= today


def _managed(request: ActorRequest, code: str) -> Organisation:
    return unit_or_404(code, actor=request.actor, permission=P.MANAGE)


def _done(
    request: ActorRequest, unit: Organisation, name: str, form: RuleForm, write: Callable[..., Any]
) -> HttpResponse:
    """Run the write with the form's fields; show the page again where a rule says no."""
    if form.is_valid():
        with form.catching():
            write(form.cleaned_data)
        if not form.errors:
            return redirect("places:organisation", code=unit.code)
    return _page(request, unit, **{name: form})


@needs(P.MANAGE)
@require_POST
def serve(request: ActorRequest, code: str) -> HttpResponse:
    """Let the organisation serve one more place."""
    unit = _managed(request, code)
    form = ServeForm(request.POST, auto_id="serve_%s")

    def write(data: dict[str, Any]) -> None:
        try:
            operations.serve(actor=request.actor, organisation_id=unit.pk, **data)
        except Place.DoesNotExist:
            form.add_error(
                "place_code", _("No place has this code. Copy it from the page of the place.")
            )

    return _done(request, unit, "serve_form", form, write)


@needs(P.MANAGE)
@require_POST
def stop_serving(request: ActorRequest, code: str) -> HttpResponse:
    """End a serving today."""
    unit = _managed(request, code)
    try:
        operations.stop_serving(
            actor=request.actor, organisation_id=unit.pk, serving_id=_key(request, "serving")
        )
    except Serving.DoesNotExist as missing:
        raise Http404 from missing
    return redirect("places:organisation", code=unit.code)


@needs(P.MANAGE)
@require_POST
def open_post(request: ActorRequest, code: str) -> HttpResponse:
    """Open a post of the organisation."""
    unit = _managed(request, code)
    form = PostForm(request.POST, auto_id="post_%s")
    return _done(
        request,
        unit,
        "post_form",
        form,
        lambda data: operations.open_post(actor=request.actor, organisation_id=unit.pk, **data),
    )


@needs(appointing.APPOINT)
@require_POST
def appoint(request: ActorRequest, code: str) -> HttpResponse:
    """Appoint somebody to a post of the organisation."""
    unit = _managed(request, code)
    posts = list(Post.objects.filter(organisation=unit).not_over(day_of(request.actor.now)))
    form = AppointForm(request.POST, posts=posts, auto_id="appoint_%s")

    def write(data: dict[str, Any]) -> None:
        post_id = data.pop("post")
        appointing.appoint(actor=request.actor, post_id=post_id, **data)

    return _done(request, unit, "appoint_form", form, write)


@needs(appointing.APPOINT)
@require_POST
def end_appointment(request: ActorRequest, code: str) -> HttpResponse:
    """End an appointment to a post of the organisation."""
    unit = _managed(request, code)
    row = Appointment.objects.filter(
        pk=_key(request, "appointment"), post__organisation=unit
    ).first()
    if row is None:
        raise Http404
    appointing.end_appointment(actor=request.actor, appointment_id=row.pk)
    return redirect("places:organisation", code=unit.code)


def _key(request: ActorRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


@needs(P.MANAGE)
def close(request: ActorRequest, code: str) -> HttpResponse:
    """Guide through closing: who takes over, hand the orders over, close."""
    unit = _managed(request, code)
    if not unit.is_open:
        return redirect("places:organisation", code=unit.code)
    places = _places_of(unit)
    units = _successors(unit, request=request, holds_orders=bool(places))
    form = HandOverForm(request.POST or None, units=units)
    # Without open orders nobody has to take anything over.
    form.fields["successor"].required = bool(places)
    if request.method == "POST" and form.is_valid():
        successor = form.cleaned_data["successor"] or None
        with form.catching():
            moved = _hand_over(request, unit, successor)
            if "close" in request.POST:
                case_operations.close_unit(
                    actor=request.actor, organisation_id=unit.pk, successor_id=successor
                )
                messages.success(request, _("Closed: %(unit)s") % {"unit": unit.label})
            else:
                messages.success(request, _("Orders handed over: %(count)s") % {"count": moved})
        if not form.errors:
            return redirect("places:organisation", code=unit.code)
        places = _places_of(unit)
    context = {
        "organisation": unit,
        "form": form,
        "count": sum(row["count"] for row in places),
        "places": places[:MOST_PLACES],
    }
    return render(request, "web/places/close.html", context, status=422 if form.errors else 200)


def _places_of(unit: Organisation) -> list[dict[str, Any]]:
    """Return how many open orders the unit holds in each place."""
    named = open_orders_of(unit.pk).annotate(place=label_of("case__place__"))
    rows = named.values("place", "case__place__code")
    counted = rows.annotate(count=Count("pk")).order_by("-count", "case__place__code")
    return [dict(row) for row in counted]


def _hand_over(request: ActorRequest, unit: Organisation, successor: int | None) -> int:
    moved = 0
    for _round in range(ROUNDS):
        if successor is None or not open_orders_of(unit.pk).exists():
            break
        batch = case_operations.hand_over(actor=request.actor, from_id=unit.pk, to_id=successor)
        moved += batch
    return moved


def _successors(
    unit: Organisation, *, request: ActorRequest, holds_orders: bool
) -> list[Organisation]:
    """Return who may take over: units that serve the unit's own place, and of its kind nearby."""
    today = day_of(request.actor.now)
    found = {one.pk: one for one in serving(unit.place, on=today)}
    above = unit.place.parent
    same = Organisation.objects.filter(is_open=True, kind=unit.kind)
    if above is not None:
        near = same.filter(place__parent=above).select_related("place")
        for one in near.order_by("code")[:MOST_PLACES]:
            found.setdefault(one.pk, one)
    found.pop(unit.pk, None)
    kinds = CAN_LEAD if holds_orders else (*CAN_LEAD, unit.kind)
    return [
        one
        for one in found.values()
        if one.kind in kinds and may_manage(one.place, actor=request.actor)
    ]
