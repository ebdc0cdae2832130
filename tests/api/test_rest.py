"""The REST interface: what goes in and out, for whom, in which shape."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.api.rest.routes import api
from linli.cases import operations
from linli.cases.models import Case, Supplement
from linli.cases.privacy.wall import requester_of
from linli.journal.drainer import drain
from linli.kernel.ids import make_number, show_number
from tests.api.systems import EVERYTHING, Program, a_program
from tests.builders import Town, a_case
from tests.cases.people import a_user
from tests.cases.standing import standing_town
from tests.conftest import NOW
from tests.journal.conftest import own_chain as own_chain

PHONE = "19900007777"
NAME = "许大妈"
NOBODYS = make_number(year=2026, counter=9_999_999)
BODY = {
    "words": "六号楼电梯停运两天了，我叫许大妈，电话19900007777。",
    "place": "110105019029",
    "category": "020301",
    "address": "六号楼",
    "name": NAME,
    "phone": PHONE,
}


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


# — cases —


def test_a_request_goes_in_and_who_asked_stays_in(town: Town) -> None:
    program = a_program(town, "operator", "cases:write", "cases:words")
    answer = program.post("/cases", BODY, key="form-0001")
    assert answer.status_code == 201
    told = answer.json()
    case = Case.objects.everywhere("test").get(number=told["number"])
    asked = requester_of(case.pk, actor=town.actor("operator"), permission="cases.see")
    assert asked is not None
    assert (asked.name, asked.phone) == (NAME, "+8619900007777")
    assert (told["state"], told["category"]["code"], told["place"]["code"]) == (
        "received",
        "020301",
        "110105019029",
    )
    assert NAME not in answer.content.decode()
    assert PHONE not in answer.content.decode()


def test_the_same_request_under_one_key_is_one_case(town: Town) -> None:
    program = a_program(town, "operator", "cases:write")
    one, two = (program.post("/cases", BODY, key="form-0002") for _ in range(2))
    assert one.json() == two.json()
    assert Case.objects.everywhere("test").count() == 1
    # Another token's key of the same text is another key.
    a_program(town, "operator", "cases:write").post("/cases", BODY, key="form-0002")
    assert Case.objects.everywhere("test").count() == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"words": ""}, "words"),
        ({"place": "110105019099"}, "place"),
        ({"category": "99"}, "category"),
        ({"phone": "12"}, "phone"),
        ({"kind": "gossip"}, "kind"),
        ({"words": "停水\x00"}, "words"),
        ({"occurred_at": "2026-11-18T06:00:00"}, "occurred_at"),
    ],
)
def test_what_is_wrong_is_named_in_both_languages(
    town: Town, given: dict[str, Any], field: str
) -> None:
    program = a_program(town, "operator", "cases:write", language="en")
    answer = program.post("/cases", {**BODY, **given}, key="form-0003")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert field in [error["field"] for error in told["errors"]]
    assert told["detail"] == told["details"]["en"] != told["details"]["zh-hans"]
    assert not Case.objects.everywhere("test").exists()


def test_a_request_without_a_key_or_a_body_is_refused(town: Town) -> None:
    program = a_program(town, "operator", "cases:write")
    assert program.post("/cases", BODY).status_code == 422
    assert program.post("/cases", raw=b"{", key="form-0004").status_code in (400, 422)


def test_words_are_told_to_whom_the_scope_names(town: Town) -> None:
    case = a_case(town, at="in_progress", address="六号楼三单元401")
    little = a_program(town, "operator", "cases:read").get(f"/cases/{case.number}").json()
    much = a_program(town, "operator", "cases:words").get(f"/cases/{case.number}").json()
    assert (much["text"], much["address"]) == (case.words, case.address)
    assert little["text"] == case.shared_text
    assert "401" not in little["address"]
    assert much["order"]["unit"]["code"] == "committee-029"
    assert much["order"]["state"] == "in_progress"


def test_a_confidential_case_is_told_to_no_program(town: Town) -> None:
    case = a_case(town, confidentiality="hide_case")
    program = a_program(town, "operator", *EVERYTHING)
    assert program.get(f"/cases/{case.number}").status_code == 404
    assert program.get("/cases").json()["items"] == []


def numbers(answer: Any) -> list[str]:
    return [item["number"] for item in answer.json()["items"]]


def test_a_list_goes_on_page_by_page_the_newest_first(town: Town) -> None:
    made = [a_case(town, now=NOW).number for _ in range(5)]
    program = a_program(town)
    first = program.get("/cases", limit=2)
    second = program.get("/cases", limit=2, after=first.json()["next"])
    third = program.get("/cases", limit=2, after=second.json()["next"])
    assert numbers(first) + numbers(second) + numbers(third) == made[::-1]
    assert third.json()["next"] is None
    assert program.get("/cases", after="nonsense").status_code == 422


def test_a_list_is_narrowed_by_what_is_asked(town: Town) -> None:
    lift = a_case(town, at="closed", category="020301")
    water = a_case(town, category="0401", place="110105019030")
    program = a_program(town)

    def found(**asked: Any) -> list[str]:
        return numbers(program.get("/cases", **asked))

    assert found(category="02") == [lift.number]
    assert found(place="110105019030") == [water.number]
    assert found(standing="ended") == [lift.number]
    assert found(standing="open") == [water.number]
    assert found(state="closed") == [lift.number]
    assert found(received_from="2026-11-18T06:00:00Z") == [water.number]
    assert found(received_before="2026-11-18T06:00:00Z") == [lift.number]
    assert found(external_no="7") == []
    assert program.get("/cases", place="nowhere").status_code == 422


def test_a_number_is_known_with_its_hyphens(town: Town) -> None:
    case = a_case(town)
    program = a_program(town)
    assert program.get(f"/cases/{show_number(case.number)}").status_code == 200
    assert program.get(f"/cases/{case.number[:-1]}0").status_code in (200, 404)


def test_what_has_not_changed_is_not_sent_again(town: Town) -> None:
    case = a_case(town, at="dispatched")
    program = a_program(town)
    first = program.get(f"/cases/{case.number}")
    tag = first.headers["ETag"]
    again = program.get(f"/cases/{case.number}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    operations.accept(actor=town.actor("worker"), case_id=case.pk)
    changed = program.get(f"/cases/{case.number}", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_a_fact_is_added_once_and_stands_in_the_story(town: Town) -> None:
    case = a_case(town, at="in_progress")
    program = a_program(town, "operator", "cases:write")
    for _ in range(2):
        answer = program.post(
            f"/cases/{case.number}/facts", {"words": "七号楼也停了。"}, key="fact-0001"
        )
        assert answer.status_code == 201
    assert Supplement.objects.get().words == "七号楼也停了。"
    told = program.post(
        f"/cases/{case.number}/facts", {"words": "请打13900001234"}, key="fact-0002"
    )
    assert told.status_code == 422
    assert told.json()["title"] == "supplement.holds_personal"


def test_nothing_is_added_to_what_has_ended(town: Town) -> None:
    case = a_case(town, at="closed")
    program = a_program(town, "operator", "cases:write")
    told = program.post(f"/cases/{case.number}/facts", {"words": "又坏了"}, key="fact-0003")
    assert (told.status_code, told.json()["title"]) == (409, "supplement.ended_already")


# — orders —


def test_an_order_is_handled_by_the_same_rules_as_on_the_stairs(town: Town) -> None:
    case = a_case(town, at="dispatched")
    program = a_program(town, "worker", "orders:write", place="110105019029")
    assert numbers(program.get("/orders")) == [case.number]
    early = program.post(f"/orders/{case.number}/contact", {"means": "phone", "was_reached": True})
    assert early.status_code == 409
    assert program.post(f"/orders/{case.number}/accept").json()["order"]["state"] == "accepted"
    twice = program.post(f"/orders/{case.number}/accept")
    assert (twice.status_code, twice.json()["title"]) == (409, "kernel.moved_already")
    told = program.post(f"/orders/{case.number}/contact", {"means": "phone", "was_reached": True})
    assert told.json()["order"]["state"] == "in_progress"
    body = {"resolution": "solved", "public_reply": "修好了，请您试用。"}
    bare = program.post(f"/orders/{case.number}/report", body)
    assert (bare.status_code, bare.json()["title"]) == (422, "order.not_shown")
    done = program.post(f"/orders/{case.number}/report", {**body, "evidence": "维保完工单"})
    assert done.json()["order"]["state"] == "reported"


# — events —


def test_events_are_told_in_order_and_only_of_the_area(town: Town, own_chain: None) -> None:
    here = a_case(town, at="reported")
    a_case(town, place="110105015044", lead="committee-044", at="dispatched")
    drain(now=NOW)
    program = a_program(town, "worker", "events:read")
    told: list[dict[str, Any]] = []
    after = 0
    while True:
        answer = program.get("/events", after=after, limit=3).json()
        told += answer["events"]
        if answer["next"] == after:
            break
        after = answer["next"]
    assert {event["case"] for event in told} == {here.number}
    assert [event["name"] for event in told] == [
        "case.received",
        "case.dispatched",
        "order.accepted",
        "order.contacted",
        "order.reported",
    ]
    positions = [event["position"] for event in told]
    assert positions == sorted(positions)
    assert told[-1]["unit"] == "committee-029"


# — places, categories, rates —


def test_places_and_categories_are_told_to_any_token(town: Town) -> None:
    program = a_program(town)
    below = program.get("/places", parent="110105019").json()
    assert [item["code"] for item in below["items"]] == ["110105019029", "110105019030"]
    first = program.get("/places", parent="110105019", limit=1).json()
    assert first["next"] == "110105019029"
    assert program.get("/places/110105").json()["name_en"] == "Chaoyang District"
    assert program.get("/places/110199").status_code == 404
    codes = {item["code"] for item in program.get("/categories").json()}
    assert {"02", "020301"} <= codes


def test_rates_are_told_with_their_counts_over_the_own_area(town: Town) -> None:
    a_case(town, at="closed")
    program = a_program(town, "leader", "rates:read", place="110105")
    told = program.get("/rates", area="110105019").json()
    assert told["month"] == "2026-11"
    assert told["response"] == {"numerator": 1, "denominator": 1, "value": 1.0}
    assert program.get("/rates", area="110106").status_code == 404
    assert program.get("/rates", area="110105", month="2026-13").status_code == 422


# — for all —


def paths() -> dict[str, str]:
    """Return every address with its method; objects still in braces."""
    described = api.get_openapi_schema()["paths"]
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}": method
        for path, methods in described.items()
        for method in methods
    }


VISITS: dict[str, dict[str, Any]] = {
    "GET /cases/{number}": {},
    "POST /cases/{number}/facts": {"words": "又停了"},
    "POST /orders/{number}/accept": {},
    "POST /orders/{number}/contact": {"means": "phone", "was_reached": True},
    "POST /orders/{number}/report": {
        "resolution": "solved",
        "public_reply": "好",
        "evidence": "单",
    },
}
OF_NO_AREA = {"GET /places/{code}", "POST /platform/{source}/orders"}


def test_every_address_of_an_object_is_swept() -> None:
    assert {path for path in paths() if "{" in path} == {*VISITS, *OF_NO_AREA}


def visited(program: Program, visit: str, number: str) -> tuple[int, str]:
    method, path = visit.replace("{number}", number).split(" ")
    if method == "GET":
        answer = program.get(path)
    else:
        answer = program.post(path, VISITS[visit], key="sweep-0001")
    return answer.status_code, answer.content.decode().replace(number, "…")


@pytest.mark.parametrize("visit", sorted(VISITS))
def test_a_case_next_door_looks_like_none(town: Town, visit: str) -> None:
    case = a_case(town, at="in_progress", name=NAME, phone=PHONE)
    able = a_user(town, "administrator", place="110105015044", unit="committee-044")
    scopes = ("cases:read", "cases:write", "platform:push")
    if visit.startswith("POST /orders"):
        able, scopes = town.users["neighbour"], ("orders:write",)
    program = a_program(town, "", *scopes, username=able.username, place="110105015")
    there = visited(program, visit, case.number)
    assert there == visited(program, visit, NOBODYS)
    assert there[0] == 404


@pytest.mark.parametrize("path", sorted(paths()))
def test_a_stranger_gets_no_further_than_the_door(town: Town, path: str) -> None:
    case = a_case(town)
    method, address = path.split(" ")
    address = address.format(number=case.number, code="110105", source="platform")
    send = Program("linli_nothing")
    for program in (Program(), send):
        answer = program.get(address) if method == "GET" else program.post(address)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_no_answer_tells_who_asked(town: Town) -> None:
    case = a_case(town, at="reported", name=NAME, phone=PHONE)
    program = a_program(town, "operator", *EVERYTHING)
    for path in (f"/cases/{case.number}", "/cases", "/events", "/orders"):
        body = program.get(path).content.decode()
        assert NAME not in body
        assert PHONE not in body


@pytest.mark.parametrize(
    "path",
    ["/cases", "/cases/{number}", "/orders", "/events", "/places?parent=110105", "/categories"],
)
def test_an_answer_takes_few_queries_however_much_it_tells(
    town: Town, own_chain: None, path: str
) -> None:
    for _ in range(7):
        case = a_case(town, at="in_progress")
    drain(now=NOW)
    program = a_program(town, "worker", "cases:read", "orders:write", "events:read")
    with CaptureQueriesContext(connection) as queries:
        answer = program.get(path.format(number=case.number))
    assert answer.status_code == 200
    assert len(queries) <= 10, "\n".join(query["sql"][:160] for query in queries)


def test_the_description_needs_no_token_and_names_every_refusal(town: Town) -> None:
    described = Program().client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for path, methods in described["paths"].items():
        for method in methods.values():
            assert method["security"] == [{"Bearer": []}], path
            assert "application/problem+json" in method["responses"]["401"]["content"]
    assert json.dumps(described).count('"example"') >= 2
