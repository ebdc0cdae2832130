"""Addresses for machines: is the process alive, can it serve, how is it doing."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from linli.site.metrics import exposition, may_read

PLAIN = "text/plain; charset=utf-8"


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process answers at all; asks nothing of the database."""
    return HttpResponse("ok\n", content_type=PLAIN)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when a request could be served, else 503; a line for each part, without reasons."""
    parts = {name: _holds(check) for name, check in PARTS.items()}
    lines = "".join(f"{name} {'ok' if holds else 'bad'}\n" for name, holds in parts.items())
    return HttpResponse(lines, content_type=PLAIN, status=200 if all(parts.values()) else 503)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except DatabaseError:
        return False


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _tables_are_of_this_version() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return _shipped() <= set(cursor.fetchall())


@cache
def _shipped() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations or ())


PARTS = {"database": _database_answers, "tables": _tables_are_of_this_version}


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus, by token or from this machine; to anybody else there is nothing here."""
    token = settings.LINLI.metrics_token
    if not may_read(meta=request.META, token=token.get_secret_value() if token else None):
        return HttpResponse("", status=404, content_type=PLAIN)
    body, kind = exposition()
    return HttpResponse(body, content_type=kind)
