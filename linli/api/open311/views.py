"""The addresses of Open311. Each checks its form, reads what is asked, and answers in that form."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from linli.api.choices import Scope
from linli.api.open311 import reading
from linli.api.open311.asking import Asked, GeoError, asked_of, bad, missing
from linli.api.open311.formats import TYPES, answer
from linli.api.open311.models import SentRequest
from linli.api.open311.operations import send_request
from linli.api.open311.placing import Where, place_of
from linli.api.open311.questions import answers_in_words, questions_of
from linli.cases import operations
from linli.cases.attachments.operations import attach
from linli.cases.attachments.receiving import receive_pictures
from linli.cases.choices import Channel
from linli.cases.models import Case
from linli.cases.operations import Draft
from linli.cases.permissions import CasePermission as P
from linli.kernel import clock
from linli.kernel.errors import RuleBroken
from linli.kernel.ids import read_number

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGED = "2026-11-25T00:00:00+08:00"
FORMS = tuple(TYPES)
DESCRIPTION = 4_000
View = Callable[..., HttpResponse]


def answering(*methods: str) -> Callable[[View], View]:
    """Make a view answer refusals in the form asked for; another form, or another method, is none of its."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, form: str, **kwargs: Any) -> HttpResponse:
            if form not in FORMS:
                return _refused(missing(form), form="xml")
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            try:
                return view(request, *args, form=form, **kwargs)
            except GeoError as no:
                return _refused(no, form=form)
            except RuleBroken as broken:
                return _refused(GeoError(400, broken), form=form)
            except ObjectDoesNotExist:
                return _refused(missing("service_request_id"), form=form)

        return guarded

    return wrap


def _refused(no: GeoError, *, form: str) -> HttpResponse:
    row = {"code": no.status, "description": no.broken.message}
    response = answer("errors", [row], form=form, status=no.status)
    if no.wait:
        response["Retry-After"] = str(no.wait)
    return response


@answering("GET", "HEAD")
def discovery(request: HttpRequest, *, form: str) -> HttpResponse:
    """Say where the interface is and in which forms it answers."""
    base = request.build_absolute_uri(reverse("api:services", args=["xml"]))
    content = {
        "changeset": CHANGED,
        "contact": _("Ask the administrator of this installation for a key (a token)."),
        "key_service": request.build_absolute_uri(reverse("api:tokens")),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": base.removesuffix("/services.xml"),
                "changeset": CHANGED,
                "type": "test" if settings.LINLI.demo else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return answer("discovery", content, form=form)


@answering("GET", "HEAD")
def services(request: HttpRequest, *, form: str) -> HttpResponse:
    """List what can be asked for."""
    asked = asked_of(request)
    asked.count_stranger()
    asked.place  # noqa: B018 - an unknown jurisdiction is refused
    return answer("services", reading.services_at(clock.now()), form=form)


@answering("GET", "HEAD")
def definition(request: HttpRequest, code: str, *, form: str) -> HttpResponse:
    """Tell what is asked for one service besides the words."""
    asked = asked_of(request)
    asked.count_stranger()
    asked.place  # noqa: B018 - an unknown jurisdiction is refused
    service = reading.service_by(code, now=clock.now())
    if service is None:
        raise missing("service_code")
    questions = questions_of(service.code)
    attributes = [reading.told_question(one, order) for order, one in enumerate(questions, start=1)]
    content = {"service_code": service.code, "attributes": attributes}
    return answer("service_definition", content, form=form)


@answering("GET", "HEAD", "POST")
def requests(request: HttpRequest, *, form: str) -> HttpResponse:
    """List requests; take one."""
    asked = asked_of(request)
    if request.method == "POST":
        return _send(asked, form=form)
    actor, caller = asked.reader()
    rows = reading.requests_of(actor, area=asked.place)
    found = reading.asked_for(rows, asked, now=actor.now)
    is_extended = asked.text("extensions") == "true"
    content = reading.told(found, caller=caller, is_extended=is_extended)
    return answer("service_requests", content, form=form)


@answering("GET", "HEAD")
def one_request(request: HttpRequest, number: str, *, form: str) -> HttpResponse:
    """Tell one request, as a list of one."""
    asked = asked_of(request)
    actor, caller = asked.reader()
    rows = reading.requests_of(actor, area=asked.place).filter(number=read_number(number) or "-")
    found = list(rows)
    if not found:
        raise missing("service_request_id")
    is_extended = asked.text("extensions") == "true"
    content = reading.told(found, caller=caller, is_extended=is_extended)
    return answer("service_requests", content, form=form)


@answering("GET", "HEAD")
def token(request: HttpRequest, token: str, *, form: str) -> HttpResponse:
    """Tell the number of a request by its token; none while it waits to be sorted."""
    asked = asked_of(request)
    asked.count_stranger()
    try:
        key = uuid.UUID(token)
    except ValueError as wrong:
        raise missing("token") from wrong
    sent = SentRequest.objects.select_related("case").filter(token=key).first()
    if sent is None:
        raise missing("token")
    waits = sent.is_batch and sent.case.state == "received"
    row = {"token": str(sent.token), "service_request_id": "" if waits else sent.case.number}
    return answer("service_requests", [row], form=form)


@answering("GET", "HEAD", "POST")
def updates(request: HttpRequest, *, form: str) -> HttpResponse:
    """List what happened to requests; take what a client adds to one."""
    asked = asked_of(request)
    if request.method == "POST":
        return _add(asked, form=form)
    caller = asked.caller(Scope.CASES_READ, Scope.CASES_WORDS)
    rows = reading.requests_of(caller.actor, area=asked.place)
    content = reading.updates_of(rows, asked, now=caller.actor.now)
    return answer("service_requests_updates", content, form=form)


def _send(asked: Asked, *, form: str) -> HttpResponse:
    caller = asked.caller(Scope.CASES_WRITE)
    actor, area = caller.actor, asked.place
    code = asked.text("service_code")
    service = reading.service_by(code, now=actor.now) if code else None
    if not code:
        raise bad("service_code", _("required"))
    if service is None:
        raise missing("service_code")
    lat, lng = asked.degrees("lat", 90), asked.degrees("long", 180)
    point = (lng, lat) if lat is not None and lng is not None else None
    held = [(area.scope_column, area.code)] if area else list(actor.scopes(P.RECEIVE))
    address = asked.text("address_string")
    where = Where(point, address, asked.text("address_id", limit=32))
    files = asked.request.FILES.getlist("media")
    pictures, refused = receive_pictures(files)
    if refused:
        raise refused[0]
    sent = send_request(
        actor=actor,
        draft=Draft(
            words=_words(asked, service.code, service.label),
            place=place_of(where, within=held),
            category=service,
            channel=Channel.WEB,
            address=address,
            name=_name(asked),
            phone=asked.text("phone", limit=40),
            account=asked.text("email"),
            intake_key=_key_of(asked, caller.token.pk),
        ),
        point=point,
        is_batch=reading.is_batch(service, now=actor.now),
    )
    if pictures:
        key = uuid.uuid5(sent.token, "media")
        attach(
            actor=actor,
            case_id=sent.case_id,
            kind="from_caller",
            pictures=pictures,
            form_key=key,
        )
    notice = _("Received. It is given to whoever is responsible; the hotline asks you afterwards.")
    named = (
        {"token": str(sent.token)} if sent.is_batch else {"service_request_id": sent.case.number}
    )
    row = {**named, "service_notice": notice, "account_id": None}
    return answer("service_requests", [row], form=form, status=201)


def _words(asked: Asked, code: str, label: str) -> str:
    """Return the words of a request: what was described, the answers, a link to a picture elsewhere."""
    said = asked.text("description", limit=DESCRIPTION) or label
    lines = [said, *answers_in_words(code, asked.attributes)]
    if link := asked.text("media_url", limit=500):
        lines.append(link)
    return "\n".join(lines)


def _name(asked: Asked) -> str:
    """Return the whole name: a Chinese one without a space between, the family name first."""
    first, last = asked.text("first_name", limit=32), asked.text("last_name", limit=32)
    if (first + last).isascii():
        return f"{first} {last}".strip()
    return f"{last}{first}"


def _key_of(asked: Asked, token_id: int) -> uuid.UUID | None:
    """Return the key of a client that sends one, so that a request sent again stays one."""
    given = asked.request.headers.get("Idempotency-Key", "")[:200]
    name = f"linli:open311:{token_id}:{given}"
    return uuid.uuid5(uuid.NAMESPACE_OID, name) if given else None


def _add(asked: Asked, *, form: str) -> HttpResponse:
    caller = asked.caller(Scope.CASES_WRITE)
    number = read_number(asked.text("service_request_id")) or "-"
    rows = Case.objects.seen_by(caller.actor, permission=P.RECEIVE)
    case_id = rows.values_list("pk", flat=True).get(number=number)
    words = asked.text("description", limit=DESCRIPTION)
    if not words:
        raise bad("description", _("required"))
    given = asked.text("update_id") or words
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"linli:open311:{caller.token.pk}:{number}:{given}")
    added = operations.supplement(actor=caller.actor, case_id=case_id, words=words, form_key=key)
    row = {"update_id": f"s{added.pk}", "service_request_id": number}
    return answer("service_requests_updates", [row], form=form, status=201)
