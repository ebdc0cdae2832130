"""dispatch_batch: what the catalogue decides alone goes out at once, the rest stays and says why."""

import pytest
import time_machine
from django.urls import reverse

from linli.cases import operations
from linli.cases.models import Case, WorkOrder
from linli.cases.operations.dispatching import BATCH, NO_CATEGORY, TO_BE_CHOSEN, TOO_MANY
from linli.cases.queries import received
from linli.kernel.actor import Actor
from tests.builders import Town, a_case
from tests.cases.expect import last_event, refused
from tests.cases.pages import Page, a_browser
from tests.conftest import NOW


@pytest.fixture
def dispatcher(town: Town) -> Actor:
    return town.actor("dispatcher")


def test_each_goes_to_the_unit_that_the_catalogue_names(town: Town, dispatcher: Actor) -> None:
    lift, market = a_case(town), a_case(town, category="12")
    sent, left = operations.dispatch_batch(actor=dispatcher, case_ids=[market.pk, lift.pk])
    assert left == []
    assert {order.case_id: order.lead for order in sent} == {
        lift.pk: town.units["committee-029"],
        market.pk: town.units["street-019"],
    }
    for case in (lift, market):
        case.refresh_from_db()
        assert case.state == "in_handling"
        event = last_event(case)
        assert event.name == "case.dispatched"
        assert event.payload["catalogue_entry_id"] is not None


def test_one_that_cannot_go_holds_up_no_other(town: Town, dispatcher: Actor) -> None:
    good, bare, gone = a_case(town), a_case(town, category=None), a_case(town, at="dispatched")
    far = a_case(town, place="110106", category="12")
    ids = [far.pk, gone.pk, bare.pk, good.pk]
    sent, left = operations.dispatch_batch(actor=dispatcher, case_ids=ids)
    assert [order.case_id for order in sent] == [good.pk]
    why = {one.case.pk: one.why.refusal for one in left}
    assert why[bare.pk] is NO_CATEGORY
    assert why[far.pk] is TO_BE_CHOSEN
    assert set(why) == {bare.pk, far.pk, gone.pk}
    assert not WorkOrder.objects.filter(case__in=[bare.pk, far.pk]).exists()


def test_a_batch_has_an_end(dispatcher: Actor) -> None:
    with refused(TOO_MANY):
        operations.dispatch_batch(actor=dispatcher, case_ids=list(range(BATCH + 1)))


def test_one_outside_the_area_sends_none(town: Town) -> None:
    from tests.cases.people import a_person

    own, far = a_case(town), a_case(town, place="110105015044")
    local = a_person(town, "dispatcher", place="110105019")
    with pytest.raises(Case.DoesNotExist):
        operations.dispatch_batch(actor=local, case_ids=[own.pk, far.pk])
    own.refresh_from_db()
    assert own.state == "received"


def test_what_is_due_first_comes_first(town: Town, dispatcher: Actor) -> None:
    ordinary, urgent, livelihood = (a_case(town, urgency=code) for code in ("N", "E1", "E2"))
    assert list(received(actor=dispatcher)) == [urgent, livelihood, ordinary]


def test_the_page_says_what_went_out_and_what_stayed(town: Town) -> None:
    good, far = a_case(town), a_case(town, place="110106", category="12")
    client = a_browser(town.users["dispatcher"])
    with time_machine.travel(NOW):
        url = reverse("cases:dispatch_batch")
        response = client.post(url, {"case": [good.number, far.number, "\0", "1"]})
    page = Page(response)
    assert page.shows(far.title)
    assert page.shows(str(TO_BE_CHOSEN.text))
    good.refresh_from_db()
    assert good.state == "in_handling"
    assert client.post(url, {}).status_code == 302


def test_a_ruling_stands_beside_claim_and_catalogue(town: Town) -> None:
    case = a_case(town, at="objecting")
    page = Page(a_browser(town.users["dispatcher"]).get(reverse("cases:rulings")))
    assert page.shows(case.title)
    assert page.shows("派单目录第三条")
    assert page.shows("社区职责清单")
