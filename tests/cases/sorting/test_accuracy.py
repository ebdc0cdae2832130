"""The page that says how often the proposal was right: its figures by hand, its scope, its cases."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.cases.models import Prediction
from linli.cases.rules import Rate
from linli.cases.sorting.accuracy import Which, accuracy, listed
from tests.builders import LIFT, Town, a_case
from tests.cases.pages import LANGUAGES, a_client
from tests.cases.people import a_user
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def at_now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def said(
    town: Town,
    code: str,
    final: str | None,
    *,
    sure: bool = False,
    second: str = "",
    now: dt.datetime = NOW,
    **given: Any,
) -> Prediction:
    """Return what was said of a new case, and what was decided."""
    case = a_case(town, now=now, category=None, **given)
    decided = {
        "final_id": final,
        "decided_by": town.users["dispatcher"].pk,
        "decided_at": now,
    }
    return Prediction.objects.create(
        case=case,
        code=code,
        probability=0.6,
        second=second,
        second_probability=0.2 if second else 0,
        is_sure=sure,
        predicted_at=now,
        **(decided if final else {}),
    )


def test_every_figure_by_hand(town: Town) -> None:
    said(town, LIFT, LIFT, sure=True)
    said(town, LIFT, LIFT, sure=True)
    said(town, LIFT, "0405", sure=True, second="0405")
    said(town, "0405", "1304")
    said(town, "0405", None)
    said(town, "0405", "0405", now=NOW - 7 * DAY)
    said(town, "0405", "0405", now=NOW - 60 * DAY)  # before the four weeks
    found = accuracy(town.actor("office"), weeks=4)
    assert found.whole.predicted == 6
    assert found.whole.accuracy == Rate(3, 5)
    assert found.whole.among_three == Rate(4, 5)
    assert found.whole.preselected == Rate(3, 5)
    assert found.whole.uncorrected == Rate(2, 3)
    assert found.whole.mean_certainty == pytest.approx(0.6)
    assert [week.tally.decided for week in found.weeks] == [4, 1, 0, 0]
    assert found.pairs == [(LIFT, "0405", 1), ("0405", "1304", 1)]
    assert accuracy(town.actor("office"), weeks=12).whole.decided == 6


def test_a_class_is_listed_once_it_was_decided_often_enough(town: Town) -> None:
    for n in range(5):
        said(town, LIFT if n else "0405", "0405")
    for _n in range(4):
        said(town, LIFT, "1304")
    (worst,) = accuracy(town.actor("office"), weeks=4).classes
    assert (worst[0], worst[1].accuracy) == ("0405", Rate(1, 5))


def test_only_ones_own_areas_count_and_confidential_cases_for_nobody_between(town: Town) -> None:
    from linli.accounts.queries import actor_of

    said(town, LIFT, "0405")
    said(town, LIFT, "0405", place="110105015044")
    said(town, LIFT, "0405", confidentiality="hide_case")
    street = a_user(town, "administrator", place="110105019", unit="street-019")
    actor = actor_of(street, now=NOW)
    assert accuracy(actor, weeks=4).whole.decided == 1
    assert accuracy(town.actor("administrator"), weeks=4).whole.decided == 2
    assert accuracy(town.actor("office"), weeks=4).whole.decided == 3
    shown = listed(actor, Which(), weeks=4)
    assert [row.case.community_code for row in shown] == ["110105019029"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_leads_to_the_cases_in_few_queries(town: Town, language: str) -> None:
    wrong = said(town, LIFT, "0405", sure=True)
    for _n in range(4):
        said(town, "0405", "0405")
    client = a_client(town.users["office"], language=language)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get("/sorting/")
    assert len(asked) <= 10
    body = page.content.decode()
    category = town.categories["0405"]
    assert (category.name_en if language == "en" else category.name) in body
    assert f"said={LIFT}&amp;meant=0405" in body
    with CaptureQueriesContext(connection) as asked:
        cases = client.get(f"/sorting/cases/?said={LIFT}&meant=0405")
    assert len(asked) <= 10
    assert wrong.case.number in cases.content.decode()
    assert town.users["dispatcher"].display_name in cases.content.decode()
    assert (
        client.get("/sorting/cases/?list=sure&weeks=12").content.decode().count('class="t ph"') == 1
    )
    assert (
        client.get("/sorting/cases/?list=all&weeks=x").content.decode().count('class="t ph"') == 5
    )
    assert client.get("/sorting/models/").status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_models_says_what_serves(town: Town, language: str) -> None:
    client = a_client(town.users["administrator"], language=language)
    body = client.get("/sorting/models/").content.decode()
    assert ("starter model" in body) == (language == "en")
    refused = client.post("/sorting/models/train/")
    assert refused.status_code == 409
    assert client.post("/sorting/models/upload/").status_code == 422
    assert client.post("/sorting/models/99/in-force/").status_code == 404
    assert client.post("/sorting/models/0/in-force/").status_code == 409
