"""Models of categories: learnt from closed cases or brought as a file, tried, put in force, one step back."""

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from linli.cases.models import SortingModel, SortingTerm
from linli.cases.operations import Draft, SourceHistory, receive_batch
from linli.cases.sorting import making, operations
from linli.cases.sorting.operations import (
    ask_for_model,
    put_model_in_force,
    take_model,
    upload_model,
)
from linli.cases.sorting.queries import examples, tree_at
from linli.cases.sorting.rules import (
    BEING_MADE,
    IN_FORCE_ALREADY,
    KNOWN_ALREADY,
    NOT_A_MODEL,
    NOT_JUDGED,
    NOT_MADE,
    OTHER_LABELS,
    TOO_FEW_CASES,
    WHOLE_ONLY,
)
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.models import Event
from tests.builders import Town
from tests.cases.people import a_user
from tests.cases.sorting.conftest import a_model, worker
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
SAID = {
    "0203": ("{n}号楼电梯停运，老人下不了楼", "{n}单元电梯坏了没人修", "电梯{n}天两次困人"),
    "04": ("{n}号楼前路灯不亮", "小区东门路面有{n}个坑", "{n}号院井盖丢了"),
}


@pytest.fixture(autouse=True)
def at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making.clock, "now", lambda: NOW)


def closed_cases(town: Town, count: int, *, first: int = 0) -> None:
    """Take in so many cases of each of two categories that were closed at their source."""
    drafts = [
        Draft(
            words=texts[n % len(texts)].format(n=n + 1),
            place=town.places["110105019029"],
            category=town.categories[code],
            source="old",
            external_no=f"{code}-{n}",
            received_at=NOW - dt.timedelta(days=200 - n),
            history=SourceHistory(state="closed", closed_at=NOW - dt.timedelta(days=150 - n)),
        )
        for n in range(first, first + count)
        for code, texts in SAID.items()
    ]
    made = receive_batch(actor=town.actor("administrator"), drafts=drafts)
    assert len(made.created) == 2 * count


def refused(refusal: Refusal, act: object) -> None:
    with pytest.raises(RuleBroken) as broken:
        act()  # type: ignore[operator]
    assert broken.value.refusal is refusal


def test_a_model_is_learnt_from_closed_cases_and_tried_on_those_held_back(town: Town) -> None:
    pytest.importorskip("sklearn", reason="training needs the extra analysis")
    closed_cases(town, 110)
    root = town.actor("administrator")
    asked = ask_for_model(actor=root)
    refused(BEING_MADE, lambda: ask_for_model(actor=root))
    refused(NOT_MADE, lambda: put_model_in_force(actor=root, model_id=asked.pk))
    assert making.make_models() == 1
    asked.refresh_from_db()
    assert asked.row_count == 198  # a tenth of 220, the newest, is not learnt from
    assert len(asked.rows_hash) == 64
    assert asked.beside["new"]["cases"] == 22
    assert asked.beside["new"]["right"] >= asked.beside["old"]["right"]
    assert asked.beside["against"] is None
    put_model_in_force(actor=root, model_id=asked.pk)
    # Nothing was closed since: the same again is no new model.
    again = ask_for_model(actor=root)
    assert making.make_models() == 0
    again.refresh_from_db()
    assert (again.fault, again.digest) == ("same", None)


def test_what_is_held_back_is_the_newest_and_never_learnt(town: Town) -> None:
    closed_cases(town, 20)
    learnt, back = examples(tree_at(NOW))
    assert (len(learnt), len(back)) == (36, 4)
    assert {one.words for one in learnt}.isdisjoint({one.words for one in back})
    assert any("20" in one.words for one in back)


def test_too_few_closed_cases_are_refused_with_their_number(town: Town) -> None:
    closed_cases(town, 3)
    refused(TOO_FEW_CASES, lambda: ask_for_model(actor=town.actor("administrator")))


def test_a_file_is_kept_tried_and_put_in_force_and_one_step_leads_back(
    town: Town, tmp_path: Path
) -> None:
    closed_cases(town, 10)
    root = town.actor("administrator")
    model = upload_model(actor=root, content=a_model(tmp_path))
    refused(KNOWN_ALREADY, lambda: upload_model(actor=root, content=a_model(tmp_path)))
    refused(NOT_JUDGED, lambda: put_model_in_force(actor=root, model_id=model.pk))
    assert making.make_models() == 1
    model.refresh_from_db()
    assert model.beside["new"]["cases"] == 2
    put_model_in_force(actor=root, model_id=model.pk)
    later = town.actor("administrator", now=NOW + HOUR)
    refused(IN_FORCE_ALREADY, lambda: put_model_in_force(actor=later, model_id=model.pk))
    back = put_model_in_force(actor=later, model_id=None)
    first = SortingTerm.objects.get(model=model)
    assert (first.valid_to, back.model, back.valid_to) == (NOW + HOUR, None, None)
    told = Event.objects.filter(name="sorting.model_in_force").order_by("pk")
    assert [(one.user_id, one.payload["model_id"], one.payload["before_id"]) for one in told] == [
        (root.user_id, model.pk, None),
        (root.user_id, None, model.pk),
    ]


def test_a_file_that_is_no_model_or_of_other_labels_is_refused(town: Town, tmp_path: Path) -> None:
    root = town.actor("administrator")
    refused(NOT_A_MODEL, lambda: upload_model(actor=root, content=b"no zip at all"))
    other = a_model(tmp_path, {"Umwelt": ["路灯不亮"], "Verkehr": ["电梯停运"]})
    refused(OTHER_LABELS, lambda: upload_model(actor=root, content=other))
    assert not SortingModel.objects.exists()


def test_a_model_is_the_whole_installations(town: Town, tmp_path: Path) -> None:
    from linli.accounts.queries import actor_of

    user = a_user(town, "administrator", place="110105", unit="committee-029")
    below = actor_of(user, now=NOW)
    refused(WHOLE_ONLY, lambda: upload_model(actor=below, content=a_model(tmp_path)))
    refused(WHOLE_ONLY, lambda: put_model_in_force(actor=below, model_id=None))
    refused(WHOLE_ONLY, lambda: ask_for_model(actor=below))


def test_a_model_that_breaks_off_is_tried_again_and_then_given_up(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed_cases(town, 100)
    asked = ask_for_model(actor=town.actor("administrator"))

    def broken(_model: SortingModel) -> bool:
        raise MemoryError

    monkeypatch.setattr(making, "_made", broken)
    for attempt in range(operations.MOST_TRIES):
        monkeypatch.setattr(making.clock, "now", lambda n=attempt: NOW + n * HOUR)
        assert making.make_models() == 0
    assert take_model(actor=worker().at(NOW + 9 * HOUR)) is None
    asked.refresh_from_db()
    assert asked.fault == "broken"


def test_the_database_keeps_models_and_terms_as_they_were(town: Town, tmp_path: Path) -> None:
    root = town.actor("administrator")
    model = upload_model(actor=root, content=a_model(tmp_path))
    with pytest.raises(ProgrammingError), transaction.atomic():
        SortingModel.objects.filter(pk=model.pk).update(content=b"another")
    with pytest.raises(IntegrityError, match="sorting_model_is_whole"), transaction.atomic():
        SortingModel.objects.create(origin="trained", user_id=1, asked_at=NOW, made_at=NOW)
    with pytest.raises(IntegrityError, match="sorting_model_fault_is_whole"), transaction.atomic():
        SortingModel.objects.create(origin="trained", user_id=1, asked_at=NOW, fault="same")
    term = SortingTerm.objects.create(valid_from=NOW, user_id=1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        SortingTerm.objects.filter(pk=term.pk).update(model=model)
    with pytest.raises(IntegrityError, match="sorting_term_apart"), transaction.atomic():
        SortingTerm.objects.create(valid_from=NOW + HOUR, user_id=1)
