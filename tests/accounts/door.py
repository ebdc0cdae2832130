"""Coming in as a real person does: by the pages, with a password, an authenticator, a code."""

import re
import time
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.urls import reverse

from linli.accounts.models import User
from tests.cases.pages import a_browser

PASSWORD = "correct horse battery"


def a_real(user: User) -> User:
    """Give a person of the cast a password; she is no person of a demo any more."""
    user.is_demo = False
    user.set_password(PASSWORD)
    user.save(update_fields=["is_demo", "password"])
    return user


def come_in(user: User, *, client: Client | None = None, name: str = "") -> Client:
    """Return a browser in which the person has typed name and password."""
    client = client or a_browser()
    address = reverse("accounts:sign_in")
    response = client.post(address, {"login": name or user.username, "password": PASSWORD})
    assert response.status_code == 302, response.content.decode()
    return client


def code_of(secret: str, *, steps: int = 0) -> str:
    """Return what an authenticator shows now, or so many steps of 30 seconds later.

    By another implementation than the one that is tested (RFC 6238).
    """
    import base64

    key = base64.b32decode(secret)
    made = TOTP(key, 6, SHA1(), 30, enforce_key_length=False)
    return made.generate(int(time.time()) + 30 * steps).decode()


def add_authenticator(client: Client) -> str:
    """Set an authenticator up by its page, as the person signed in. Returns its secret."""
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200, page.headers.get("Location")
    found = re.search(r'class="key">.*?<code>([A-Z2-7 ]+)</code>', page.content.decode(), re.DOTALL)
    assert found
    secret = found[1].replace(" ", "")
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert done.status_code == 302, done.content.decode()
    return secret


def second_step(client: Client, code: str) -> Any:
    """Type a code at the second step."""
    return client.post(reverse("mfa_authenticate"), {"code": code})
