"""An order of the city's platform: pasted and looked through, or typed from a photo beside it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from linli.cases import operations
from linli.cases.attachments.choices import AttachmentKind
from linli.cases.attachments.operations import attach
from linli.cases.attachments.receiving import Received, receive_pictures
from linli.cases.choices import Channel
from linli.cases.imports.forms import OrderForm, PasteForm, initial_of
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.kernel.errors import NOT_ALLOWED, Refusal, RuleBroken
from linli.kernel.http import ActorRequest, needs
from linli.territory.choices import CAN_LEAD
from linli.territory.models import Organisation

SOURCE = "platform"

STANDS_ELSEWHERE = Refusal(
    "import.stands_elsewhere",
    _lazy(
        "An order with this number stands already, outside your area. Check the number, or ask the hotline centre."
    ),
    "number",
)


@needs(P.IMPORT)
def paste(request: ActorRequest) -> HttpResponse:
    """Take a pasted text and show what was read in it, in fields that can be changed."""
    if request.method != "POST":
        return _page(request, PasteForm(), None)
    form = PasteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, None)
    initial = initial_of(form.cleaned_data["pasted"], actor=request.actor, permission=P.IMPORT)
    known = _known(request, initial.get("number", ""))
    if known is not None:
        return _to_known(request, known)
    order = OrderForm(initial=initial, actor=request.actor, permission=P.IMPORT)
    return _page(request, form, order)


@needs(P.IMPORT)
def type_order(request: ActorRequest) -> HttpResponse:
    """Show the empty fields, to be typed from paper or from a photo shown beside them."""
    initial = initial_of("", actor=request.actor, permission=P.IMPORT)
    order = OrderForm(initial=initial, actor=request.actor, permission=P.IMPORT)
    return _page(request, PasteForm(), order, typed=True)


@needs(P.IMPORT)
@require_POST
def take_order(request: ActorRequest) -> HttpResponse:
    """Take the order over: its number is kept, the same number twice opens the case that stands."""
    form = OrderForm(request.POST, request.FILES, actor=request.actor, permission=P.IMPORT)
    if form.is_valid() and (photos := _photos(request, form)) is not None:
        known = _known(request, form.cleaned_data["number"])
        if known is not None:
            _keep_photos(request, known, photos, form)
            return _to_known(request, known)
        with form.catching():
            draft = _draft(request, form.cleaned_data)
            outcome = operations.receive_batch(actor=request.actor, drafts=[draft])
            if outcome.set_aside:
                raise outcome.set_aside[0].refused
            if not outcome.created:
                raise STANDS_ELSEWHERE()
            _keep_photos(request, outcome.created[0], photos, form)
            return redirect("cases:case", number=outcome.created[0].number)
    text = form.data.get("pasted", "")
    return _page(request, PasteForm(initial={"pasted": text}), form, typed=not text)


def _photos(request: ActorRequest, form: OrderForm) -> list[Received] | None:
    """Return the photos that came with an order; None after saying beside the field which cannot be kept."""
    files = form.cleaned_data["photos"] if request.actor.may(P.ATTACH) else []
    with form.catching():
        good, bad = receive_pictures(files)
        for refused in bad:
            form.add_error("photos", refused.message)
    return None if form.errors else good


def _keep_photos(
    request: ActorRequest, case: Case, photos: list[Received], form: OrderForm
) -> None:
    """Add the photos to the case that was taken over; what stands in the way is said, and takes nothing back."""
    if not photos:
        return
    try:
        attach(
            actor=request.actor,
            case_id=case.pk,
            kind=AttachmentKind.SOURCE_ORDER,
            pictures=photos,
            form_key=form.cleaned_data["form_key"] or uuid.uuid4(),
        )
    except Case.DoesNotExist:
        messages.error(request, NOT_ALLOWED().message)
    except RuleBroken as broken:
        messages.error(request, broken.message)


def _page(
    request: ActorRequest, form: PasteForm, order: OrderForm | None, *, typed: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "order": order,
        "typed": typed,
        "loop_step": "hear",
        "nav_current": "imports:paste",
    }
    failed = form.errors or (order is not None and order.errors)
    return render(request, "imports/paste.html", context, status=422 if failed else 200)


def _known(request: ActorRequest, number: str) -> Case | None:
    seen = Case.objects.seen_by(request.actor, permission=P.SEE)
    if not number.strip() or "\x00" in number:
        return None
    return seen.filter(source=SOURCE, external_no=number.strip()).first()


def _to_known(request: ActorRequest, case: Case) -> HttpResponse:
    messages.info(request, _("This order stands here already; nothing was taken twice."))
    return redirect("cases:case", number=case.number)


def _draft(request: ActorRequest, data: dict[str, Any]) -> operations.Draft:
    leading = Organisation.objects.filter(is_open=True, kind__in=CAN_LEAD)
    unit = leading.filter(pk=request.actor.organisation_id or 0).first()
    history = operations.SourceHistory(
        state="in_handling" if unit else "received", unit=unit, due_at=data["due_at"]
    )
    names = ["words", "title", "address", "kind", "urgency", "name", "phone", "received_at"]
    return operations.Draft(
        place=data["where"],
        channel=Channel.TRANSFER,
        source=SOURCE,
        external_no=data["number"].strip(),
        history=history,
        **{name: data[name] for name in names},
    )
