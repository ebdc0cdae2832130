"""Nothing that tells who asked reaches a property company, a neighbour, a log, an event or a table in clear.

Marks are planted where a caller's data go in, by real operations; then every address is visited, every way,
and everything that was answered, logged or stored is searched for them.
"""

import io
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from linli.accounts.models import User
from linli.accounts.permissions import ROLES
from linli.accounts.queries import actor_of
from linli.cases import operations
from linli.cases.models import Case, ContactLog, FollowUp, Report
from linli.cases.privacy.operations import write_shared_text
from linli.cases.privacy.redactors import TEXTS
from linli.cases.privacy.wall import wall_open_everywhere
from linli.site.logs import LOGGING
from linli.territory.operations import open_organisation
from tests.builders import Town, a_draft
from tests.cases.pages import a_browser
from tests.cases.people import a_person, a_user
from tests.cases.standing import standing_town
from tests.conftest import NOW
from tests.contracts.test_scope_sweep import (
    OBJECTS,
    THINGS,
    Visit,
    addresses,
    permission_of,
    takes_object,
    url_of,
)

NAME, PHONE, IDENTITY = "诸葛朱砂", "13912348765", "11010519491231002X"
WHO = (NAME, "朱砂", PHONE, "2348765", "139 1234 8765", "139 **** 8765", IDENTITY)
"""What tells who asked: in clear nowhere at all, but on the screens of those who may look."""
SAID = "蓝鲸风铃"
"""A word of the caller's own: for the people of the area, neither for a neighbour nor for a partner."""
HOME, NEXT_DOOR = "110105019029", "110105015044"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Collect everything that is logged, as the server would write it, from DEBUG up."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    formatter = dict(LOGGING["formatters"]["json"])
    formatter.pop("()")
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**formatter))
    loggers = [logging.getLogger(name) for name in (None, "linli", "django", "django.request")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


def planted(town: Town) -> Case:
    """Return a case on its whole way, with the marks wherever a person can put them."""
    town.units["property-1"] = open_organisation(
        actor=town.actor("administrator"),
        code="property-1",
        name="双合物业",
        kind="property",
        place_code=HOME,
    )
    case = operations.receive(
        actor=town.actor("operator"),
        draft=a_draft(
            town,
            words=f"我叫{NAME}，电话{PHONE}，身份证{IDENTITY}，{SAID}响了一夜。",
            title=f"{NAME}说{SAID}",
            address=f"6号楼 {NAME}",
            name=NAME,
            phone=PHONE,
        ),
    )
    worker, caller = town.actor("worker"), town.actor("follow_up")
    lead = town.units["committee-029"].pk
    operations.dispatch(actor=town.actor("dispatcher"), case_id=case.pk, lead_id=lead, reason=SAID)
    write_shared_text(actor=worker, case_id=case.pk, shared_text="六号楼风铃，请看一下。")
    operations.accept(actor=worker, case_id=case.pk)
    operations.unmask(actor=worker, case_id=case.pk, reason=f"给{NAME}回电 {PHONE}")
    operations.contact(actor=worker, case_id=case.pk, means="phone", was_reached=True, note=SAID)
    for unit in ("property-1", "team-029"):
        task = operations.give_task(
            actor=worker,
            case_id=case.pk,
            organisation_id=town.units[unit].pk,
            words="请到六号楼查看。",
        )
        helper = a_person(town, "partner", place=HOME, unit=unit)
        operations.come(actor=helper, task_id=task.pk)
        operations.arrive(actor=helper, task_id=task.pk)
        operations.finish_task(actor=helper, task_id=task.pk, result="已查看")
    operations.report(
        actor=worker, case_id=case.pk, resolution="solved", public_reply=SAID, evidence="完工单"
    )
    operations.follow_up(
        actor=caller,
        case_id=case.pk,
        means="phone",
        was_contacted=True,
        answered="solved",
        satisfaction="satisfied",
        note=SAID,
    )
    return case


def outsiders(town: Town) -> dict[str, User | None]:
    """Return a property company's people, a team's, the neighbour, and every role next door."""
    people: dict[str, User | None] = {
        f"next door: {role}": a_user(town, role, place=NEXT_DOOR, unit="property-1")
        for role in ROLES
    }
    people["property company with a task"] = a_user(town, "partner", place=HOME, unit="property-1")
    people["team with a task"] = town.users["partner"]
    people["neighbour"] = town.users["neighbour"]
    people["nobody"] = None
    return people


def visits(case: Case) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield every address by its name, with a form that would send something."""
    for name, pattern in sorted(addresses().items()):
        if name in THINGS:
            yield name, url_of(name, case.number), THINGS[name].form
        elif name in OBJECTS or not takes_object(pattern):
            yield name, url_of(name, case.number), OBJECTS.get(name, Visit()).form
    for name, asked in (
        ("cases:search", "q"),
        ("cases:queue", "case"),
        ("cases:follow_up", "case"),
        ("privacy:looks", "case"),
    ):
        yield (
            name,
            f"{reverse(name)}?{asked}={case.number}",
            {"case": case.number, "reason": "回访"},
        )


def opens(name: str, user: User | None) -> bool:
    """Return whether the address is worth a visit: a page closed to the role answers alike for all."""
    permission = permission_of(addresses()[name])
    return user is None or permission is None or actor_of(user, now=NOW).may(permission)


def found_in(text: str, marks: tuple[str, ...]) -> list[str]:
    return [mark for mark in marks if mark in text]


def tables_with(mark: str) -> set[str]:
    """Return the tables of which a row, as text, holds the mark."""
    with wall_open_everywhere("test"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        holds = set()
        for table in tables:
            cursor.execute(
                f'SELECT 1 FROM "{table}" AS t WHERE t::text LIKE %s LIMIT 1', [f"%{mark}%"]
            )
            holds |= {table} if cursor.fetchone() else set()
    return holds


def test_no_answer_to_an_outsider_holds_a_mark(town: Town, log: io.StringIO) -> None:
    case = planted(town)
    asked: Counter[str] = Counter()
    for who, user in outsiders(town).items():
        client = a_browser(user)
        for name, url, form in visits(case):
            if not opens(name, user):
                continue
            for send, given in ((client.get, {}), (client.post, form)):
                for headers in ({}, {"HX-Request": "true"}):
                    response = send(url, given, headers=headers)
                    asked[who] += 1
                    told = f"{response.headers} {response.content.decode(errors='replace')}"
                    assert found_in(told, (*WHO, SAID)) == [], (who, url, response.status_code)
            if user is not None and "_auth_user_id" not in client.session:
                client = a_browser(user)  # it was the address to sign out
    assert min(asked.values()) > 40, asked
    assert found_in(log.getvalue(), (*WHO, SAID)) == []
    assert "operation" in log.getvalue()


def test_who_asked_stands_in_no_table_in_clear(town: Town) -> None:
    planted(town)
    for mark in WHO:
        assert tables_with(mark) == set(), mark
    said = tables_with(SAID)
    assert said <= {table._meta.db_table for table in TEXTS}
    assert {table._meta.db_table for table in (Case, ContactLog, FollowUp, Report)} <= said


def test_the_mask_of_a_number_is_for_those_who_handle_the_case(town: Town) -> None:
    case = planted(town)
    url = reverse("cases:case", args=[case.number])
    page = a_browser(town.users["worker"]).get(url).content.decode()
    assert "139 **** 8765" in page
    assert SAID in page
    assert found_in(page, (NAME, PHONE, IDENTITY)) == []


def test_an_error_of_the_database_tells_the_log_no_words(
    town: Town, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed CHECK comes with the whole row in its message; a page that breaks over it is logged."""

    def breaks(**arguments: Any) -> None:
        with transaction.atomic():
            Case.objects.everywhere("test").filter(words__contains=SAID).update(channel="none")

    planted(town)
    monkeypatch.setattr(operations, "receive", breaks)
    client = a_browser(town.users["operator"])
    client.raise_request_exception = False
    form = {"words": "停水了", "place": "双合家园", "kind": "help", "urgency": "N"}
    form |= {"confidentiality": "none", "intake_key": "6ee0a7a4-0a34-4b7e-9d57-0f9a5f5b3c11"}
    response = client.post(reverse("cases:take_call"), form)
    assert response.status_code == 500
    assert found_in(response.content.decode(), (*WHO, SAID)) == []
    written = log.getvalue()
    assert "case_channel_known" in written
    assert IntegrityError.__name__ in written
    assert found_in(written, (*WHO, SAID)) == []
