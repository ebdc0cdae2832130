"""How the links to other systems stand: orders pushed, what was refused and why, what was sent and did not arrive."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.accounts.door.proofs import freshly_proved
from linli.api.forms import EndpointForm
from linli.api.hooks import operations as hooks
from linli.api.hooks.queries import endpoints_of, in_trouble, with_counts
from linli.api.models import PlatformOrder
from linli.api.permissions import ApiPermission as P
from linli.api.platform import operations as platform
from linli.api.platform.choices import Outcome
from linli.api.platform.queries import links_of, refused_of
from linli.api.queries import tokens_of
from linli.cases.imports.reply import source_name
from linli.kernel.http import ActorRequest, needs

SHOWN = 20


@needs(P.TOKENS)
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Show every link."""
    return _page(request)


@needs(P.TOKENS)
@require_POST
@never_cache
@freshly_proved
def open_endpoint(request: ActorRequest) -> HttpResponse:
    """Let another system be told at an address; its secret is shown this once."""
    form = _form(request, request.POST)
    secret = ""
    if form.is_valid():
        with form.catching():
            _endpoint, secret = hooks.open_endpoint(actor=request.actor, **form.cleaned_data)
    return _page(request, form=None if secret else form, secret=secret)


@needs(P.TOKENS)
@require_POST
@freshly_proved
def end_endpoint(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Tell nothing more at an address."""
    _or_404(lambda: hooks.end_endpoint(actor=request.actor, endpoint_id=key))
    messages.success(request, _("Nothing more is told there."))
    return redirect("api:home")


@needs(P.TOKENS)
@require_POST
def send_again(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Send again what did not arrive."""
    _or_404(lambda: hooks.send_again(actor=request.actor, delivery_id=key))
    messages.success(request, _("It is sent within seconds."))
    return redirect("api:home")


@needs(P.TOKENS)
@require_POST
def try_again(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Judge a refused order once more."""
    receipt = _or_404(lambda: platform.try_again(actor=request.actor, order_id=key))
    if receipt.outcome is Outcome.REFUSED:
        messages.warning(request, receipt.reasons[_language()])
    else:
        messages.success(request, _("Taken: case %(number)s.") % {"number": receipt.case})
    return redirect("api:home")


def _or_404(take: Callable[[], Any]) -> Any:
    try:
        return take()
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def _form(request: ActorRequest, data: Any = None) -> EndpointForm:
    held = [one for one in tokens_of(request.actor) if one.holds(request.actor.now)]
    return EndpointForm(data, tokens=held)


def _why(order: PlatformOrder) -> str:
    """Return why an order was refused, in the reader's language; its code once the row is deleted."""
    if not order.row_sealed:
        return order.code
    said: dict[str, str] = json.loads(order.text)["said"]
    return said[_language()]


def _page(
    request: ActorRequest, *, form: EndpointForm | None = None, secret: str = ""
) -> HttpResponse:
    actor = request.actor
    pages = Paginator(refused_of(actor, P.TOKENS), SHOWN)
    page = pages.get_page(request.GET.get("page"))
    links = links_of(actor, P.TOKENS)
    for link in links:
        link["name"] = source_name(link["source"])
    shown = form or _form(request)
    context = {
        "links": links,
        "page": page,
        "refused": [(order, source_name(order.source), _why(order)) for order in page],
        "endpoints": list(with_counts(endpoints_of(actor).filter(ended_at=None))),
        "trouble": list(in_trouble(actor)[:SHOWN]),
        "form": shown,
        "has_tokens": bool(shown.fields["token_id"].choices),  # type: ignore[attr-defined]
        "secret": secret,
    }
    failed = form is not None and bool(form.errors)
    return render(request, "api/home.html", context, status=422 if failed else 200)
