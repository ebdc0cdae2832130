"""How far the demo city has grown, for whoever looks at it while it grows."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from linli.cases.models import Case
from linli.site.demo.playing import SOURCE


def growing(request: HttpRequest) -> HttpResponse:
    """Show how many of the planned cases stand; nothing outside a demo, which is no place to ask."""
    wanted = settings.LINLI.demo_cases
    if not settings.LINLI.demo:
        raise Http404
    standing = Case.objects.everywhere("demo: how far it has grown").filter(source=SOURCE).count()
    context = {"standing": min(standing, wanted) if wanted else standing, "wanted": wanted, "grows": standing < wanted}  # fmt: skip
    is_part = bool(getattr(request, "htmx", False))
    return render(request, "web/demo/part.html" if is_part else "web/demo/growing.html", context)
