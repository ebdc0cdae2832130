"""The second wall: the database itself shows personal rows only to an actor's areas, and to nobody without one."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.utils import InternalError

from linli.cases.models import Case, Requester
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.wall import (
    areas_of,
    open_wall,
    requester_of,
    requesters_of,
    through_the_wall,
    wall_open_everywhere,
)
from tests.builders import Town, a_case, a_town
from tests.cases.people import a_person
from tests.conftest import NOW


def ask(statement: str, *given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="in_progress", name="许大妈")


def test_without_an_actor_the_query_fails(town: Town, case: Case) -> None:
    for rows in (Requester.objects.all(), Requester.objects.filter(case=case)):
        with pytest.raises(ProgrammingError, match="without an actor"), transaction.atomic():
            list(rows)
    with pytest.raises(ProgrammingError, match="without an actor"), transaction.atomic():
        Requester.objects.update(name_sealed=b"")
    with pytest.raises(ProgrammingError, match="without an actor"), transaction.atomic():
        Requester.objects.create(case=case)


def test_an_actor_sees_the_rows_of_her_areas_only(town: Town, case: Case) -> None:
    for who in ("worker", "dispatcher", "operator", "administrator"):
        row = requester_of(case.pk, actor=town.actor(who), permission=P.SEE)
        assert row is not None
        assert row.name == "许大妈"
    for who, permission in (("neighbour", P.SEE), ("leader", P.SEE), ("dispatcher", P.UNMASK)):
        assert requester_of(case.pk, actor=town.actor(who), permission=permission) is None


def test_a_unit_sees_the_rows_of_its_orders_wherever_they_lie(town: Town, case: Case) -> None:
    elsewhere = a_person(town, "community_worker", place="110106", unit="committee-029")
    assert requester_of(case.pk, actor=elsewhere, permission=P.HANDLE) is not None
    assert areas_of(elsewhere, P.HANDLE) == f"110106,unit:{town.units['committee-029'].pk}"


def test_an_actor_with_no_area_at_all_finds_nothing(town: Town, case: Case) -> None:
    nobody = town.actor("leader")
    assert areas_of(nobody, P.UNMASK) == "none"
    assert requesters_of([case.pk], actor=nobody, permission=P.UNMASK) == {}
    assert through_the_wall(Requester.objects.none(), actor=nobody, permission=P.SEE) == []


def test_the_wall_closes_behind_a_read(town: Town, case: Case) -> None:
    assert requester_of(case.pk, actor=town.actor("worker"), permission=P.SEE) is not None
    with pytest.raises(ProgrammingError, match="without an actor"), transaction.atomic():
        Requester.objects.count()


def test_a_row_outside_the_area_can_be_neither_changed_nor_written(town: Town, case: Case) -> None:
    with transaction.atomic():
        open_wall(town.actor("neighbour"), P.SEE)
        assert Requester.objects.filter(case=case).update(name_sealed=None) == 0
        assert Requester.objects.filter(case=case).delete()[0] == 0
    with wall_open_everywhere("test"):
        Requester.objects.filter(case=case).delete()
    with transaction.atomic():
        open_wall(town.actor("neighbour"), P.SEE)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Requester.objects.create(case=case)


def test_a_read_is_one_round_trip(town: Town, case: Case, django_assert_num_queries: Any) -> None:
    actor = town.actor("worker")
    with django_assert_num_queries(1):
        requester_of(case.pk, actor=actor, permission=P.SEE)


# — outside a transaction, as a page reads —


@pytest.fixture
def committed(transactional_db: None) -> Town:
    return a_town()


def test_a_page_reads_in_a_transaction_of_its_own_that_cannot_write(committed: Town) -> None:
    case = a_case(committed)
    actor = committed.actor("worker", now=NOW)
    assert requester_of(case.pk, actor=actor, permission=P.SEE) is not None
    assert ask("SELECT current_setting('linli.areas', true)") in ([("",)], [(None,)])
    assert ask("SELECT current_setting('transaction_read_only')") == [("off",)]
    writes = Requester.objects.filter(case=case)
    writes.query.sql_with_params = lambda: (  # type: ignore[method-assign]
        "UPDATE cases_requester SET name_sealed = NULL RETURNING id",
        (),
    )
    with pytest.raises(InternalError, match="read-only"):
        through_the_wall(writes, actor=actor, permission=P.SEE)
    with pytest.raises(ProgrammingError, match="without an actor"):
        Requester.objects.count()
