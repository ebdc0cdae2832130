"""Pages of places, organisations, rosters and permissions: what they show, to whom, what they refuse."""

import datetime as dt
import io
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from linli.cases.models import Case, WorkOrder
from linli.territory.models import DivisionDraft, Organisation, Place, Serving
from linli.territory.operations import open_place
from linli.territory.serving import serving
from linli.web.who_may import missing
from linli.workforce.models import DutyShift
from tests.builders import Town, a_case, a_town
from tests.cases.people import a_user
from tests.conftest import NOW
from tests.territory.city import HEADER, community, manager

HOME = "110105019029"
OTHER = "110105015044,华贸中心社区居委会,华贸中心,社区,110105015,八里庄街道,110105,朝阳区,"
MONDAY = "2026-11-16"


@pytest.fixture
def town(db: None) -> Town:
    return a_town()


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"), time_machine.travel(NOW, tick=False):
        yield


def client(town: Town, who: str) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(town.users[who])
    return browser


def page(town: Town, who: str, address: str, *, status: int = 200) -> str:
    answer = client(town, who).get(address)
    assert answer.status_code == status
    return answer.content.decode()


def post(town: Town, who: str, address: str, *, status: int = 302, **data: Any) -> str:
    answer = client(town, who).post(address, data)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def test_a_place_shows_who_serves_it_who_is_there_and_its_open_cases(town: Town) -> None:
    case = a_case(town, at="accepted")
    a_case(town, place="110105015044")
    post(
        town, "worker", "/duty/plan/", unit="committee-029", week=MONDAY, days=["2026-11-18"],
        person=town.users["worker"].pk, begins="09:00", ends="17:00", kind="duty",
    )  # fmt: skip
    court = open_place(actor=manager(), parent_code=HOME, level="compound", name="南院")
    shown = page(town, "worker", f"/places/{HOME}/")
    assert "Shuanghe Jiayuan Community" in shown
    assert "双合家园社区居委会" in shown
    assert "spelled by rule" in shown
    assert "Fatou Sub-district Office" in shown
    assert "李社工" in shown
    assert f"/cases/{case.number}/" in shown
    assert court.shown_door_code in shown
    assert "1 case" in shown


def _bare(text: str) -> str:
    """Return a page without its tokens, which differ by nature."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1", text)


def test_the_neighbours_place_and_unit_look_like_none_at_all(town: Town) -> None:
    for address in (
        f"/places/{HOME}/",
        f"/places/{HOME}/organisations/",
        "/organisations/committee-029/",
    ):
        assert client(town, "neighbour").get(address).status_code == 404
    strange = page(town, "neighbour", "/places/no-such/", status=404)
    hidden = page(town, "neighbour", f"/places/{HOME}/", status=404)
    assert _bare(strange).replace("no-such", "") == _bare(hidden).replace(HOME, "")
    assert "street-019" not in page(town, "neighbour", "/places/")
    page(town, "neighbour", "/duty/?unit=committee-029", status=404)


def test_a_door_code_typed_in_leads_to_its_page(town: Town) -> None:
    court = open_place(actor=manager(), parent_code=HOME, level="compound", name="南院")
    answer = client(town, "worker").get("/places/", {"q": court.shown_door_code})
    assert answer.headers["Location"] == f"/places/{court.code}/"
    assert "No place within your area" in page(town, "worker", "/places/?q=0000000", status=404)
    page(town, "neighbour", f"/places/?q={court.door_code}", status=404)


def test_the_picture_says_in_words_what_it_draws(town: Town) -> None:
    shown = page(town, "worker", f"/places/{HOME}/organisations/")
    assert shown.count('<svg class="org') == 2
    assert 'role="img"' in shown
    description = shown[shown.index("<desc") : shown.index("</desc>")]
    for unit in serving(town.places[HOME], on=dt.date(2026, 11, 18)):
        assert escape(unit.label) in description
        assert f"/organisations/{unit.code}/" in shown


def test_an_administrator_opens_places_and_organisations_others_do_not(town: Town) -> None:
    fields = {"level": "compound", "name": "南院"}
    post(town, "administrator", f"/places/{HOME}/open/", **fields)
    assert Place.objects.filter(name="南院", community_code=HOME).exists()
    again = post(town, "administrator", f"/places/{HOME}/open/", status=422, **fields)
    assert "has a place of this name already" in again
    post(town, "worker", f"/places/{HOME}/open/", status=403, **fields)
    unit = {"name": "某物业", "name_en": "", "kind": "property", "code": "property-9"}
    post(town, "administrator", f"/places/{HOME}/establish/", **unit)
    assert "Mou Property Management" in page(town, "worker", f"/places/{HOME}/")
    refused = post(town, "administrator", f"/places/{HOME}/establish/", status=422, **unit)
    assert "belongs to" in refused
    assert 'value="property-9"' in refused


def test_servings_posts_and_appointments_are_made_on_the_organisations_page(town: Town) -> None:
    base = "/organisations/committee-029/"
    given = {"place_code": "110105019030", "valid_from": "2026-12-01", "valid_to": ""}
    post(town, "administrator", f"{base}serve/", **given)
    wrong = post(town, "administrator", f"{base}serve/", status=422, **given)
    assert "serves" in wrong
    assert "No place has this code" in post(
        town, "administrator", f"{base}serve/", status=422, **{**given, "place_code": "x"}
    )
    row = Serving.objects.get(place=town.places["110105019030"])
    post(town, "administrator", f"{base}stop/", serving=row.pk)
    assert not Serving.objects.filter(pk=row.pk).exists()
    post(town, "administrator", f"{base}stop/", status=404, serving="x")
    post(town, "administrator", f"{base}posts/", title="副书记", seats="1")
    held = town.units["committee-029"].posts.get()
    post(
        town, "administrator", f"{base}appoint/",
        post=held.pk, username="ma", valid_from="2026-11-18", valid_to="",
    )  # fmt: skip
    shown = page(town, "worker", base)
    assert "马邻居" in shown
    assert "crosswise" in shown
    row_id = held.appointments.get().pk
    post(town, "worker", f"{base}leave/", status=403, appointment=row_id)
    post(town, "administrator", f"{base}leave/", appointment=row_id)
    assert "马邻居" not in page(town, "worker", base)


def test_closing_a_unit_with_orders_is_guided_and_loses_none(town: Town) -> None:
    case = a_case(town, at="accepted")
    base = "/organisations/committee-029/close/"
    told = page(town, "administrator", base)
    assert "It still holds 1 open order" in told
    assert "Shuanghe Jiayuan Community · 1" in told
    nobody = post(town, "administrator", base, status=422, close="1")
    assert "Choose who takes over" in nobody
    assert Organisation.objects.get(code="committee-029").is_open
    street = town.units["street-019"]
    post(town, "administrator", base, successor=street.pk, close="1")
    unit = Organisation.objects.get(code="committee-029")
    assert (unit.is_open, unit.successor) == (False, street)
    assert WorkOrder.objects.get(case=case).lead == street
    shown = page(town, "administrator", "/organisations/committee-029/")
    assert "Its work went to" in shown
    assert "Look after it" not in shown
    page(town, "worker", base, status=403)


def test_a_division_file_is_shown_before_it_is_applied(town: Town) -> None:
    case = a_case(town)
    text = HEADER + "\n".join(
        [community("110105019050", "双翠", succeeds=f"{HOME} 110105019030"), OTHER, "1,2"]
    )
    file = io.BytesIO(text.encode())
    file.name = "new.csv"
    post(town, "administrator", "/places/divisions/", file=file)
    draft = DivisionDraft.objects.get()
    address = f"/places/divisions/{draft.pk}/"
    shown = page(town, "administrator", address)
    assert "<p>Shuangcui Community</p>" in shown
    assert "双翠" not in shown
    assert "line 4" in shown
    assert Place.objects.get(code=HOME).valid_to is None
    page(town, "worker", address, status=403)
    digest = shown.split('name="shown" value="')[1].split('"')[0]
    post(town, "administrator", address, status=409, shown="somethingelse")
    post(town, "administrator", address, shown=digest)
    case.refresh_from_db()
    assert case.community_code == "110105019050"
    assert "re-drawn" in page(town, "dispatcher", f"/places/{HOME}/")
    wrong = io.BytesIO(b"a,b\n1,2\n")
    wrong.name = "x.csv"
    assert "lacks the columns" in post(
        town, "administrator", "/places/divisions/", status=422, file=wrong
    )


def test_a_week_is_planned_swapped_and_ended_without_a_script(town: Town) -> None:
    colleague = a_user(town, "community_worker", place=HOME, unit="committee-029")
    worker = town.users["worker"]
    fields = {
        "unit": "committee-029", "week": MONDAY, "begins": "09:00", "ends": "17:00",
        "kind": "duty", "person": worker.pk,
    }  # fmt: skip
    days = ["2026-11-18", "2026-11-19", "2026-11-20"]
    post(town, "worker", "/duty/plan/", days=days, **fields)
    assert DutyShift.objects.count() == 3
    twice = post(town, "worker", "/duty/plan/", status=422, days=days[:1], **fields)
    assert "on duty at that time already" in twice
    assert 'value="2026-11-18"' in twice
    first, second, _third = DutyShift.objects.order_by("starts_at")
    post(town, "worker", f"/duty/{first.pk}/swap/", person=colleague.pk)
    post(town, "worker", f"/duty/{second.pk}/end/")
    post(town, "worker", f"/duty/{second.pk}/end/", status=409)
    shown = page(town, "worker", f"/duty/?week={MONDAY}")
    assert "instead of 李社工" in shown
    assert colleague.display_name in shown
    post(town, "neighbour", f"/duty/{first.pk}/end/", status=404)
    post(town, "neighbour", "/duty/plan/", status=404, days=days, **fields)
    post(town, "leader", "/duty/plan/", status=403, days=days, **fields)
    assert "Put somebody on duty" not in page(town, "worker", "/duty/?week=2026-11-02")
    for odd in ("x", "0001-01-01", "9999-12-31"):
        page(town, "worker", f"/duty/?week={odd}")


def test_somebody_of_no_unit_is_told_where_rosters_are(town: Town) -> None:
    person = a_user(town, "leader", place="110105", unit=None)
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(person)
    assert "You belong to no organisation" in browser.get("/duty/").content.decode()


def test_every_role_reads_what_each_role_may(town: Town) -> None:
    for who in ("operator", "worker", "leader", "administrator"):
        shown = page(town, who, "/who-may/")
        assert "May dispatch a case to the unit that is to solve it." in shown
    assert not missing()
    assert Client().get("/who-may/").status_code == 302


def test_pages_ask_little_of_the_database(town: Town, django_assert_max_num_queries: Any) -> None:
    for _index in range(4):
        a_case(town, at="dispatched")
    assert Case.objects.everywhere("count").count() == 4
    for who, address, limit in (
        ("worker", f"/places/{HOME}/", 10),
        ("worker", "/duty/", 10),
        ("administrator", "/organisations/committee-029/", 10),
        ("administrator", "/organisations/committee-029/close/", 10),
        ("worker", f"/places/{HOME}/organisations/", 7),
    ):
        browser = client(town, who)
        with django_assert_max_num_queries(limit):
            assert browser.get(address).status_code == 200
