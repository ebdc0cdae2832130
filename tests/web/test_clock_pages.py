"""Limits and working days as an administrator sets them, and what the others see of them."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from linli.accounts.operations import installer
from linli.cases.clocks.models import ClockProfile, ClockTerm
from linli.cases.clocks.operations import OUTSIDE_AREA, put_in_force
from linli.cases.clocks.sweeping import sweep_alerts
from linli.cases.models import Case
from linli.kernel.actor import Actor
from linli.site import sweep_command
from linli.territory.calendar import files
from linli.territory.calendar.models import CalendarDay, CalendarYear
from tests.builders import Town, a_case, a_town
from tests.cases.pages import LANGUAGES, Page, a_client, says
from tests.cases.people import a_user
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
PROVISIONAL = {"zh-hans": "暂定", "en": "provisional"}
Post = Callable[..., Any]


@pytest.fixture
def town() -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield a_town()


@pytest.fixture
def clerk(town: Town) -> Client:
    return a_client(town.users["administrator"], language="en")


def a_root(*permissions: str, now: dt.datetime = NOW) -> Actor:
    return installer(now=now, permissions=frozenset(permissions))


def a_file(text: str, *, name: str = "2027.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


# — limits —


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_what_is_in_force_and_every_limit(town: Town, language: str) -> None:
    page = Page(a_client(town.users["administrator"], language=language).get("/clocks/"))
    words = {
        "zh-hans": ("北京常用时限 v1", "15 分钟", "1 个工作日", "五个工作日", "整个系统"),
        "en": (
            "Beijing, as commonly quoted v1",
            "15 minutes",
            "1 working day",
            "Five working days",
            "Whole installation",
        ),
    }[language]
    for word in words:
        assert page.shows(word), word


def test_a_profile_is_put_in_force_in_a_street_and_ended(town: Town, clerk: Client) -> None:
    five = ClockProfile.objects.get(code="sd-5wd")
    sent = {"profile": five.pk, "place": "垡头街道", "valid_from": "", "valid_to": ""}
    assert clerk.post("/clocks/in-force/", sent).status_code == 302
    term = ClockTerm.objects.get(profile=five)
    assert (term.place, term.valid_from, term.is_override) == (
        town.places["110105019"],
        NOW,
        False,
    )
    assert Page(clerk.get("/clocks/")).shows("Fatou Sub-district")
    assert Page(clerk.get("/clocks/profiles/sd-5wd/")).shows("Fatou Sub-district")
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        assert clerk.post(f"/clocks/in-force/{term.pk}/end/").status_code == 302
    term.refresh_from_db()
    assert term.valid_to == NOW + dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"place": "没有此地"}, "No place of your area is known by “没有此地”"),
        ({"place": "街道"}, "Several places fit"),
        ({"valid_from": "2026-11-01T09:00"}, "lies in the past"),
        ({"valid_to": "2026-12-01T09:00"}, "The profile of the whole installation has no end"),
        ({"profile": "0"}, "Choose the profile that is to apply."),
    ],
)
def test_a_term_that_cannot_be_comes_back_with_the_reason_and_all_that_was_typed(
    town: Town, clerk: Client, given: dict[str, str], words: str
) -> None:
    five = ClockProfile.objects.get(code="sd-5wd")
    response = clerk.post("/clocks/in-force/", {"profile": five.pk, "place": "", **given})
    page = Page(response)
    assert response.status_code == 422
    assert page.shows(words)
    assert all(page.shows(value) for name, value in given.items() if name != "profile")
    assert ClockTerm.objects.count() == 1


def test_the_district_next_door_is_not_ones_own(town: Town) -> None:
    root = a_root("cases.clocks")
    five = ClockProfile.objects.get(code="sd-5wd")
    term = put_in_force(actor=root, profile=five, place=town.places["110106"])
    neighbour = a_client(a_user(town, "administrator", place="110105"), language="en")
    response = neighbour.post(f"/clocks/in-force/{term.pk}/end/")
    assert response.status_code == 409
    assert Page(response).shows(says(OUTSIDE_AREA, "en"))
    term.refresh_from_db()
    assert term.valid_to is None


def test_a_new_version_starts_with_the_figures_of_the_last(town: Town, clerk: Client) -> None:
    page = Page(clerk.get("/clocks/profiles/new/?from=bj-default"))
    assert page.fields["E1_first_contact_amount"] == ["15"]
    assert page.fields["C_handling_amount"] == ["15"]
    assert page.fields["code"] == ["bj-default"]
    assert Page(clerk.get("/clocks/profiles/new/?from=none")).fields["code"] == [""]


def version(**given: str) -> dict[str, str]:
    limits = {}
    for code in ("E1", "E2", "N", "C", "Q"):
        limits |= {f"{code}_first_contact_amount": "1", f"{code}_first_contact_unit": "hour"}
        limits |= {f"{code}_handling_amount": "3", f"{code}_handling_unit": "working_day"}
    named = {
        "code": "bj-default",
        "name": "新办法",
        "basis": "市级文件",
        "working_times": "8:30-17:00",
    }
    return {**limits, **named, **given}


def test_a_version_is_written_down_and_shown_beside_the_old(town: Town, clerk: Client) -> None:
    response = clerk.post("/clocks/profiles/new/", version())
    assert response.headers["Location"] == "/clocks/profiles/bj-default/"
    page = Page(clerk.get("/clocks/profiles/bj-default/"))
    for words in (
        "Version 2",
        "Version 1",
        "新办法",
        "3 working days",
        "nowhere yet",
        "8:30-17:00",
    ):
        assert page.shows(words), words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"working_times": "from nine"}, "“from nine” says no working times"),
        ({"N_handling_amount": "0"}, "greater than or equal to 1"),
        ({"N_handling_amount": ""}, "This field is required"),
        ({"N_handling_amount": "2", "N_handling_unit": "minute"}, "longer than the whole"),
        ({"code": "北京"}, "small letters, digits and hyphens"),
        ({"basis": ""}, "Name the document that sets these limits"),
    ],
)
def test_a_version_that_cannot_be_comes_back_with_the_reason(
    town: Town, clerk: Client, given: dict[str, str], words: str
) -> None:
    response = clerk.post("/clocks/profiles/new/", version(**given))
    page = Page(response)
    assert response.status_code == 422
    assert page.shows(words)
    assert page.shows("新办法")
    assert ClockProfile.objects.count() == 3


# — what the others see —


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_deadline_on_days_not_announced_says_provisional_everywhere(
    town: Town, language: str
) -> None:
    waiting = a_case(town, kind="inquiry")
    case = a_case(town, at="dispatched", kind="inquiry")
    word = PROVISIONAL[language]
    worker = a_client(town.users["worker"], language=language)
    dispatcher = a_client(town.users["dispatcher"], language=language)
    assert Page(worker.get("/work/")).shows(word)
    assert Page(worker.get(f"/cases/{case.number}/")).shows(word)
    assert Page(dispatcher.get(f"/queue/?case={waiting.number}")).shows(word)


def test_a_firm_deadline_does_not(town: Town) -> None:
    case = a_case(town, at="dispatched")
    worker = a_client(town.users["worker"], language="en")
    for address in ("/work/", f"/cases/{case.number}/"):
        assert not Page(worker.get(address)).shows("provisional")


def test_limit_alert_and_story_stand_on_the_case_page(town: Town) -> None:
    case = a_case(town, at="dispatched", urgency="E2")
    later = NOW + dt.timedelta(hours=2)
    sweep_alerts(actor=a_root("cases.sweep", now=later))
    with time_machine.travel(later, tick=False):
        worker = a_client(town.users["worker"], language="en")
        page = Page(worker.get(f"/cases/{case.number}/"))
        work = Page(worker.get("/work/"))
    assert page.shows("limit 24 hours")
    assert page.shows("Response clock: the limit has passed")
    assert page.shows("Beijing, as commonly quoted v1 · Livelihood")
    assert work.shows("100% of the limit reached")


def test_the_dispatcher_chooses_the_epidemics_limits_only_while_they_are_in_force(
    town: Town,
) -> None:
    case = a_case(town)
    dispatcher = a_client(town.users["dispatcher"], language="en")
    address = f"/queue/?case={case.number}"
    assert not Page(dispatcher.get(address)).shows("applies to this case")
    put_in_force(
        actor=a_root("cases.clocks"),
        profile=ClockProfile.objects.get(code="epidemic"),
        place=None,
        is_override=True,
    )
    assert Page(dispatcher.get(address)).shows("“Epidemic” applies to this case")
    sent = {"lead": town.units["committee-029"].pk, "by_override": "on"}
    assert dispatcher.post(f"/cases/{case.number}/dispatch/", sent).status_code == 302
    found = Case.objects.everywhere("test").select_related("lead_order").get(pk=case.pk)
    assert found.lead_order.handling_due_at == NOW + dt.timedelta(hours=24)


def test_without_limits_the_dispatcher_and_the_operator_are_told(town: Town) -> None:
    case = a_case(town)
    ClockTerm.objects.all().delete()
    dispatcher = a_client(town.users["dispatcher"], language="en")
    assert Page(dispatcher.get(f"/queue/?case={case.number}")).shows("No limits are in force here")
    sent = {"lead": town.units["committee-029"].pk}
    response = dispatcher.post(f"/cases/{case.number}/dispatch/", sent)
    assert response.status_code == 422
    assert Page(response).shows("No limits are in force for “Shuanghe Jiayuan Community”")
    operator = a_client(town.users["operator"], language="en")
    assert operator.get("/calls/new/").status_code == 200
    clerk = a_client(town.users["administrator"], language="en")
    assert Page(clerk.get("/clocks/")).shows("so no order can be dispatched")


# — working days —


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_year_not_announced_says_so(town: Town, language: str) -> None:
    clerk = a_client(town.users["administrator"], language=language)
    page = Page(clerk.get("/calendar/2027/"))
    assert page.shows({"zh-hans": "尚未录入", "en": "not known here yet"}[language])
    assert page.shows("261")


def test_a_file_is_compared_then_applied(town: Town, clerk: Client) -> None:
    text = "date,is_working,name\n2027-01-01,0,元旦\n2027-02-20,1,春节\n"
    compared = clerk.post("/calendar/compare/", {"year": "2027", "file": a_file(text)})
    page = Page(compared)
    assert compared.status_code == 200
    for words in ("2027-01-01", "holiday · New Year", "2027-02-20", "make-up day, worked"):
        assert page.shows(words), words
    assert not CalendarYear.objects.exists()
    fields = ("year", "source", "seen_version", "content")
    sent = {name: page.fields[name][0] for name in fields}
    applied = clerk.post("/calendar/apply/", sent)
    assert applied.headers["Location"] == "/calendar/2027/"
    assert set(CalendarDay.objects.exclude(name="").values_list("name", flat=True)) == {
        "元旦",
        "春节",
    }
    assert not Page(clerk.get("/calendar/2027/")).shows("not known here yet")
    again = Page(clerk.post("/calendar/compare/", {"year": "2027", "file": a_file(text)}))
    assert again.shows("The file says exactly what applies already")
    stale = clerk.post("/calendar/apply/", sent)
    assert stale.status_code == 422
    assert Page(stale).shows("Somebody else has changed this year")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"year": "2027", "file": "2026-10-01,0,国庆节"}, "does not lie in 2027"),
        ({"year": "2027", "file": "2027-13-01,0,"}, "is not a date"),
        ({"year": "2027", "file": "2027-01-01,0,\n2027-01-01,1,"}, "stands in the file already"),
        ({"year": "", "file": "2027-01-01,0,"}, "Say which year"),
        ({"year": "27", "file": "2027-01-01,0,"}, "greater than or equal to 1990"),
        ({"year": "2027"}, "Choose the file"),
        ({"year": "2027", "file": "x" * 200_001}, "too large"),
    ],
)
def test_a_file_that_cannot_be_applied_is_refused_with_what_to_do(
    town: Town, clerk: Client, sent: dict[str, str], words: str
) -> None:
    given: dict[str, Any] = dict(sent)
    if "file" in sent:
        given["file"] = a_file("date,is_working,name\n" + sent["file"])
    response = clerk.post("/calendar/compare/", given)
    assert response.status_code == 422
    assert Page(response).shows(words)
    assert not CalendarYear.objects.exists()


def test_a_confirmation_that_was_tampered_with_changes_nothing(town: Town, clerk: Client) -> None:
    assert clerk.post("/calendar/apply/", {"year": "2027"}).status_code == 400
    sent = {"year": "2027", "source": "x", "seen_version": "0", "content": "nonsense"}
    response = clerk.post("/calendar/apply/", sent)
    assert response.status_code == 422
    assert Page(response).shows(says(files.WRONG_HEADER, "en", found="nonsense"))
    assert clerk.get("/calendar/1889/").status_code == 404


# — the command —


def test_the_sweep_command_says_what_it_did_and_a_second_run_nothing(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    a_case(town, at="dispatched", urgency="E2")
    with time_machine.travel(NOW + dt.timedelta(hours=2), tick=False):
        sweep_command.run()
        assert "1 alerts raised, 2 lapsed" in capsys.readouterr().out
        sweep_command.run()
        assert "0 alerts raised, 0 lapsed" in capsys.readouterr().out
