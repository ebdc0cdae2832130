"""Other systems in tests: tokens made by the administrator, calls as a program makes them."""

import datetime as dt
import json
from typing import Any

from django.test import Client

from linli.api.models import AccessToken
from linli.api.operations import issue_token
from tests.builders import Town
from tests.cases.pages import a_browser
from tests.conftest import NOW

DAY = dt.timedelta(days=1)
EVERYTHING = (
    *("cases:read", "cases:words", "cases:write", "orders:write"),
    *("events:read", "rates:read", "platform:push"),
)


def a_token(
    town: Town, who: str = "operator", *scopes: str, place: str = "110000", **given: Any
) -> tuple[AccessToken, str]:
    """Return a token for one of the cast, with its text; without scopes it has those that only read cases."""
    return issue_token(
        actor=town.actor("administrator"),
        name=f"{who} 的系统",
        username=given.pop("username", None) or town.users[who].username,
        place_code=place,
        scopes=scopes or ("cases:read",),
        expires_at=given.pop("expires_at", NOW + 30 * DAY),
        **given,
    )


class Program:
    """Another system: calls with its token, without cookies."""

    def __init__(self, token: str = "", *, language: str = "") -> None:
        self.client: Client = a_browser()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        if language:
            self.headers["Accept-Language"] = language

    def get(self, path: str, *, headers: dict[str, str] | None = None, **asked: Any) -> Any:
        return self.client.get(f"/api/v1{path}", asked, headers={**self.headers, **(headers or {})})

    def post(self, path: str, body: Any = None, *, key: str = "", raw: bytes | None = None) -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        data = raw if raw is not None else json.dumps(body or {}).encode()
        return self.client.post(
            f"/api/v1{path}", data, content_type="application/json", headers=headers
        )


def a_program(town: Town, who: str = "operator", *scopes: str, **given: Any) -> Program:
    """Return a program with a token of its own."""
    language = given.pop("language", "")
    return Program(a_token(town, who, *scopes, **given)[1], language=language)
