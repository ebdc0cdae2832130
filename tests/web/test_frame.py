"""The frame of a page: who sees which entry, how the page looks, what is said when something fails."""

import datetime as dt
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import MOVED_ALREADY
from linli.web import context, navigation, views
from linli.web.addresses import own_address

NOW = dt.datetime(2026, 11, 18, 6, 10, tzinfo=dt.UTC)


def an_actor(*permissions: str, role: str = "operator") -> Actor:
    return Actor(
        user_id=7,
        name="孙话务",
        grants=(Grant(role=role, permissions=frozenset(permissions)),),
        now=NOW,
    )


def a_request(path: str = "/", *, actor: Actor | None = None, **given: Any) -> HttpRequest:
    request = RequestFactory().get(path, **given)
    request.actor = actor  # type: ignore[attr-defined]
    return request


# —— the bar and the loop


def test_the_bar_holds_what_the_actor_may_open_and_nothing_else() -> None:
    shown = navigation.entries(an_actor("cases.handle", "cases.see_rates"))
    assert [entry["url_name"] for entry in shown] == ["cases:work", "insight:overview"]
    assert shown[0]["url"] == reverse("cases:work")


def test_nobody_signed_in_has_no_bar() -> None:
    assert navigation.entries(None) == []


def test_every_step_of_the_loop_shows_and_only_own_pages_are_links() -> None:
    steps = navigation.loop(navigation.entries(an_actor("cases.dispatch")))
    assert [step["code"] for step in steps] == [step.code for step in navigation.LOOP]
    assert {step["code"] for step in steps if step["url"]} == {"dispatch"}


def test_the_table_names_pages_that_exist_and_steps_of_the_loop() -> None:
    codes = {step.code for step in navigation.LOOP}
    for item in navigation.NAVIGATION:
        assert reverse(item.url_name)
        assert item.loop_step in {*codes, ""}  # what is set up for the loop is no step of it


# —— how the page looks


def test_the_choice_in_the_cookie_is_drawn_by_the_server() -> None:
    request = a_request()
    request.COOKIES = {"linli_type": "large", "linli_theme": "ink"}
    page = context.page(request)
    assert (page["type_size"], page["theme"]) == ("large", "ink")


def test_a_choice_that_does_not_exist_is_not_drawn() -> None:
    request = a_request()
    request.COOKIES = {"linli_type": '"><script>', "linli_theme": "pink"}
    page = context.page(request)
    assert (page["type_size"], page["theme"]) == ("normal", "auto")


def test_type_and_theme_are_kept_without_a_script(client: Client) -> None:
    answer = client.post(
        reverse("web:appearance"), {"type": "large", "next": "/rates/?month=2026-10"}
    )
    assert answer["Location"] == "/rates/?month=2026-10"
    assert client.cookies["linli_type"].value == "large"
    assert "linli_theme" not in client.cookies


def test_an_unknown_theme_is_left_aside(client: Client) -> None:
    client.post(reverse("web:appearance"), {"theme": "pink", "next": "/"})
    assert "linli_theme" not in client.cookies


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x", ""]
)
def test_the_way_back_never_leaves_this_host(address: str) -> None:
    assert own_address(a_request(), address) == "/"


def test_the_moment_of_a_page_is_the_actors() -> None:
    assert context.page(a_request(actor=an_actor()))["now"] == NOW


# —— when something fails


def test_an_inner_failure_is_said_without_session_context_or_database() -> None:
    # No database mark on this test: a query would fail it.
    for language, words in (
        ("zh-hans", "我们这边出了错"),
        ("en", "Something went wrong on our side"),
    ):
        with translation.override(language):
            answer = views.server_error(RequestFactory().get("/"))
        assert answer.status_code == 500
        assert words in answer.content.decode()


def test_a_failure_of_the_failure_page_is_still_said(settings: Any) -> None:
    hashed = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {"staticfiles": {"BACKEND": hashed}}  # and no manifest of the files
    settings.STATIC_ROOT = "/nonexistent"
    answer = views.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "tell your administrator" in answer.content.decode()


def stale_form(**headers: str) -> str:
    request = RequestFactory().post(
        "/calls/new/",
        {
            "words": "北门的路灯不亮",
            "csrfmiddlewaretoken": "old",
            "password": "geheim",
            "empty": "",
        },
        headers=headers,
    )
    request.actor = None  # type: ignore[attr-defined]
    request._messages = []  # type: ignore[attr-defined]
    answer = views.csrf_failure(request)
    assert answer.status_code == 403
    return answer.content.decode()


def test_what_was_typed_into_a_stale_form_is_shown_again_and_secrets_are_not() -> None:
    page = stale_form(**{"Sec-Fetch-Site": "same-origin"})
    assert "北门的路灯不亮" in page
    assert "geheim" not in page
    assert ">old<" not in page


def test_a_foreign_page_cannot_put_words_on_ours() -> None:
    assert "北门的路灯不亮" not in stale_form(**{"Sec-Fetch-Site": "cross-site"})


@pytest.mark.parametrize(
    ("view", "status"), [(views.bad_request, 400), (views.forbidden, 403), (views.not_found, 404)]
)
def test_each_error_page_says_what_happened_and_leads_on(view: Any, status: int) -> None:
    request = a_request()
    request._messages = []  # type: ignore[attr-defined]
    answer = view(request, Exception())
    page = answer.content.decode()
    assert answer.status_code == status
    assert "data-problem" in page
    assert 'href="/"' in page


def test_a_request_for_another_host_gets_our_page_and_no_more(client: Client) -> None:
    answer = client.get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "data-problem" in answer.content.decode()


def test_a_refusal_is_shown_in_its_own_words(rf: RequestFactory) -> None:
    from linli.kernel.http import refusal_middleware

    request = a_request()
    request._messages = []  # type: ignore[attr-defined]
    refused = MOVED_ALREADY(move="派单", who="<b>赵调度</b>", when="今天 14:02")
    answer = refusal_middleware(lambda _: None).process_exception(request, refused)  # type: ignore[arg-type, return-value, attr-defined]
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "&lt;b&gt;赵调度&lt;/b&gt;" in page
    assert "kernel.moved_already" in page
