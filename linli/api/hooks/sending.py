"""One message to one address: the name is resolved once, the address checked and then used, nothing is followed."""

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from linli.api.hooks.choices import DeliveryFault
from linli.api.hooks.rules import Network, may_be_sent_to

TIMEOUT = 10
"""Seconds for the connection, and for each piece of the answer."""
_READ = 4_096


@dataclass(frozen=True)
class Sent:
    """What came of it: the answer's status, or why there was none."""

    status: int | None = None
    fault: DeliveryFault | None = None

    @property
    def arrived(self) -> bool:
        return self.fault is None


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, whatever the name means a moment later."""

    def __init__(
        self, host: str, port: int, *, address: str, secure: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self.address, self.secure = address, secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), TIMEOUT)
        if self.secure is not None:
            self.sock = self.secure.wrap_socket(self.sock, server_hostname=self.host)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allowed: Sequence[Network] = ()
) -> Sent:
    """Send a message. Never raises for what the other side does."""
    parts = urlsplit(url)
    host, is_secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return Sent(fault=DeliveryFault.UNREACHED)
    addresses = [str(one[4][0]) for one in found]
    if not all(may_be_sent_to(address, allowed=allowed) for address in addresses):
        return Sent(fault=DeliveryFault.PRIVATE)
    secure = ssl.create_default_context() if is_secure else None
    connection = _Pinned(host, port, address=addresses[0], secure=secure)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body=body, headers=dict(headers))
        answer = connection.getresponse()
        answer.read(_READ)
    except ssl.SSLError:
        return Sent(fault=DeliveryFault.INSECURE)
    except TimeoutError:
        return Sent(fault=DeliveryFault.SILENT)
    except (OSError, http.client.HTTPException):
        return Sent(fault=DeliveryFault.UNREACHED)
    finally:
        connection.close()
    fault = None if 200 <= answer.status < 300 else DeliveryFault.ANSWER
    return Sent(answer.status, fault)
