"""Pictures of a case: adding them from a phone, one at a time on a page, their bytes by scope."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.accounts.queries import names_of
from linli.cases.attachments import operations, queries
from linli.cases.attachments.faces import neighbours
from linli.cases.attachments.forms import AttachForm, ShareForm, WithdrawForm
from linli.cases.attachments.models import Attachment
from linli.cases.attachments.receiving import receive_pictures
from linli.cases.attachments.rules import kinds_for
from linli.cases.attachments.sending import bytes_of, say_what_came, send_picture
from linli.cases.forms import UnmaskForm
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.cases.views.finding import case_or_404
from linli.kernel.http import ActorRequest, needs
from linli.methods.geo import Datum, from_gcj02, metres_between


def form_for(request: ActorRequest, found: Case, *given: Any) -> AttachForm | None:
    """Return the form for adding photos, or None for somebody who adds none to this case."""
    if not request.actor.may(P.ATTACH):
        return None
    kinds = kinds_for(found.lead_order, organisation_id=request.actor.organisation_id)
    return AttachForm(*given, kinds=kinds)


@needs(P.ATTACH)
@require_POST
def attach(request: ActorRequest, number: str) -> HttpResponse:
    """Add photos. Those that can be kept are kept; why each other one cannot is said."""
    found = case_or_404(request, number, permission=P.ATTACH)
    form = form_for(request, found, request.POST, request.FILES)
    assert form is not None
    if form.is_valid():
        data = form.cleaned_data
        with form.catching():
            good, bad = receive_pictures(data["photos"])
            if good:
                operations.attach(
                    actor=request.actor,
                    case_id=found.pk,
                    kind=data["kind"],
                    pictures=good,
                    form_key=data["form_key"],
                    is_shared=data["is_shared"],
                    where=form.where,
                )
            for refused in bad if not good else ():
                form.add_error("photos", refused.message)
        if not form.errors:
            say_what_came(request, len(good), [refused.message for refused in bad])
            return redirect(reverse("cases:case", args=[number]) + "#photos")
    context = {"case": found, "attach_form": form}
    return render(request, "attachments/add.html", context, status=422)


@needs(P.SEE)
@require_safe
def attachment(request: ActorRequest, number: str, key: UUID) -> HttpResponse:
    """Show one picture with what is known of it, and what may be done with it."""
    found, one = _found(request, number, key)
    return _page(request, found, one)


@needs(P.SEE)
@require_safe
def picture(request: ActorRequest, number: str, key: UUID) -> HttpResponse:
    """Send the whole picture."""
    return _sent(request, number, key, is_small=False)


@needs(P.SEE)
@require_safe
def small(request: ActorRequest, number: str, key: UUID) -> HttpResponse:
    """Send the small picture."""
    return _sent(request, number, key, is_small=True)


@needs(P.UNMASK)
@require_POST
def identity(request: ActorRequest, number: str, key: UUID) -> HttpResponse:
    """Send a proof of identity once, after the reason is kept."""
    found, one = _found(request, number, key, permission=P.UNMASK)
    form = UnmaskForm(request.POST)
    if form.is_valid():
        with form.catching():
            one = _or_404(
                operations.look_at_identity,
                actor=request.actor,
                case_id=found.pk,
                attachment_id=key,
                **form.cleaned_data,
            )
        if not form.errors:
            return bytes_of(one, named=found.number, name=one.content)
    return _page(request, found, one, unmask_form=form)


@needs(P.ATTACH)
@require_POST
def share(request: ActorRequest, number: str, key: UUID) -> HttpResponse:
    """Open a picture to partners, or close it."""
    found, one = _found(request, number, key, permission=P.ATTACH)
    form = ShareForm(request.POST)
    if form.is_valid():
        with form.catching():
            _or_404(
                operations.share_attachment,
                actor=request.actor,
                case_id=found.pk,
                attachment_id=key,
                **form.cleaned_data,
            )
        if not form.errors:
            return redirect("attachments:attachment", number=number, key=key)
    return _page(request, found, one, failed=form)


@needs(P.ATTACH)
@require_POST
def withdraw(request: ActorRequest, number: str, key: UUID) -> HttpResponse:
    """Withdraw a picture."""
    found, one = _found(request, number, key, permission=P.ATTACH)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        with form.catching():
            _or_404(
                operations.withdraw_attachment,
                actor=request.actor,
                case_id=found.pk,
                attachment_id=key,
                **form.cleaned_data,
            )
        if not form.errors:
            messages.success(request, _("Withdrawn. Nobody sees it any more."))
            return redirect("cases:case", number=number)
    return _page(request, found, one, withdraw_form=form)


def _found(
    request: ActorRequest, number: str, key: UUID, *, permission: str = P.SEE
) -> tuple[Case, Attachment]:
    found = case_or_404(request, number, permission=permission)
    return found, _or_404(queries.attachment_of, case=found, key=key, actor=request.actor)


def _sent(request: ActorRequest, number: str, key: UUID, *, is_small: bool) -> HttpResponse:
    found, one = _found(request, number, key)
    if one.is_locked:
        raise Http404  # only `identity` shows it
    return send_picture(request, one, named=found.number, is_small=is_small)


def _or_404(read: Any, **given: Any) -> Attachment:
    try:
        return read(**given)
    except Attachment.DoesNotExist as missing:
        raise Http404 from missing


def _page(
    request: ActorRequest,
    found: Case,
    one: Attachment,
    *,
    failed: ShareForm | None = None,
    withdraw_form: WithdrawForm | None = None,
    unmask_form: UnmaskForm | None = None,
) -> HttpResponse:
    actor = request.actor
    shown = queries.shown_to(actor, found, queries.all_of(found))
    is_own = actor.may(P.ATTACH) and one.organisation_id == actor.organisation_id
    context = {
        "case": found,
        "one": one,
        "by": names_of({one.user_id}).get(one.user_id) if one.user_id else None,
        "metres": _metres_to_place(found, one),
        "is_own": is_own,
        "failed": failed,
        "withdraw_form": withdraw_form or WithdrawForm(),
        "unmask_form": unmask_form or UnmaskForm(),
        **neighbours(shown, one),
    }
    bad = any(form is not None and form.errors for form in (failed, withdraw_form, unmask_form))
    return render(request, "attachments/attachment.html", context, status=422 if bad else 200)


def _metres_to_place(found: Case, one: Attachment) -> int | None:
    """Return how far from the case's place the phone stood, or None where either is not known."""
    if one.point is None:
        return None
    points = {row.datum: row for row in found.place.points.all()}
    for datum in (Datum.WGS84, Datum.GCJ02):
        row = points.get(datum.value)
        if row is not None:
            there = (float(row.longitude), float(row.latitude))
            if datum is not Datum.WGS84:
                there = from_gcj02(there, Datum.WGS84)
            return round(metres_between(one.point, there))
    return None
