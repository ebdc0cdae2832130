"""The outermost middleware: a request's id on every log line, one line and one count when it is answered."""

import ipaddress
import re
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from linli.site.metrics import count_request

log = structlog.get_logger("linli.request")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ID = re.compile(r"[\w-]{8,64}", re.ASCII)


def request_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Log and count each request by the name of its address. Addresses and inputs are not logged.

    The proxy's X-Request-ID is taken over if it is a plain id, so that its log and ours can be laid
    side by side.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.LINLI.https:
            request.META["REMOTE_ADDR"] = client_address(request.META, proxies=_proxies())
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=request_id):
            response = get_response(request)
            seconds = time.perf_counter() - started
            method = request.method if request.method in METHODS else "other"
            view = _view(request)
            count_request(
                method=method or "", view=view, status=response.status_code, seconds=seconds
            )
            log.info(
                "request",
                method=method,
                view=view,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
            )
        return response

    return middleware


def client_address(meta: Mapping[str, Any], *, proxies: frozenset[str]) -> str:
    """Return who asks: the peer, or whom a trusted proxy names in X-Real-IP."""
    peer = str(meta.get("REMOTE_ADDR", ""))
    named = str(meta.get("HTTP_X_REAL_IP", ""))
    if peer not in proxies:
        return peer
    try:
        return str(ipaddress.ip_address(named))
    except ValueError:
        return peer


def _proxies() -> frozenset[str]:
    return frozenset(part.strip() for part in settings.LINLI.proxies.split(","))


def _view(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is not None:
        return match.view_name or "unnamed"
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"
