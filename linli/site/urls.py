"""Every address of the installation, by room."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.i18n import set_language


def health_whole(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, drainer and worker all answer, else 503; a line each. For whoever watches
    the installation; a proxy asks /health, which a stopped worker does not take down."""
    from linli.jobs.queries import has_worker
    from linli.journal.drainer import is_alive

    found = {"drainer": is_alive(), "worker": has_worker()}
    lines = ["database ok", *(f"{name} {'ok' if up else 'missing'}" for name, up in found.items())]
    status = 200 if all(found.values()) else 503
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain", status=status)


def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers. For a proxy."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


handler400 = "linli.web.views.bad_request"
handler403 = "linli.web.views.forbidden"
handler404 = "linli.web.views.not_found"
handler500 = "linli.web.views.server_error"

urlpatterns = [
    path("health", health, name="health"),
    path("health/whole", health_whole, name="health_whole"),
    path("language/", set_language, name="set_language"),
    path("", include("linli.accounts.urls")),
    path("", include("linli.workforce.urls")),
    path("", include("linli.cases.privacy.urls")),
    path("", include("linli.cases.urls")),
    path("", include("linli.cases.clocks.urls")),
    path("", include("linli.territory.calendar.urls")),
    path("", include("linli.web.places.urls")),
    path("", include("linli.web.urls")),
]
