"""Where to go back to: an address is followed only if it lies on this host."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def own_address(request: HttpRequest, address: str) -> str:
    """Return the address if it lies on this host, else the root."""
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if own else "/"


def came_from(request: HttpRequest) -> str:
    """Return the page of ours that the request came from, else the root."""
    return own_address(request, request.headers.get("Referer", ""))
