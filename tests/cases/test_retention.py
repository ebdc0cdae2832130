"""When its time is over: who asked is deleted, later every word is; numbers, states and times stay."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.accounts.operations import installer
from linli.cases.models import Case, ContactLog, FollowUp, Requester, Unmasking, WorkOrder
from linli.cases.operations import unmask
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.collections import REQUESTER, WORDS, BadRetention
from linli.cases.privacy.operations import NOBODY_LEFT
from linli.cases.privacy.redactors import GONE, REDACTORS, TEXTS
from linli.cases.privacy.retention import due, forget
from linli.cases.privacy.wall import wall_open_everywhere
from linli.cases.queries import three_rates
from linli.jobs.registry import JOBS
from linli.kernel import clock
from linli.kernel.errors import NOT_ALLOWED
from linli.kernel.models import Event
from linli.site import retention_command
from tests.builders import CAST, Town, a_case
from tests.cases.expect import everything, last_event, refused
from tests.cases.pages import LANGUAGES, Page, a_client, says
from tests.conftest import NOW

YEARS = dt.timedelta(days=366)


def job(*, years: int) -> Any:
    return installer(now=NOW + years * YEARS, permissions=frozenset({P.FORGET}))


def requesters() -> list[int]:
    with wall_open_everywhere("test"):
        return list(Requester.objects.values_list("case", flat=True))


@pytest.fixture
def closed(town: Town) -> Case:
    case = a_case(town, at="closed", words="六号楼的秘密", name="许大妈", address="6号楼")
    unmask(actor=town.actor("worker"), case_id=case.pk, reason="核对")
    case.refresh_from_db()
    return case


def test_nothing_is_due_before_its_time(town: Town, closed: Case) -> None:
    before = everything()
    assert forget(actor=job(years=2), collection="requester") == 0
    assert forget(actor=job(years=9), collection="words") == 0  # never before who said them
    assert everything() == before


def test_who_asked_is_deleted_first_and_the_words_stay(town: Town, closed: Case) -> None:
    still_open = a_case(town, at="reported")
    assert forget(actor=job(years=4), collection="requester") == 1
    assert forget(actor=job(years=4), collection="requester") == 0
    assert requesters() == [still_open.pk]
    event = last_event(closed)
    assert (event.name, event.payload, event.user_id) == (
        "requester.deleted",
        {"case_id": closed.pk},
        None,
    )
    assert (closed.words, closed.requester_deleted_at) == ("六号楼的秘密", NOW + 4 * YEARS)


def test_later_no_word_is_left_but_what_was_counted_is(town: Town, closed: Case) -> None:
    def rates() -> Any:
        return three_rates(
            column="city_code", code="110000", year=2026, month=11, as_of=NOW + 9 * YEARS
        )

    counted = rates()
    forget(actor=job(years=6), collection="requester")
    assert forget(actor=job(years=6), collection="words") == 1
    closed.refresh_from_db()
    assert (closed.words, closed.title, closed.address) == (GONE, GONE, GONE)
    order = WorkOrder.objects.get(case=closed)
    assert (order.public_reply, order.state, order.answered) == (GONE, "closed", "solved")
    for table in (ContactLog, FollowUp, Unmasking):
        _path, (column,) = TEXTS[table]
        assert set(table.objects.values_list(column, flat=True)) <= {GONE, ""}
    assert rates() == counted
    assert last_event(closed).name == "case.words_deleted"


def test_a_batch_is_a_batch_and_the_next_goes_on(town: Town) -> None:
    for _each in range(3):
        a_case(town, at="closed")
    assert forget(actor=job(years=4), collection="requester", limit=2) == 2
    assert forget(actor=job(years=4), collection="requester", limit=2) == 1
    assert requesters() == []


def test_what_other_rooms_register_is_called_with_the_cases(
    town: Town, closed: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setitem(REDACTORS, "requester", [lambda ids: given.extend(ids) or len(ids)])
    forget(actor=job(years=4), collection="requester")
    assert given == [closed.pk]


def test_a_redactor_that_fails_leaves_the_case_due(
    town: Town, closed: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(ids: Any) -> int:
        raise RuntimeError("disk")

    monkeypatch.setitem(REDACTORS, "requester", [*REDACTORS["requester"], fails])
    with pytest.raises(RuntimeError):
        forget(actor=job(years=4), collection="requester")
    assert requesters() == [closed.pk]
    assert due(REQUESTER, at=NOW + 4 * YEARS).count() == 1


def test_the_database_keeps_the_order(town: Town, closed: Case) -> None:
    with pytest.raises(IntegrityError, match="case_words_outlive_requester"), transaction.atomic():
        Case.objects.everywhere("test").filter(pk=closed.pk).update(words_deleted_at=NOW)


def test_nobody_but_an_administrator_runs_it(town: Town, closed: Case) -> None:
    for who in sorted(set(CAST) - {"administrator"}):
        with refused(NOT_ALLOWED):
            forget(actor=town.actor(who), collection="requester")


def test_what_is_deleted_can_be_looked_at_no_more(town: Town, closed: Case) -> None:
    forget(actor=job(years=4), collection="requester")
    with refused(NOBODY_LEFT):
        unmask(actor=town.actor("worker"), case_id=closed.pk, reason="回电")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_until_when_and_then_that_it_is_gone(
    town: Town, closed: Case, language: str
) -> None:
    client = a_client(town.users["worker"], language=language)
    url = reverse("cases:case", args=[closed.number])
    assert Page(client.get(url)).shows("2029")
    forget(actor=job(years=4), collection="requester")
    page = Page(client.get(url))
    assert page.shows("2030")
    assert not page.shows("许**")
    assert page.shows(says(_("Name and number were deleted: their time was over"), language))


def test_the_notice_is_open_to_all_and_says_the_periods_in_force(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = a_client(town.users["worker"], language="en")
    client.logout()
    client.cookies["django_language"] = "en"
    assert Page(client.get(reverse("privacy:notice"))).shows("1095 days after the matter is closed")
    monkeypatch.setattr(settings.LINLI, "retention", "requester=400")
    assert Page(client.get(reverse("privacy:notice"))).shows("400 days after the matter is closed")


def test_an_installation_sets_its_own_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.LINLI, "retention", "requester=400, words=3")
    assert (REQUESTER.period, WORDS.period) == (400, WORDS.least)
    for wrong in ("requester", "photos=3", "words=soon"):
        monkeypatch.setattr(settings.LINLI, "retention", wrong)
        with pytest.raises(BadRetention, match="LINLI_RETENTION"):
            _ = WORDS.period


def test_it_comes_round_every_night() -> None:
    assert JOBS["cases.retention"] == "20 3 * * *"


def test_the_command_counts_first_and_deletes_when_asked_to(
    town: Town,
    closed: Case,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + 4 * YEARS)
    before = everything()
    retention_command.run(dry_run=True)
    assert everything() == before
    assert "requester: kept 1095 days after the close; 1 cases are due" in capsys.readouterr().out
    retention_command.run(dry_run=False)
    assert "1 cases done" in capsys.readouterr().out
    assert Event.objects.filter(name="requester.deleted").count() == 1


NOT_WORDS = {
    ("Case", "number"),
    ("Case", "source"),
    ("Case", "external_no"),
    ("ClockProfile", "name"),
    ("ClockProfile", "name_en"),
    ("ClockProfile", "basis"),
    ("ClockProfile", "basis_en"),
    ("ClockProfile", "working_times"),
    ("ClockProfile", "code"),
    ("Category", "code"),
    ("Category", "name"),
    ("Category", "name_en"),
    ("Category", "words"),
    ("CatalogueEntry", "basis"),
    ("DutyItem", "basis"),
    ("CatalogueDraft", "name"),
    ("Attachment", "content"),
    ("Attachment", "small"),
    ("Export", "content"),
    ("Export", "language"),
    ("Export", "reason"),  # why somebody took many cases along: of the export, not of a case
    ("Export", "state_asked"),
    ("Export", "words_asked"),  # what somebody searched for; gone with the file, by a constraint
    ("ImportAside", "code"),
    ("ImportRun", "file_hash"),
    ("ImportRun", "map_hash"),
    ("ImportRun", "map_text"),
    ("ImportRun", "name"),
    ("ImportRun", "source"),
    ("Prediction", "code"),
    ("Prediction", "second"),
    ("Prediction", "third"),
    ("SortingModel", "digest"),
    ("TaskGroup", "name"),
    ("GroupMember", "post"),
}
"""Text columns of the room that never hold a person's words."""


def test_every_free_text_about_a_case_has_its_end() -> None:
    from django.apps import apps

    free = {
        (table.__name__, field.name)
        for table in apps.get_app_config("cases").get_models()
        for field in table._meta.get_fields()
        if isinstance(field, models.TextField)
        or (isinstance(field, models.CharField) and not field.choices and field.name != "state")
        if not field.name.endswith("_code")
    }
    listed = {
        (table.__name__, column) for table, (_path, columns) in TEXTS.items() for column in columns
    }
    # Add a new column to TEXTS in linli/cases/privacy/redactors.py, or here if it holds no words.
    assert free - NOT_WORDS == listed
