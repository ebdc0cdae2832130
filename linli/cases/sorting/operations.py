"""Writes of sorting: predictions, asking for a model, making, judging, putting in force."""

import datetime as dt
import hashlib
import io
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Q

from linli.cases.catalogue.parts import holds_all
from linli.cases.permissions import CasePermission as P
from linli.cases.sorting.choices import ModelFault, Origin
from linli.cases.sorting.events import (
    ModelAsked,
    ModelFailed,
    ModelInForce,
    ModelJudged,
    ModelMade,
    ModelUploaded,
)
from linli.cases.sorting.models import Prediction, SortingModel, SortingTerm
from linli.cases.sorting.parts import locked_model, write_model
from linli.cases.sorting.queries import (
    LEAST_LEARNT,
    learnable_count,
    sorting_models,
    terms,
    tree_at,
)
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
from linli.cases.sorting.serving import Asked, classifier
from linli.kernel.actor import Actor
from linli.kernel.events import Code, record
from linli.kernel.operation import operation

BATCH = 200
TAKEN_AGAIN_AFTER = dt.timedelta(minutes=30)
"""Of a model that somebody began to make and nobody finished."""
MOST_TRIES = 2


@operation(P.SWEEP)
def predict_batch(*, actor: Actor) -> int:
    """Say of cases that came in what they are about, by the model in force when each was received; return how many.

    A prediction is written once and never changed. A second call goes on with the next; 0 when none is left.
    """
    rows = list(
        Prediction.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(predicted_at__isnull=True)
        .select_related("case")
        .order_by("case")[:BATCH]
    )
    if not rows:
        return 0
    tree = tree_at(actor.now)
    served = [(one.valid_from, one.valid_to, one.model_id) for one in terms()]
    asked: dict[int | None, Asked] = {}
    for row in rows:
        model_id = _serving_at(row.case.received_at, served)
        if model_id not in asked:
            asked[model_id] = Asked(classifier(model_id), tree)
        gone = row.case.words_deleted_at is not None
        found = asked[model_id].ranking(
            "" if gone else row.case.title, "" if gone else row.case.words
        )
        row.model_id, row.predicted_at, row.is_sure = model_id, actor.now, found.is_sure
        shares = [*found.ranked, ("", 0.0), ("", 0.0), ("", 0.0)]
        (row.code, row.probability), (row.second, row.second_probability) = shares[:2]
        row.third, row.third_probability = shares[2]
    names = ("code", "probability", "second", "second_probability", "third", "third_probability")
    Prediction.objects.bulk_update(rows, ["model", "predicted_at", "is_sure", *names])
    return len(rows)


def _serving_at(
    moment: dt.datetime, served: list[tuple[dt.datetime, dt.datetime | None, int | None]]
) -> int | None:
    for begins, ends, model_id in served:
        if begins <= moment and (ends is None or moment < ends):
            return model_id
    return None


@operation(P.SORTING_MODELS)
def ask_for_model(*, actor: Actor) -> SortingModel:
    """Ask that a model be learnt from the closed cases; the worker makes it. Raises RuleBroken."""
    _require_whole(actor)
    _one_at_a_time()
    if sorting_models().filter(made_at__isnull=True, failed_at__isnull=True).exists():
        raise BEING_MADE()
    if (count := learnable_count()) < LEAST_LEARNT:
        raise TOO_FEW_CASES(count=count, least=LEAST_LEARNT)
    assert actor.user_id is not None
    model = SortingModel.objects.create(
        origin=Origin.TRAINED, user_id=actor.user_id, asked_at=actor.now
    )
    asked = ModelAsked(model_id=model.pk)
    record(asked, actor=actor, kind="sorting_model", stream=model.pk, seq=model.version)
    return model


@operation(P.SORTING_MODELS)
def upload_model(*, actor: Actor, content: bytes) -> SortingModel:
    """Keep a model's file that `linli train` wrote. Raises RuleBroken for what is none, or known already.

    A file is read as plain numbers: nothing in it can run.
    """
    from linli.methods.language.categories_files import load
    from linli.methods.language.models import NotAModel

    _require_whole(actor)
    _one_at_a_time()
    try:
        read = load(io.BytesIO(content))
    except NotAModel as wrong:
        raise NOT_A_MODEL(why=wrong) from wrong
    if not any(tree_at(actor.now).stands(read.labels).values()):
        raise OTHER_LABELS(label=read.labels[0] if read.labels else "")
    digest = hashlib.sha256(content).hexdigest()
    if SortingModel.objects.filter(digest=digest).exists():
        raise KNOWN_ALREADY()
    assert actor.user_id is not None
    model = SortingModel.objects.create(
        origin=Origin.UPLOADED,
        user_id=actor.user_id,
        asked_at=actor.now,
        made_at=actor.now,
        digest=digest,
        content=content,
        card=dict(read.card),
    )
    uploaded = ModelUploaded(model_id=model.pk, digest=Code(digest))
    record(uploaded, actor=actor, kind="sorting_model", stream=model.pk, seq=model.version)
    return model


@operation(P.SWEEP)
def take_model(*, actor: Actor) -> SortingModel | None:
    """Take the next model in hand that is to be made or judged, also one that somebody left; None if none waits.

    One that broke off MOST_TRIES times is given up.
    """
    left = actor.now - TAKEN_AGAIN_AFTER
    waits = Q(made_at__isnull=True) | Q(beside__isnull=True)
    rows = (
        SortingModel.objects.defer("content")
        .select_for_update(skip_locked=True)
        .filter(waits, Q(begun_at__isnull=True) | Q(begun_at__lt=left), failed_at__isnull=True)
        .exclude(made_at__isnull=False, attempt_count__gte=MOST_TRIES)
        .order_by("pk")
    )
    for model in rows:
        if model.attempt_count >= MOST_TRIES:
            _fail(model, ModelFault.BROKEN, actor=actor)
            continue
        model.begun_at, model.attempt_count = actor.now, model.attempt_count + 1
        model.save(update_fields=["begun_at", "attempt_count"])
        return model
    return None


@operation(P.SWEEP)
def keep_model(
    *,
    actor: Actor,
    model_id: int,
    content: bytes,
    card: Mapping[str, Any],
    beside: Mapping[str, Any],
) -> SortingModel | None:
    """Keep a model that was made, with its figures beside the one in force. The same file again is no new model: None."""
    model = locked_model(model_id)
    digest = hashlib.sha256(content).hexdigest()
    if model.made_at is not None:
        return model
    if SortingModel.objects.filter(digest=digest).exists():
        # Nothing was closed since: the same rows make the same file, which stands in the list.
        _fail(model, ModelFault.SAME, actor=actor)
        return None
    made = ModelMade(model_id=model.pk, digest=Code(digest), row_count=card["made_of"]["rows"])
    write_model(
        model, event=made, actor=actor, content=content, digest=digest, card=dict(card),
        made_at=actor.now, beside=dict(beside),
    )  # fmt: skip
    return model


@operation(P.SWEEP)
def keep_beside(*, actor: Actor, model_id: int, beside: Mapping[str, Any]) -> SortingModel:
    """Keep how good a model is beside the one in force."""
    model = locked_model(model_id)
    judged = ModelJudged(
        model_id=model.pk, against_id=beside["against"], case_count=beside["new"]["cases"]
    )
    write_model(model, event=judged, actor=actor, beside=dict(beside))
    return model


@operation(P.SWEEP)
def fail_model(*, actor: Actor, model_id: int, fault: str) -> None:
    """Write down why a model cannot be made."""
    _fail(locked_model(model_id), ModelFault(fault), actor=actor)


def _fail(model: SortingModel, fault: ModelFault, *, actor: Actor) -> None:
    failed = ModelFailed(model_id=model.pk, fault=Code(fault.value))
    write_model(model, event=failed, actor=actor, failed_at=actor.now, fault=fault.value)


@operation(P.SORTING_MODELS)
def put_model_in_force(*, actor: Actor, model_id: int | None) -> SortingTerm:
    """Let a model serve from now on, None the starter model. Going back is the same act with the model before.

    Raises SortingModel.DoesNotExist; RuleBroken: not made, not judged beside the one in force, in force already.
    """
    _require_whole(actor)
    _one_at_a_time()
    model = locked_model(model_id) if model_id is not None else None
    now = SortingTerm.objects.select_for_update().filter(valid_to__isnull=True).first()
    before = now.model_id if now else None
    if before == model_id:
        raise IN_FORCE_ALREADY()
    if model is not None and model.made_at is None:
        raise NOT_MADE()
    if model is not None and model.beside is None:
        raise NOT_JUDGED()
    if now is not None:
        SortingTerm.objects.filter(pk=now.pk).update(valid_to=actor.now)
    assert actor.user_id is not None
    term = SortingTerm.objects.create(
        model_id=model_id, valid_from=actor.now, user_id=actor.user_id
    )
    said = ModelInForce(term_id=term.pk, model_id=model_id, before_id=before)
    record(said, actor=actor, kind="sorting_term", stream=term.pk, seq=1)
    return term


def _require_whole(actor: Actor) -> None:
    if not holds_all(actor, P.SORTING_MODELS):
        raise WHOLE_ONLY()


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('linli.sorting'))")
