"""Open311 GeoReport v2, in both forms, against our own schemas of it and a published client."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from georeport import GeoReport

from linli.api.open311.formats import INNER
from linli.api.open311.models import SentRequest
from linli.cases.models import Attachment, Case, Supplement
from linli.cases.privacy.redactors import REDACTORS
from linli.cases.privacy.wall import requester_of
from linli.kernel.ids import make_number
from linli.methods.geo import Datum, from_gcj02
from linli.territory.models import PlacePoint
from linli.territory.operations import open_place
from tests.api import geo_schemas as schemas
from tests.api.systems import a_token
from tests.builders import Town, a_case, take
from tests.cases.pages import a_browser
from tests.cases.photos import a_photo
from tests.cases.standing import standing_town
from tests.conftest import NOW

DAY = dt.timedelta(days=1)
NAME, PHONE = "许大妈", "19900007777"
POSTED = {
    "service_code": "020301",
    "address_id": "110105019029",
    "description": "六号楼电梯停运两天了。",
    "attribute[TRAPPED]": "no",
    "attribute[FLOORS]": "3",
    "first_name": "大妈",
    "last_name": "许",
    "phone": PHONE,
    "email": "xu@example.org",
}
NOBODYS = make_number(year=2026, counter=9_999_999)


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


@pytest.fixture
def key(town: Town) -> str:
    return a_token(town, "operator", "cases:read", "cases:write", "cases:words")[1]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The city has opened its requests to everybody."""
    monkeypatch.setattr(settings.LINLI, "open311_public", True)


def get(path: str, **asked: Any) -> Any:
    return a_browser().get(f"/open311/{path}", asked)


def post(path: str, **given: Any) -> Any:
    return a_browser().post(f"/open311/{path}", given)


def rows(answer: Any, schema: dict[str, Any], *, status: int = 200) -> Any:
    """Return the JSON of an answer that keeps to a schema."""
    assert answer.status_code == status, answer.content.decode()
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    content = answer.json()
    jsonschema_rs.validate(schema, content, validate_formats=True)
    return content


def as_json(element: ET.Element) -> Any:
    """Return XML as the JSON form has it: a list for a wrapper, text for a leaf."""
    if element.tag in INNER:
        return [as_json(child) for child in element]
    if len(element):
        return {child.tag: as_json(child) for child in element}
    return element.text or ""


def plain(content: Any) -> Any:
    """Return JSON with every leaf as the text that XML has for it."""
    if isinstance(content, dict):
        return {name: plain(value) for name, value in content.items()}
    if isinstance(content, list):
        return [plain(value) for value in content]
    if content is None:
        return ""
    return str(content).lower() if isinstance(content, bool) else str(content)


def same_in_xml(path: str, **asked: Any) -> Any:
    """Return the JSON of an address, after the XML has said the same."""
    told = get(f"{path}.json", **asked)
    other = get(f"{path}.xml", **asked)
    assert other.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert other.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    read = as_json(ET.fromstring(other.content))
    assert (read or []) == (plain(told.json()) or [])
    return told


# — what can be asked for —


def test_discovery_names_one_endpoint_in_both_forms(town: Town) -> None:
    told = same_in_xml("discovery").json()
    assert {"changeset", "contact", "key_service", "endpoints"} <= set(told)
    (endpoint,) = told["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"].endswith("/open311/v2")
    assert endpoint["formats"] == ["text/xml", "application/json"]


def test_services_are_the_categories_in_force(town: Town) -> None:
    told = rows(same_in_xml("v2/services"), schemas.SERVICES)
    by_code = {row["service_code"]: row for row in told}
    assert by_code["020301"]["service_name"] == "电梯停运"
    assert by_code["020301"]["type"] == "realtime"
    assert by_code["02"]["type"] == "batch"
    assert by_code["020301"]["group"] == "物业管理"
    assert by_code["020301"]["metadata"] is True
    assert by_code["04"]["metadata"] is False
    in_english = a_browser().get("/open311/v2/services.json", headers={"Accept-Language": "en"})
    assert "Lift out of order" in in_english.content.decode()


def test_a_service_says_what_it_asks_for(town: Town) -> None:
    told = rows(same_in_xml("v2/services/020301"), schemas.DEFINITION)
    assert [(one["code"], one["required"], one["order"]) for one in told["attributes"]] == [
        ("TRAPPED", True, 1),
        ("FLOORS", False, 2),
    ]
    assert [value["key"] for value in told["attributes"][0]["values"]] == ["no", "yes"]
    rows(get("v2/services/999.json"), schemas.ERRORS, status=404)


# — sending —


def sent(answer: Any) -> Case:
    row = rows(answer, schemas.CREATED, status=201)[0]
    return Case.objects.everywhere("test").get(number=row["service_request_id"])


def test_a_request_comes_in_with_answers_and_who_asked_sealed(town: Town, key: str) -> None:
    case = sent(post("v2/requests.json", api_key=key, **POSTED))
    asked = requester_of(case.pk, actor=town.actor("operator"), permission="cases.see")
    assert asked is not None
    assert (asked.name, asked.phone, asked.account) == (
        NAME,
        f"+86{PHONE}",
        "xu@example.org",
    )
    assert "停在几层？ 3" in case.words
    assert "有人被困吗？ 没有" in case.words
    assert (case.category.code if case.category else "", case.channel) == ("020301", "12345_web")


def test_xml_is_answered_in_xml(town: Town, key: str) -> None:
    answer = post("v2/requests.xml", api_key=key, **POSTED)
    root = ET.fromstring(answer.content)
    assert (answer.status_code, root.tag) == (201, "service_requests")
    assert Case.objects.everywhere("test").get().number == root.findtext(
        "request/service_request_id"
    )


def test_a_batch_service_gives_a_token_until_somebody_has_sorted_it(town: Town, key: str) -> None:
    answer = post("v2/requests.json", api_key=key, **{**POSTED, "service_code": "04"})
    (row,) = rows(answer, schemas.CREATED, status=201)
    assert "service_request_id" not in row
    path = f"v2/tokens/{row['token']}"
    (waiting,) = rows(same_in_xml(path), schemas.TOKENS)
    assert waiting["service_request_id"] == ""
    case = Case.objects.everywhere("test").get()
    take(town.actor("dispatcher"), case, "triage", kind="complaint", urgency="N")
    (sorted_,) = rows(get(f"{path}.json"), schemas.TOKENS)
    assert sorted_["service_request_id"] == case.number
    rows(get("v2/tokens/7.json"), schemas.ERRORS, status=404)
    rows(get(f"v2/tokens/{case.pk:032x}.json"), schemas.ERRORS, status=404)


def test_a_request_sent_again_under_its_key_stays_one(town: Town, key: str) -> None:
    answers = [
        a_browser().post(
            "/open311/v2/requests.json",
            POSTED,
            headers={"Idempotency-Key": "app-0001", "Authorization": f"Bearer {key}"},
        )
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert SentRequest.objects.count() == 1


def test_a_picture_comes_with_it_and_a_bad_one_keeps_it_out(town: Town, key: str) -> None:
    good = SimpleUploadedFile("a.jpg", a_photo())
    case = sent(post("v2/requests.json", api_key=key, media=good, **POSTED))
    assert Attachment.objects.get(case=case).kind == "from_caller"
    bad = SimpleUploadedFile("b.jpg", b"no picture")
    answer = post("v2/requests.json", api_key=key, media=bad, **POSTED)
    rows(answer, schemas.ERRORS, status=400)
    assert Case.objects.everywhere("test").count() == 1


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"service_code": ""}, 400),
        ({"service_code": "9999"}, 404),
        ({"jurisdiction_id": "999999"}, 404),
        ({"attribute[TRAPPED]": ""}, 400),
        ({"attribute[TRAPPED]": "perhaps"}, 400),
        ({"attribute[FLOORS]": "nan"}, 400),
        ({"address_id": ""}, 400),
        ({"address_id": "110105019099"}, 400),
        ({"address_id": "", "lat": "91", "long": "0"}, 400),
        ({"address_id": "", "lat": "nan", "long": "116.5"}, 400),
        ({"description": "长" * 4_001}, 400),
        ({"phone": "12"}, 400),
        ({"description": "\x00"}, 400),
    ],
)
def test_what_is_not_as_documented_is_refused_with_a_reason(
    town: Town, key: str, given: dict[str, str], status: int
) -> None:
    answer = post("v2/requests.json", api_key=key, **{**POSTED, **given})
    (row,) = rows(answer, schemas.ERRORS, status=status)
    assert row["code"] == status
    assert not Case.objects.everywhere("test").exists()


@pytest.mark.parametrize("given", ["", "linli_nothing"])
def test_sending_needs_a_key(town: Town, given: str) -> None:
    rows(post("v2/requests.json", api_key=given, **POSTED), schemas.ERRORS, status=403)


def test_a_key_that_only_reads_sends_nothing(town: Town) -> None:
    only_reads = a_token(town, "operator", "cases:read")[1]
    rows(post("v2/requests.json", api_key=only_reads, **POSTED), schemas.ERRORS, status=403)


def test_a_point_in_wgs84_leads_to_the_nearest_compound(town: Town, key: str) -> None:
    compound = open_place(
        actor=town.actor("administrator"),
        parent_code="110105019029",
        level="compound",
        name="双合家园",
    )
    lng, lat = 116.516, 39.861
    PlacePoint.objects.create(place=compound, datum="wgs84", longitude=lng, latitude=lat)
    there = {**POSTED, "address_id": "", "long": "116.517", "lat": str(lat)}
    case = sent(post("v2/requests.json", api_key=key, **there))
    assert case.place == compound
    (row,) = rows(get(f"v2/requests/{case.number}.json", api_key=key), schemas.REQUESTS)
    assert (row["long"], row["lat"]) == (116.517, lat)
    far = {**there, "long": "116.44", "lat": "39.92"}
    assert sent(post("v2/requests.json", api_key=key, **far)).place.code == "110105"
    # A point that a Chinese map gives (GCJ-02) stands some 500 m off; the interface speaks WGS-84 only.
    assert from_gcj02((lng, lat), Datum.WGS84) != (lng, lat)


def test_words_name_the_place_where_no_point_is_sent(town: Town, key: str) -> None:
    given = {**POSTED, "address_id": "", "address_string": "双合家园"}
    assert sent(post("v2/requests.json", api_key=key, **given)).place.code == "110105019029"


def test_the_jurisdiction_is_a_place_code(town: Town, key: str) -> None:
    case = a_case(town, at="dispatched")
    assert get("v2/services.json", jurisdiction_id="110105").status_code == 200
    found = get("v2/requests.json", api_key=key, jurisdiction_id="110105").json()
    assert [row["service_request_id"] for row in found] == [case.number]
    assert get("v2/requests.json", api_key=key, jurisdiction_id="110106").json() == []
    rows(get("v2/services.json", jurisdiction_id="0"), schemas.ERRORS, status=404)


# — reading —


def test_requests_tell_state_unit_and_limit_and_nobody(town: Town, key: str) -> None:
    case = a_case(town, at="in_progress", name=NAME, phone=PHONE)
    told = rows(same_in_xml("v2/requests", api_key=key, extensions="true"), schemas.REQUESTS)
    (row,) = told
    assert row["status"] == "open"
    assert row["agency_responsible"] == "双合家园社区居委会"
    assert row["expected_datetime"].endswith("+08:00")
    assert row["updated_datetime"] == "2026-11-18T14:10:00+08:00"
    assert [note["type"] for note in row["notes"]] == [
        "case.received",
        "case.dispatched",
        "order.accepted",
    ]
    assert NAME not in json.dumps(told, ensure_ascii=False)
    assert PHONE not in json.dumps(told)
    assert case.words == row["description"]


def test_filters_narrow_and_numbers_override(town: Town, key: str) -> None:
    old = a_case(town, at="closed", now=NOW - 100 * DAY)
    closed = a_case(town, at="closed")
    open_ = a_case(town, category="0401")

    def found(**asked: Any) -> list[str]:
        told = rows(get("v2/requests.json", api_key=key, **asked), schemas.REQUESTS)
        return [row["service_request_id"] for row in told]

    assert found() == [open_.number, closed.number]
    assert found(status="closed") == [closed.number]
    assert found(status="open,closed") == [open_.number, closed.number]
    assert found(service_code="0401,13") == [open_.number]
    assert found(service_request_id=f"{old.number},{closed.number}", status="open") == [
        closed.number,
        old.number,
    ]
    assert found(start_date="2026-08-01T00:00:00Z", end_date="2026-09-01T00:00:00Z") == [old.number]
    assert found(updated_after="2026-11-18T00:00:00Z") == [open_.number, closed.number]
    assert found(updated_before="2026-11-17T00:00:00Z") == []
    assert found(page_size="1", page="2") == [closed.number]
    assert found(start_date="2026-11-18T14:10:00+08:00") == [open_.number]
    for wrong in (
        {"status": "lost"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"},
        {"start_date": "2026-11-18"},
        {"page": "0"},
        {"page_size": "1001"},
    ):
        rows(get("v2/requests.json", api_key=key, **wrong), schemas.ERRORS, status=400)


def test_without_a_key_nothing_is_read_unless_the_city_has_opened_it(town: Town) -> None:
    case = a_case(town)
    for path in ("v2/requests.json", f"v2/requests/{case.number}.json"):
        rows(get(path), schemas.ERRORS, status=403)


def test_strangers_read_neither_words_nor_exact_address(town: Town, opened: None) -> None:
    a_case(town, at="closed", address="六号楼三单元401")
    a_case(town, confidentiality="hide_case")
    (row,) = rows(same_in_xml("v2/requests"), schemas.REQUESTS)
    assert row["description"] == ""
    assert row["address"] == "双合家园社区居委会"
    assert row["status"] == "closed"
    rows(get("v2/servicerequestupdates.json"), schemas.ERRORS, status=403)


def test_a_case_next_door_looks_like_none(town: Town) -> None:
    case = a_case(town)
    key = a_token(town, "neighbour", "cases:read", place="110105015044")[1]
    answers = [
        get(f"v2/requests/{number}.{form}", api_key=key)
        for form in ("json", "xml")
        for number in (case.number, NOBODYS)
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert answers[0].content == answers[1].content
    assert answers[2].content == answers[3].content
    assert get("v2/requests.json", api_key=key, service_request_id=case.number).json() == []
    assert get("v2/servicerequestupdates.json", api_key=key).json() == []


def test_updates_tell_what_happened_and_take_what_is_added(town: Town, key: str) -> None:
    case = a_case(town, at="closed")
    told = rows(same_in_xml("v2/servicerequestupdates", api_key=key), schemas.UPDATES)
    assert [row["status"] for row in told] == ["open"] * (len(told) - 1) + ["closed"]
    assert {row["service_request_id"] for row in told} == {case.number}
    open_ = a_case(town, at="in_progress")
    given = {"service_request_id": open_.number, "description": "七号楼也停了"}
    for _ in range(2):
        answer = post("v2/servicerequestupdates.json", api_key=key, update_id="u1", **given)
        assert answer.status_code == 201
    assert Supplement.objects.get().words == "七号楼也停了"
    neighbour = a_token(town, "neighbour", "cases:read", place="110105015044")[1]
    answer = post("v2/servicerequestupdates.json", api_key=neighbour, **given)
    rows(answer, schemas.ERRORS, status=403)


def test_another_form_is_not_found_and_another_method_not_allowed(town: Town) -> None:
    assert get("v2/services.yaml").status_code == 404
    assert post("v2/services.json").status_code == 405


def test_strangers_are_asked_to_wait_when_there_are_too_many(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.api.open311.asking.ANONYMOUS_A_MINUTE", 2)
    answers = [get("v2/services.json") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"


@pytest.mark.parametrize(
    "path", ["v2/services.json", "v2/requests.json", "v2/servicerequestupdates.json"]
)
def test_an_answer_takes_few_queries_however_much_it_tells(town: Town, key: str, path: str) -> None:
    for _ in range(7):
        a_case(town, at="in_progress")
    with CaptureQueriesContext(connection) as queries:
        assert get(path, api_key=key, extensions="true").status_code == 200
    assert len(queries) <= 10


# — what is kept —


def test_the_point_goes_with_the_words(town: Town, key: str) -> None:
    case = sent(post("v2/requests.json", api_key=key, lat="39.9", long="116.4", **POSTED))
    for redact in REDACTORS["words"]:
        if redact.__module__.startswith("linli.api"):
            assert redact([case.pk]) == 1
    assert not SentRequest.objects.exists()


def test_the_database_refuses_half_a_point(town: Town, key: str) -> None:
    sent(post("v2/requests.json", api_key=key, **POSTED))
    with pytest.raises(IntegrityError), transaction.atomic():
        SentRequest.objects.update(longitude=116.4)


# — a published client —


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_client_georeport_reads_everything(live_server: Any, opened: None, form: str) -> None:
    town = standing_town()
    one, two = a_case(town, now=dt.datetime.now(dt.UTC)), a_case(town, now=dt.datetime.now(dt.UTC))
    client = GeoReport(f"{live_server.url}/open311/v2", jurisdiction="110000", output_format=form)
    assert "020301" in {row["service_code"] for row in client.get_service_list()}
    assert client.get_service_definition("020301")["service_code"] == "020301"
    found = client.get_service_requests(status="open")
    assert {row["service_request_id"] for row in found} == {one.number, two.number}
    assert client.get_service_request(one.number)["status"] == "open"
