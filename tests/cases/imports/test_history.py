"""Requests that come with a past: they stand as far as their source has come, by the flow's own rules."""

import datetime as dt
import itertools

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.accounts.operations import installer
from linli.cases.flows import CASE, ORDER
from linli.cases.imports.maps import read_map, shipped
from linli.cases.imports.models import ImportAside, SourceRecord
from linli.cases.imports.running import look, survey
from linli.cases.imports.tables import TableFile
from linli.cases.models import Case, ClockAlert, WorkOrder
from linli.cases.operations import accept
from linli.cases.queries import leads_for, received, three_rates
from linli.cases.story import story_of
from linli.kernel.actor import Grant
from linli.kernel.errors import RuleBroken
from linli.site.digest_command import digest
from linli.territory.models import Organisation, Place
from tests.builders import Town
from tests.cases.expect import last_event
from tests.cases.imports.files import (
    NEW_YORK,
    a_table,
    an_order,
    city,
    imported,
    importer,
    written,
)
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
_number = itertools.count(1000)

YORK = (
    "Unique Key", "Created Date", "Closed Date", "Agency", "Complaint Type", "Descriptor", "Status",
    "Due Date", "Resolution Description", "Community Board", "Borough", "Open Data Channel Type",
)  # fmt: skip


def a_request(number: int, **given: str) -> list[str]:
    """Return a row of New York's export."""
    row = {
        "Unique Key": str(number), "Created Date": "03/23/2019 04:23:34 AM",
        "Closed Date": "03/24/2019 12:00:00 AM", "Agency": "NYPD", "Complaint Type": "Noise - Residential",
        "Descriptor": "Banging", "Status": "Closed", "Due Date": "", "Resolution Description": "Went there.",
        "Community Board": "09 QUEENS", "Borough": "QUEENS", "Open Data Channel Type": "PHONE",
    }  # fmt: skip
    return list({**row, **given}.values())


def york(*rows: list[str]) -> TableFile:
    return a_table(written(rows, header=YORK).encode())


def only() -> Case:
    return (
        Case.objects.everywhere("test")
        .select_related("lead_order__lead", "place", "source_record__unit")
        .get()
    )


def test_an_order_of_the_citys_platform_lies_with_its_unit_at_once(town: Town) -> None:
    run = imported(city(an_order(1)), actor=importer("110000"))

    case, order = only(), only().lead_order
    assert (run.created, run.set_aside, run.doubtful) == (1, 0, 0)
    assert case.place.code == "110105019029"
    assert (case.source, case.external_no, case.kind) == ("platform", "BJ000001", "help")
    assert case.words == "市容环卫 · 暴露垃圾 · 6号楼北侧"
    assert (case.state, order.state, order.lead.code) == (
        "in_handling",
        "dispatched",
        "committee-029",
    )
    assert order.dispatched_at == case.received_at == dt.datetime(2026, 11, 17, 1, tzinfo=dt.UTC)
    assert order.handling_due_at == case.received_at + dt.timedelta(days=7), "the profile in force"
    assert ClockAlert.objects.filter(order=order).count() == 6
    assert last_event(case).name == "case.imported"
    assert accept(actor=town.actor("worker"), case_id=case.pk).state == "accepted"
    assert case not in received(actor=town.actor("dispatcher"))


def test_the_sources_own_deadline_holds(town: Town) -> None:
    imported(city(an_order(1, DEADLINE_TIME="2026-11-17 15:00")), actor=importer("110000"))

    order = only().lead_order
    due = dt.datetime(2026, 11, 17, 7, tzinfo=dt.UTC)
    assert (order.first_contact_due_at, order.handling_due_at) == (due, due)
    points = ClockAlert.objects.filter(order=order, clock="handling").order_by("percent")
    assert [alert.due_at.hour for alert in points] == [4, 5, 7]


def test_an_order_to_a_unit_that_is_not_known_waits_for_dispatch_and_says_so(town: Town) -> None:
    run = imported(city(an_order(1, DISPOSE_UNIT_NAME="某某公司")), actor=importer("110000"))

    case = only()
    assert (case.state, case.lead_order, run.doubtful) == ("received", None, 1)
    assert case.source_record.unit_said == "某某公司"
    assert case in received(actor=town.actor("dispatcher"))
    assert ImportAside.objects.get().was_taken


@pytest.mark.parametrize(
    ("names", "place", "code"),
    [
        (("朝阳区", "垡头街道办事处", "双合家园社区居委会"), "110105019029", None),
        (("朝阳", "垡头", ""), "110105019", None),
        (("朝阳区", "垡头街道", "没有的社区"), "110105019", "import.place_without_inner"),
        (("", "", "翠城馨园"), "110105019030", None),
        (("通州区", "某街道", "某社区"), None, "import.place_not_known"),
        (("", "", ""), None, "import.no_place"),
    ],
)
def test_a_place_is_found_by_the_names_around_it(
    town: Town, names: tuple[str, str, str], place: str | None, code: str | None
) -> None:
    given = dict(zip(("DISTRICT_NAME", "STREET_NAME", "COMMUNITY_NAME"), names, strict=True))

    imported(city(an_order(1, **given)), actor=importer("110000"))

    assert [case.place.code for case in Case.objects.everywhere("test")] == [place] * bool(place)
    assert [aside.code for aside in ImportAside.objects.all()] == [code] * bool(code)


def test_a_closed_request_stands_closed_and_in_nobodys_queue(town: Town) -> None:
    actor = importer("110000")
    row = an_order(
        1, STATE_NAME="已结案", ARCHIVE_TIME="2026-11-17 11:30:00", DEADLINE_TIME="2026-11-20"
    )
    imported(city(row), actor=actor)

    case = only()
    closed = dt.datetime(2026, 11, 17, 3, 30, tzinfo=dt.UTC)
    assert (case.state, case.closed_at, case.state_since) == ("closed", closed, closed)
    assert case.lead_order is None
    assert not WorkOrder.objects.exists()
    assert case not in received(actor=town.actor("dispatcher"))
    rates = three_rates(column="city_code", code="110000", year=2026, month=11, as_of=NOW)
    assert rates.response.denominator == 0, "what was never ours is not in our rates"
    assert len(story_of(case)) == 2
    assert last_event(case).payload["closed_at"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"STATE_NAME": "已结案"}, "import.closed_without_date"),
        ({"STATE_NAME": "已结案", "ARCHIVE_TIME": "2026-11-16"}, "import.closed_too_early"),
        ({"STATE_NAME": "已结案", "ARCHIVE_TIME": "2027-11-16"}, "case.in_the_future"),
        ({"STATE_NAME": "神秘"}, "import.unknown_state"),
        ({"ARCHIVE_TIME": "昨天"}, "import.bad_time"),
    ],
)
def test_a_past_that_cannot_be_is_refused(town: Town, given: dict[str, str], code: str) -> None:
    imported(city(an_order(1, **given)), actor=importer("110000"))

    assert ImportAside.objects.get().code == code
    assert not Case.objects.everywhere("test").exists()


def test_a_place_outside_the_importers_area_is_refused(town: Town) -> None:
    run = imported(city(an_order(1)), actor=town.actor("neighbour"))

    assert (run.created, ImportAside.objects.get().code) == (0, "import.place_not_known")


def test_new_yorks_requests_are_a_territory_with_departments_of_its_own() -> None:
    rows = [
        a_request(1),
        a_request(2, **{"Status": "Pending", "Closed Date": "03/20/2019 01:00:00 AM",
                        "Due Date": "03/30/2019 01:00:00 AM", "Agency": "DOT"}),
        a_request(3, **{"Status": "Open", "Closed Date": "", "Community Board": "0 Unspecified"}),
        a_request(4, **{"Status": "Assigned", "Closed Date": "", "Borough": "Unspecified"}),
    ]  # fmt: skip
    found = survey(york(*rows))
    seen = look(found, actor=importer("nyc"))
    run = imported(york(*rows), actor=importer("nyc"))

    assert (seen.created, seen.doubtful) == (run.created, run.doubtful) == (4, 1)
    assert ImportAside.objects.get().code == "import.closed_before_received"
    cases = {c.external_no: c for c in Case.objects.everywhere("test").select_related("place")}
    assert [cases[n].state for n in "1234"] == ["closed", "in_handling", "received", "received"]
    assert [cases[n].place.code for n in "1234"] == [
        "nyc-09-queens", "nyc-09-queens", "nyc-queens", "nyc",
    ]  # fmt: skip
    assert cases["1"].received_at == dt.datetime(2019, 3, 23, 8, 23, 34, tzinfo=dt.UTC)
    assert cases["1"].channel == "12345_phone"
    record = SourceRecord.objects.get(case=cases["1"])
    assert (record.said, record.unit.name, record.reply) == (
        "Closed",
        "Police Department",
        "Went there.",
    )
    assert Organisation.objects.get(code="nyc-dot").place == Place.objects.get(code="nyc")
    assert [unit.code for unit in leads_for(cases["2"].place, at=NOW)] == ["nyc-dot", "nyc-nypd"]


@pytest.mark.slow
@pytest.mark.skipif(
    not NEW_YORK.exists(), reason="New York's requests are not beside this checkout"
)
def test_the_real_export_of_new_york_is_taken_whole_and_its_wrong_dates_are_told() -> None:
    file = TableFile.at(NEW_YORK)
    run = imported(file, actor=importer("nyc"))
    before = digest(times=False)

    assert (run.created, run.set_aside, run.doubtful) == (1000, 0, 10)
    assert {aside.code for aside in ImportAside.objects.all()} == {"import.closed_before_received"}
    again = imported(file, actor=importer("nyc"))
    assert (again.created, again.known) == (0, 1000)
    assert digest(times=False) == before


def test_closed_without_an_order_is_only_what_came_from_a_source(town: Town) -> None:
    row = an_order(1, STATE_NAME="已结案", ARCHIVE_TIME="2026-11-17 11:30:00")
    imported(city(row), actor=importer("110000"))

    with pytest.raises(IntegrityError, match="case_handling_has_order"), transaction.atomic():
        Case._base_manager.update(source="")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["待派单", "待处置", "已结案", ""]),
            st.sampled_from(["", "2026-11-17 08:00", "2026-11-17 12:00"]),
            st.sampled_from(["", "2026-11-16", "2026-11-25"]),
            st.sampled_from(["双合家园社区居委会", "无此单位", ""]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_a_source_says_the_flows_and_the_database_hold(
    town: Town, past: list[tuple[str, str, str, str]]
) -> None:
    rows = [
        an_order(next(_number), STATE_NAME=s, ARCHIVE_TIME=a, DEADLINE_TIME=d, DISPOSE_UNIT_NAME=u)
        for s, a, d, u in past
    ]
    run = imported(city(*rows), actor=importer("110000"))

    assert run.created + run.set_aside == len(rows)
    numbers = [row[1] for row in rows]
    cases = Case.objects.everywhere("test").filter(external_no__in=numbers)
    for case in cases.select_related("lead_order__lead", "place"):
        assert case.state in {state.code for state in CASE.states}
        assert (case.lead_order is not None) == (case.state == "in_handling")
        assert case.lead_order is None or case.lead_order.state == ORDER.initial
        last_event(case)


def test_a_citys_own_map_is_checked_as_a_whole() -> None:
    text = 'code = "x"\nname = "X"\nname_zh = "某"\nneeds = ["n"]\n'
    for wrong, said in (
        ("nonsense =", "Invalid value"),
        (text, "columns"),
        (
            text
            + '[columns]\nnumber = "n"\nwords = "w"\nreceived = "t"\n[places]\nway = "named"\n',
            "columns",
        ),
        (text + 'colour = "red"\n', "colour"),
        (text + 'zone = "Mars/Base"\n', "Mars"),
        (text + 'kind = { otherwise = "riddle" }\n', "columns"),
    ):
        with pytest.raises(RuleBroken) as broken:
            read_map(wrong, name="own.toml")
        assert broken.value.code == "import.bad_map"
        assert said in broken.value.facts["why"]
    assert shipped("platform").digest != shipped("nyc311").digest


def test_who_imports_needs_the_permission_over_the_area() -> None:
    nobody = installer(now=NOW, permissions=frozenset(), over=(Grant("x", frozenset()),))
    with pytest.raises(RuleBroken, match=r"kernel\.not_allowed"):
        imported(york(a_request(1)), actor=nobody)
