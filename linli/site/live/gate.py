"""Who a stream's reader is: asked of the same middleware that every page goes through."""

from collections.abc import Mapping
from functools import cache
from http.cookies import CookieError, SimpleCookie

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse

from linli.kernel.actor import Actor


@cache
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def reader_of(headers: Mapping[str, str], *, address: str) -> Actor | None:
    """Return who asks, or None for somebody to whom no page would open now.

    `headers`: by small name; cookie, host and the proxy's word of the caller count. `address`: where the request came from. Gives its database
    connection back: threads come and go.
    """
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = reverse("web:here")
    request.META = {
        "REMOTE_ADDR": address,
        "HTTP_HOST": headers.get("host", ""),
        "HTTP_X_REAL_IP": headers.get("x-real-ip", ""),
        "SERVER_NAME": "live",
        "SERVER_PORT": "0",
    }
    if settings.LINLI.https:
        request.META["HTTP_X_FORWARDED_PROTO"] = "https"
    try:
        cookies: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return None
    request.COOKIES = {name: one.value for name, one in cookies.items()}
    try:
        response = _handler().get_response(request)
        actor: Actor | None = getattr(request, "actor", None)
        return actor if response.status_code == 200 else None
    finally:
        connection.close()
