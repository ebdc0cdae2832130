"""receive: a call becomes a case, with its requester sealed and one event."""

import datetime as dt
import uuid
from typing import Any

import pytest

from linli.cases import operations
from linli.cases.models import Case
from linli.cases.operations.intake import (
    OUTSIDE,
    PHONE_LETTERS,
    PHONE_LONG,
    PHONE_SHORT,
    UNKNOWN_PLACE,
)
from linli.cases.rules import EMPTY_WORDS, IN_THE_FUTURE, TOO_LONG_AGO, WORDS_TOO_LONG
from linli.kernel.actor import Actor
from linli.kernel.errors import NOT_ALLOWED
from linli.kernel.ids import read_number
from linli.kernel.seal import blind_index
from tests.builders import CAST, Town, a_draft
from tests.cases.expect import asked, everything, last_event, refused
from tests.cases.people import a_person
from tests.conftest import NOW


@pytest.fixture
def operator(town: Town) -> Actor:
    return town.actor("operator")


def receive(town: Town, operator: Actor, **given: Any) -> Case:
    case = operations.receive(actor=operator, draft=a_draft(town, **given))
    return Case.objects.everywhere("test").get(pk=case.pk)


def test_a_call_becomes_a_case(town: Town, operator: Actor) -> None:
    occurred = NOW - dt.timedelta(days=2)
    case = receive(
        town,
        operator,
        words="六号楼电梯停运两天了。老人下不了楼。",
        address="6 号楼",
        occurred_at=occurred,
        urgency="E2",
        kind="help",
        confidentiality="hide_identity",
        wants_reply=False,
    )
    assert case.words == "六号楼电梯停运两天了。老人下不了楼。"
    assert case.title == "六号楼电梯停运两天了"
    assert (case.state, case.version, case.lead_order) == ("received", 1, None)
    assert (case.received_at, case.state_since, case.occurred_at) == (NOW, NOW, occurred)
    assert (case.urgency, case.kind, case.channel) == ("E2", "help", "12345_phone")
    assert (case.confidentiality, case.wants_reply) == ("hide_identity", False)
    assert case.address == "6 号楼"


def test_the_case_carries_the_scope_of_its_place(town: Town, operator: Actor) -> None:
    assert receive(town, operator).scope == {
        "city_code": "110000",
        "district_code": "110105",
        "street_code": "110105019",
        "community_code": "110105019029",
    }
    assert receive(town, operator, place="110105").scope == {
        "city_code": "110000",
        "district_code": "110105",
        "street_code": None,
        "community_code": None,
    }


def test_the_number_can_be_read_aloud_and_none_is_given_twice(town: Town, operator: Actor) -> None:
    numbers = [receive(town, operator).number for _ in range(12)]
    assert len(set(numbers)) == 12
    assert all(read_number(number) == number for number in numbers)
    assert all(number.startswith("26") for number in numbers)


def test_the_number_carries_the_year_of_the_site(town: Town) -> None:
    eve = dt.datetime(2026, 12, 31, 16, 30, tzinfo=dt.UTC)  # 00:30 on 1 January in Beijing
    assert receive(town, town.actor("operator", now=eve)).number.startswith("27")


def test_the_event_holds_codes_and_no_words(town: Town, operator: Actor) -> None:
    case = receive(
        town, operator, words="电梯坏了 19900009999 许大妈", name="许大妈", phone="19900001234"
    )
    event = last_event(case)
    assert (event.name, event.at, event.user_id) == ("case.received", NOW, operator.user_id)
    assert event.organisation_id == town.units["hotline"].pk
    assert event.payload == {
        "case_id": case.pk,
        "channel": "12345_phone",
        "kind": "complaint",
        "urgency": "N",
        "place": "110105019029",
        "category": "020301",
    }


def test_who_asked_is_sealed_and_found_by_the_number(town: Town, operator: Actor) -> None:
    case = receive(town, operator, name="许大妈", phone="１９９ ００００ １２３４")
    row = asked(case)
    assert (row.name, row.phone) == ("许大妈", "+8619900001234")
    assert (row.masked_name, row.masked_phone) == ("许**", "199 **** 1234")
    assert "许".encode() not in bytes(row.name_sealed)
    assert b"9900001234" not in bytes(row.phone_sealed)
    assert bytes(row.phone_index) == blind_index("phone", "+8619900001234")


def test_a_caller_may_stay_unknown(town: Town, operator: Actor) -> None:
    row = asked(receive(town, operator, name="", phone=""))
    assert (row.name, row.phone, row.masked_name, row.masked_phone) == ("", "", "", "")
    assert (row.name_sealed, row.phone_sealed, row.phone_index) == (None, None, None)


def test_a_sealed_name_does_not_open_in_another_row(town: Town, operator: Actor) -> None:
    first, second = (asked(receive(town, operator, name=name)) for name in ("许大妈", "吴大爷"))
    second.name_sealed = first.name_sealed
    with pytest.raises(Exception, match=r"requester\.name"):
        _ = second.name


def test_a_title_alone_is_words_enough(town: Town, operator: Actor) -> None:
    case = receive(town, operator, words="  ", title="电梯停运")
    assert (case.title, case.words) == ("电梯停运", "电梯停运")


def test_a_title_stays_one_line(town: Town, operator: Actor) -> None:
    assert receive(town, operator, title="电梯\r\n停运").title == "电梯 停运"


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"words": ""}, EMPTY_WORDS, "words"),
        ({"words": " \r\n\t　"}, EMPTY_WORDS, "words"),
        ({"words": "\x00\x00"}, EMPTY_WORDS, "words"),
        ({"words": "字" * 10_001}, WORDS_TOO_LONG, "words"),
        ({"phone": "一九九"}, PHONE_LETTERS, "phone"),
        ({"phone": "199000o1234"}, PHONE_LETTERS, "phone"),
        ({"phone": "1990000"}, PHONE_SHORT, "phone"),
        ({"phone": "19900001234567"}, PHONE_LONG, "phone"),
        ({"phone": "12900001234"}, PHONE_LONG, "phone"),
        ({"occurred_at": NOW + dt.timedelta(minutes=1)}, IN_THE_FUTURE, "occurred_at"),
        ({"received_at": NOW + dt.timedelta(minutes=1)}, IN_THE_FUTURE, "occurred_at"),
        ({"occurred_at": dt.datetime(1, 1, 2, tzinfo=dt.UTC)}, TOO_LONG_AGO, "occurred_at"),
        ({"occurred_at": dt.datetime(1926, 11, 17, tzinfo=dt.UTC)}, TOO_LONG_AGO, "occurred_at"),
        ({"received_at": dt.datetime(226, 11, 18, tzinfo=dt.UTC)}, TOO_LONG_AGO, "occurred_at"),
    ],
)
def test_refuses_what_cannot_be_a_case(
    town: Town, operator: Actor, given: dict[str, Any], refusal: Any, field: str
) -> None:
    with refused(refusal) as broken:
        receive(town, operator, **given)
    assert broken.value.field == field
    assert "%(" not in broken.value.message


def test_refuses_a_draft_without_a_place(operator: Actor) -> None:
    with refused(UNKNOWN_PLACE):
        operations.receive(actor=operator, draft=operations.Draft(words="电梯坏了", place=None))


@pytest.mark.parametrize("words", ["字" * 9_000, "字" * 10_000, "😡", "雙合家園電梯壞了"])
def test_takes_what_people_write(town: Town, operator: Actor, words: str) -> None:
    assert receive(town, operator, words=words).words == words


def test_line_ends_count_once(town: Town, operator: Actor) -> None:
    case = receive(town, operator, words="\r\n".join(["字" * 99] * 100))
    assert len(case.words) == 9_999


def test_happened_just_now_is_not_the_future(town: Town, operator: Actor) -> None:
    assert receive(town, operator, occurred_at=NOW).occurred_at == NOW


def test_the_same_form_twice_is_one_case(town: Town, operator: Actor) -> None:
    draft = a_draft(town, intake_key=uuid.uuid4())
    first = operations.receive(actor=operator, draft=draft)
    before = everything()
    assert operations.receive(actor=operator, draft=draft) == first
    assert everything() == before


def test_another_form_is_another_case(town: Town, operator: Actor) -> None:
    one, two = (
        receive(town, operator, intake_key=uuid.uuid4(), phone="19900001234") for _ in range(2)
    )
    assert one != two


@pytest.mark.parametrize(
    "other",
    [{"words": "另一位居民：路灯不亮。"}, {"phone": "19900005678"}, {"place": "110105019030"}],
)
def test_another_call_typed_into_the_old_form_is_not_lost(
    town: Town, operator: Actor, other: dict[str, Any]
) -> None:
    """The browser's "back" brings the form back with its key; the next call is typed into it."""
    key = {"intake_key": uuid.uuid4(), "phone": "19900001234"}
    first = receive(town, operator, **key)
    second = receive(town, operator, **(key | other))
    assert second != first
    assert Case.objects.everywhere("test").count() == 2


@pytest.mark.parametrize("who", sorted(CAST))
def test_only_those_who_take_calls_may(town: Town, who: str) -> None:
    actor = town.actor(who)
    if who in ("operator", "administrator"):
        operations.receive(actor=actor, draft=a_draft(town))
    else:
        with refused(NOT_ALLOWED):
            operations.receive(actor=actor, draft=a_draft(town))


def test_a_place_outside_the_area_is_refused(town: Town) -> None:
    local = a_person(town, "operator", place="110105019")
    operations.receive(actor=local, draft=a_draft(town))
    for outside in ("110105015044", "110105", "110106"):
        with refused(OUTSIDE) as broken:
            operations.receive(actor=local, draft=a_draft(town, place=outside))
        assert broken.value.facts == {"place": town.places[outside].name}
        assert broken.value.field == "place"


def test_takes_a_fixed_number_of_statements(
    town: Town, operator: Actor, django_assert_max_num_queries: Any
) -> None:
    draft = a_draft(town, intake_key=uuid.uuid4())
    # Savepoint and its release, the key's lock and look, then number, case, requester,
    # who else wrote the same words, event, search row.
    with django_assert_max_num_queries(10):
        operations.receive(actor=operator, draft=draft)
