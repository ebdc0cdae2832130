"""The page's side of the live stream: where it is, and whether a page would open now for whoever asks."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def here(request: HttpRequest) -> HttpResponse:
    """Answer 200 if a page would open now for whoever asks, else 204. The live stream asks so who its reader is."""
    is_in = getattr(request, "actor", None) is not None
    return HttpResponse(status=200 if is_in else 204)


def live_address(request: HttpRequest) -> str:
    """Return the address of the live stream for this page, or "" where there is none.

    A setting that begins with a port means this very host, under whatever name it was asked for.
    """
    address: str = settings.LINLI.live_url
    if not address.startswith(":"):
        return address
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{request.scheme}://{host}{address}"
