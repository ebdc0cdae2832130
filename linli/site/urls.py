"""Every address of the installation, by room."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.i18n import set_language

from linli.api.rest.routes import api as interface
from linli.site import health as machine
from linli.site.demo import views as demo


def health_whole(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, drainer, worker and live stream (if there is one) answer and the record was last found whole, else 503. For whoever watches
    the installation; a proxy asks /health, which a stopped worker does not take down."""
    from linli.jobs.queries import has_worker
    from linli.journal.drainer import is_alive
    from linli.journal.following import failing
    from linli.journal.queries import last_check
    from linli.site.live.listening import someone_listens

    newest, stuck = last_check(), failing()
    listens = {"live": "ok" if someone_listens() else "missing"} if settings.LINLI.live_url else {}
    found = {
        "drainer": "ok" if is_alive() else "missing",
        "worker": "ok" if has_worker() else "missing",
        **listens,
        "subscribers": f"{', '.join(stuck)} failing" if stuck else "ok",
        "record": f"{newest.fault_count} faults" if newest and newest.fault_count else "ok",
    }
    lines = ["database ok", *(f"{name} {state}" for name, state in found.items())]
    status = 200 if set(found.values()) == {"ok"} else 503
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain", status=status)


def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers. For a proxy."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def record_head(request: HttpRequest) -> HttpResponse:
    """Publish the signed head of the sealed record: whoever keeps a copy can check a case's history by it."""
    from linli.journal.drainer import head_now
    from linli.journal.history import published
    from linli.kernel import clock

    return JsonResponse(published(head_now(now=clock.now())), json_dumps_params={"indent": 2})


handler400 = "linli.web.views.bad_request"
handler403 = "linli.web.views.forbidden"
handler404 = "linli.web.views.not_found"
handler500 = "linli.web.views.server_error"

urlpatterns = [
    path("health", health, name="health"),
    path("health/whole", health_whole, name="health_whole"),
    path("record/head.json", record_head, name="record_head"),
    path("health/live", machine.live, name="live"),
    path("health/ready", machine.ready, name="ready"),
    path("metrics", machine.metrics, name="metrics"),
    path("demo/growing/", demo.growing, name="demo_growing"),
    path("language/", set_language, name="set_language"),
    path("", include("linli.accounts.urls")),
    path("", include("linli.accounts.door.urls")),
    path("", include("linli.workforce.urls")),
    path("", include("linli.knowledge.urls")),
    path("", include("linli.cases.privacy.urls")),
    path("", include("linli.cases.urls")),
    path("", include("linli.cases.imports.urls")),
    path("", include("linli.cases.attachments.urls")),
    path("", include("linli.cases.exporting.urls")),
    path("", include("linli.cases.groups.urls")),
    path("", include("linli.cases.repeated.urls")),
    path("", include("linli.cases.clocks.urls")),
    path("", include("linli.cases.catalogue.urls")),
    path("", include("linli.cases.sorting.urls")),
    path("", include("linli.territory.calendar.urls")),
    path("", include("linli.problems.urls")),
    path("", include("linli.insight.urls")),
    path("", include("linli.channels.urls")),
    path("", include("linli.api.urls")),
    path("api/v1/", interface.urls),
    path("", include("linli.web.places.urls")),
    path("", include("linli.web.urls")),
]
