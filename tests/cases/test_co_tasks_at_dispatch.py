"""Whom the catalogue names as co-handlers get their co-tasks with the dispatch, but for those unticked."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import translation

from linli.cases import operations
from linli.cases.catalogue.operations import add_entry
from linli.cases.models import Case, CoTask, WorkOrder
from linli.cases.operations.dispatching import NOT_A_CO_HANDLER, SAY_WHAT
from linli.cases.operations.helping import HIDDEN_FROM_PARTNERS, TELLS_WHO_ASKED
from linli.cases.queries import events_of
from linli.cases.story import story_of
from tests.builders import BASIS, LIFT, Town, a_case
from tests.cases.expect import last_event, refused
from tests.cases.pages import Page, a_client
from tests.cases.standing import standing_town
from tests.conftest import NOW

WORDS = "按派单目录协办：查看电梯"
HELPERS = ("street-019", "team-029")


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with translation.override("zh-hans"), time_machine.travel(NOW, tick=False):
        town = standing_town()
        add_entry(
            actor=town.actor("administrator"),
            category=town.categories[LIFT],
            lead_kind="committee",
            co_handlers=["street", "volunteer_team"],
            basis=BASIS,
        )
        yield town


def dispatch(town: Town, case: Case, *helpers: str, **given: Any) -> WorkOrder:
    given = {"lead_id": town.units["committee-029"].pk, "helper_words": WORDS, **given}
    keys = [town.units[code].pk for code in helpers]
    return operations.dispatch(
        actor=town.actor("dispatcher"), case_id=case.pk, helper_ids=keys, **given
    )


def test_each_ticked_gets_a_co_task_in_the_same_operation(town: Town) -> None:
    case = a_case(town)
    order = dispatch(town, case, *HELPERS)
    tasks = list(order.co_tasks.order_by("organisation__code"))
    assert [task.organisation.code for task in tasks] == list(HELPERS)
    assert {(task.state, task.words, task.due_at) for task in tasks} == {
        ("sent", WORDS, order.handling_due_at)
    }
    last_event(case)
    names = [event.name for event in events_of(case)]
    assert names[-3:] == ["case.dispatched", "task.given", "task.given"]
    assert any(WORDS in str(told) for told in story_of(case)[-2:])


def test_whoever_is_unticked_gets_none_and_the_lead_never_helps_itself(town: Town) -> None:
    one = dispatch(town, a_case(town), "team-029")
    assert [task.organisation.code for task in one.co_tasks.all()] == ["team-029"]
    assert not dispatch(town, a_case(town)).co_tasks.exists()
    led = dispatch(
        town, a_case(town), *HELPERS, lead_id=town.units["street-019"].pk, reason="街道牵头"
    )
    assert [task.organisation.code for task in led.co_tasks.all()] == ["team-029"]


def test_only_the_catalogues_own_may_be_given_a_part_here(town: Town) -> None:
    case = a_case(town)
    with refused(NOT_A_CO_HANDLER):
        dispatch(town, case, "committee-044")
    with refused(SAY_WHAT):
        dispatch(town, case, *HELPERS, helper_words="  ")
    with refused(TELLS_WHO_ASKED):
        dispatch(town, case, *HELPERS, helper_words="请联系许大妈")
    hidden = a_case(town, confidentiality="hide_case")
    with refused(HIDDEN_FROM_PARTNERS):
        dispatch(town, hidden, *HELPERS)
    assert not CoTask.objects.exists()


def test_the_page_shows_them_ticked_and_keeps_what_was_unticked(town: Town) -> None:
    case = a_case(town)
    client = a_client(town.users["dispatcher"], language="zh-hans")
    street, team = (str(town.units[code].pk) for code in HELPERS)
    shown = Page(client.get(f"/queue/?case={case.number}"))
    assert sorted(shown.fields["helpers"]) == sorted([street, team])
    assert "电梯" in shown.fields["helper_words"][0]
    sent = {"lead": street, "reason": "", "helpers": [team], "helper_words": WORDS}
    failed = client.post(f"/cases/{case.number}/dispatch/", sent)
    assert failed.status_code == 422
    assert Page(failed).fields["helpers"] == [team]
    done = client.post(f"/cases/{case.number}/dispatch/", {**sent, "reason": "街道牵头"})
    assert done.status_code == 302
    assert CoTask.objects.get().organisation.code == "team-029"
    late = Page(client.post(f"/cases/{case.number}/dispatch/", sent))
    assert late.shows(town.units["team-029"].name)


def test_of_a_case_hidden_as_a_whole_the_page_offers_no_part(town: Town) -> None:
    case = a_case(town, confidentiality="hide_case")
    client = a_client(town.users["dispatcher"], language="zh-hans")
    shown = Page(client.get(f"/queue/?case={case.number}"))
    assert not shown.fields["helpers"]
    assert shown.shows("协办单位不分到任务")
