"""When a delivery is tried again, how it is signed, which addresses are never sent to. Pure."""

import base64
import datetime as dt
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal

MOST_TRIES = 12
LONGEST_PAUSE = dt.timedelta(hours=6)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")))
"""IPv6 forms behind which any IPv4 address may stand, a private one too."""

BAD_URL = Refusal(
    "hook.bad_url",
    _("Write the whole address, e.g. https://example.org/linli, without a user name in it."),
    "url",
)


def pause_after(attempt: int) -> dt.timedelta:
    """Return how long to wait after the n-th try: 10 seconds, three times as long each time, six hours at most.

    Twelve tries last a day and a bit: a weekend's failure needs a hand, a night's does not.
    """
    return min(dt.timedelta(seconds=10 * 3 ** min(attempt - 1, 10)), LONGEST_PAUSE)


def new_secret() -> str:
    """Return a secret in the form of the Standard Webhooks specification."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, *, key: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message: Standard Webhooks 1.0, symmetric (HMAC with SHA-256)."""
    signed = f"{key}.{timestamp}.".encode() + body
    bare = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(bare, signed, hashlib.sha256).digest()).decode()


def networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a setting: `10.1.0.0/16, fd00::/8`. Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def may_be_sent_to(address: str, *, allowed: Iterable[Network]) -> bool:
    """Return whether an address (as resolved) is a public one, or lies in a network that was allowed."""
    found: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in network for network in allowed if network.version == found.version):
        return True
    is_translated = any(found in network for network in _TRANSLATED if found.version == 6)
    return found.is_global and not found.is_multicast and not is_translated


def check_url(url: str) -> None:
    """Raise BAD_URL for what is no address of a web server."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
        is_good &= parts.port != 0 and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        is_good = False
    if not is_good:
        raise BAD_URL()
