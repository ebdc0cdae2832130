"""Reading a page as a person does: its words, and what stands in its fields."""

from collections import defaultdict
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.test.client import ClientHandler
from django.utils import translation

from linli.accounts.models import User
from linli.kernel.errors import Refusal

LANGUAGES = ("zh-hans", "en")


class Page(HTMLParser):
    """The text of a page, and the values of its fields by name, as a browser would show them."""

    def __init__(self, response: Any) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: dict[str, list[str]] = defaultdict(list)
        self._text: list[str] = []
        self._area: str | None = None
        self.feed(response.content.decode())
        self.text = " ".join("".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, kind = given.get("name") or given.get("aria-label") or "", given.get("type")
        if tag == "textarea":
            self._area = name
            self.fields[name].append("")
        elif tag == "input" and (kind not in ("radio", "checkbox") or "checked" in given):
            default = "on" if kind == "checkbox" else ""
            self.fields[name].append(given.get("value") or default)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            # A browser drops the first line end behind the tag, and sends \r\n for each other one.
            kept = self.fields[self._area][-1].removeprefix("\r").removeprefix("\n")
            self.fields[self._area][-1] = kept
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.fields[self._area][-1] += data
        else:
            self._text.append(data)

    def shows(self, words: str) -> bool:
        """Return whether the words stand on the page, in its text or in a field."""
        plain = " ".join(words.split())
        values = (value for values in self.fields.values() for value in values)
        return plain in self.text or any(plain in " ".join(value.split()) for value in values)


def says(refusal: Refusal | Any, language: str, **facts: Any) -> str:
    """Return what a refusal, or a translated text, says in a language."""
    with translation.override(language):
        text = str(getattr(refusal, "text", refusal))
        return text % facts if facts else text


_handler = ClientHandler(enforce_csrf_checks=False)


def a_browser(user: User | None = None) -> Client:
    """Return a browser, signed in or not. All share one handler: a new one would set up every
    middleware anew, static files included.
    """
    client = Client()
    client.handler = _handler
    if user is not None:
        client.force_login(user)
    return client


def a_client(user: User, *, language: str, by: str = "cookie") -> Client:
    """Return a browser where the user is signed in and whose language is set, by cookie or header."""
    client = a_browser(user)
    if by == "cookie":
        client.cookies["django_language"] = language
    else:
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = {"zh-hans": "zh-CN,zh;q=0.9"}.get(
            language, language
        )
    return client
