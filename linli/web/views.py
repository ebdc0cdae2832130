"""Pages of the frame: how it looks, and what it says when something went wrong."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from linli.kernel import clock
from linli.web.addresses import own_address
from linli.web.appearance import remember

_LAST_WORDS = (
    "我们这边出了错，连出错页面也显示不了。请退回去再试；还是这样，请告诉管理员。\n"
    "Something went wrong on our side, and even the page that should say so. Go back and try once "
    "more; if it happens again, tell your administrator.\n"
)
_SECRET_FIELDS = ("csrfmiddlewaretoken", "password", "next")


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the type size or theme chosen and return to the page; `next` stays on this host."""
    response = HttpResponseRedirect(own_address(request, request.POST.get("next", "")))
    remember(request, response)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400. The request could not be read."""
    return render(request, "web/errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403. The actor's roles do not include this page."""
    return render(request, "web/errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404. Nothing here, or nothing that this actor sees: both look the same."""
    return render(request, "web/errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Rendered without context processors, session or database: any of them may be the cause."""
    try:
        return HttpResponseServerError(
            render_to_string("web/errors/500.html", {"now": clock.now()})
        )
    except Exception:  # templates or static files may be the cause as well
        return HttpResponseServerError(_LAST_WORDS, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is too old. What was typed is shown again, so that nothing is lost.

    It is shown only to a browser that sent it from our own pages: a foreign page cannot put words here.
    """
    own = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    typed = [
        (name, value)
        for name, values in (request.POST.lists() if own else ())
        for value in values
        if value.strip() and not any(secret in name for secret in _SECRET_FIELDS)
    ]
    return render(request, "web/errors/csrf.html", {"typed": typed}, status=403)
