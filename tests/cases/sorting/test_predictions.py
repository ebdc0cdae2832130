"""What is kept beside a case: what was said when it came in, and what people decided."""

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from linli.cases import operations
from linli.cases.models import Prediction
from linli.cases.sorting.operations import (
    keep_beside,
    predict_batch,
    put_model_in_force,
    upload_model,
)
from tests.builders import LIFT, Town, a_case
from tests.cases.sorting.conftest import a_model, followed, worker
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - dt.timedelta(days=2)


def test_what_comes_in_is_predicted_by_the_starter_model(town: Town) -> None:
    case = a_case(town, category=None)
    followed()
    assert predict_batch(actor=worker()) == 1
    said = Prediction.objects.get(case=case)
    assert (said.code, said.model, said.final, said.is_sure) == (LIFT, None, None, False)
    assert said.probability >= said.second_probability >= said.third_probability
    assert said.predicted_at == NOW
    assert predict_batch(actor=worker()) == 0


def test_what_people_decide_is_kept_with_who_and_when(town: Town) -> None:
    case = a_case(town, category="02", now=LONG_AGO)
    followed()
    predict_batch(actor=worker())
    said = Prediction.objects.get(case=case)
    assert said.final == town.categories["02"]
    assert said.decided_by == town.users["operator"].pk
    operations.categorise(
        actor=town.actor("dispatcher"), case_id=case.pk, category=town.categories[LIFT]
    )
    followed()
    said.refresh_from_db()
    assert (said.final_id, said.decided_by) == (LIFT, town.users["dispatcher"].pk)
    assert (said.decided_at, said.code) == (NOW, LIFT)


def test_following_again_changes_nothing(town: Town) -> None:
    from linli.journal.following import rewind

    case = a_case(town, category="02")
    followed()
    predict_batch(actor=worker())
    before = Prediction.objects.filter(case=case).values().get()
    rewind("cases.sorting", now=NOW)
    followed()
    assert Prediction.objects.filter(case=case).values().get() == before


def test_a_case_whose_words_are_gone_gets_no_guess(town: Town) -> None:
    case = a_case(town, category=None, at="received")
    case.words_deleted_at = case.requester_deleted_at = NOW
    case.save(update_fields=["words_deleted_at", "requester_deleted_at"])
    followed()
    predict_batch(actor=worker())
    assert Prediction.objects.get(case=case).code == ""


def test_the_model_in_force_when_a_case_came_in_is_asked(town: Town, tmp_path: Path) -> None:
    before = a_case(town, category=None, now=LONG_AGO)
    root = town.actor("administrator", now=NOW - dt.timedelta(days=1))
    model = upload_model(actor=root, content=a_model(tmp_path))
    figures = {"cases": 0, "right": 0, "macro_f1": 0, "surest": 0, "passed": 0, "passed_right": 0}
    keep_beside(
        actor=worker(), model_id=model.pk, beside={"against": None, "new": figures, "old": figures}
    )
    put_model_in_force(actor=root, model_id=model.pk)
    after = a_case(town, category=None)
    followed()
    assert predict_batch(actor=worker()) == 2
    assert Prediction.objects.get(case=before).model is None
    assert Prediction.objects.get(case=after).model == model
    assert Prediction.objects.get(case=after).code == "0203"


def test_what_was_said_stays_said(town: Town) -> None:
    case = a_case(town, category=None)
    followed()
    predict_batch(actor=worker())
    row = Prediction.objects.filter(case=case)
    for changed in ({"code": "04"}, {"probability": 0.99999}, {"predicted_at": LONG_AGO}):
        with pytest.raises(ProgrammingError), transaction.atomic():
            row.update(**changed)


@pytest.mark.parametrize(
    ("wall", "values"),
    [
        ("prediction_probabilities_ordered", {"probability": 0.2, "second_probability": 0.3}),
        ("prediction_probabilities_ordered", {"probability": 1.2}),
        ("prediction_sure_of_something", {"is_sure": True}),
        ("prediction_made_before_it_says", {"predicted_at": None, "code": "02"}),
        ("prediction_decision_is_whole", {"decided_at": NOW}),
    ],
)
def test_the_database_keeps_the_shape(town: Town, wall: str, values: dict[str, object]) -> None:
    case = a_case(town, category=None)
    given = {"predicted_at": NOW, **values}
    with pytest.raises(IntegrityError, match=wall), transaction.atomic():
        Prediction.objects.create(case=case, **given)
