"""The making of a model: the worker learns from closed cases and tries it beside the one in force.

The newest closed cases are held back: no model made here has seen them, and there the new one and the one in force are
tried on the same words. Needs scikit-learn (extra: analysis); judging an uploaded model needs numpy only.
"""

import dataclasses
import hashlib
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from linli.accounts.operations import installer
from linli.cases.catalogue.starter import starter
from linli.cases.permissions import CasePermission as P
from linli.cases.sorting import operations
from linli.cases.sorting.choices import ModelFault
from linli.cases.sorting.models import SortingModel
from linli.cases.sorting.queries import Example, Tree, examples, newest_examples, term_at, tree_at
from linli.cases.sorting.rules import figures_of
from linli.cases.sorting.serving import Asked, classifier
from linli.kernel import clock
from linli.kernel.actor import Actor

SEED = 12345
log = structlog.get_logger("linli.sorting")


def maker() -> Actor:
    """Return the actor of the worker that makes models, now."""
    return installer(now=clock.now(), permissions=frozenset({P.SWEEP}))


def predict_all() -> int:
    """Predict every case that waits, in batches; return how many."""
    done = 0
    while count := operations.predict_batch(actor=maker()):
        done += count
    return done


def make_models() -> int:
    """Make and judge every model that waits; return how many came out."""
    made = 0
    while (model := operations.take_model(actor=maker())) is not None:
        try:
            made += _made(model) if model.made_at is None else _judged(model)
        except Exception as broken:
            # One model that cannot be made must not keep the others waiting; it is taken again after a while.
            log.error("model broke off", model=model.pk, kind=type(broken).__name__)
    return made


def _made(model: SortingModel) -> bool:
    try:
        from linli.methods.language import categories_training as training
    except ModuleNotFoundError:
        return _failed(model, ModelFault.NO_ANALYSIS)
    from linli.methods.language.categories_files import save
    from linli.methods.language.categories_words import words_of

    tree = tree_at(clock.now())
    learnt, back = examples(tree)
    rows = [words_of(f"{one.title}\n{one.words}") for one in learnt]
    codes = [one.code for one in learnt]
    try:
        found, measured = training.train(rows, codes, seed=SEED, prior=starter())
    except training.TooFewRows:
        return _failed(model, ModelFault.TOO_FEW)
    except ModuleNotFoundError:
        return _failed(model, ModelFault.NO_ANALYSIS)
    card: dict[str, Any] = {
        "made_of": {
            "rows": len(learnt),
            "sha256": _hash_of(learnt),
            "labels": {code: codes.count(code) for code in sorted(set(codes))},
        },
        "version": version("linli"),
        "seed": SEED,
        "held_back": dataclasses.asdict(measured),
    }
    with tempfile.TemporaryDirectory(dir=settings.LINLI.uploads_folder()) as folder:
        path = Path(folder) / "model"
        save(found, path, card=card)
        content = path.read_bytes()
    beside = _beside(Asked(found, tree), back, tree)
    kept = operations.keep_model(
        actor=maker(), model_id=model.pk, content=content, card=card, beside=beside
    )
    return kept is not None


def _failed(model: SortingModel, fault: ModelFault) -> bool:
    operations.fail_model(actor=maker(), model_id=model.pk, fault=fault.value)
    return False


def _judged(model: SortingModel) -> bool:
    tree = tree_at(clock.now())
    beside = _beside(Asked(classifier(model.pk), tree), newest_examples(tree), tree)
    operations.keep_beside(actor=maker(), model_id=model.pk, beside=beside)
    return True


def _beside(new: Asked, back: Sequence[Example], tree: Tree) -> dict[str, Any]:
    """Return the figures of a model and of the one in force on the cases held back. `against`: None, the starter."""
    term = term_at(clock.now())
    against = term.model_id if term else None
    old = Asked(classifier(against), tree)
    wanted = [one.code for one in back]
    told = {
        name: dataclasses.asdict(
            figures_of([asked.guess(one.title, one.words) for one in back], wanted)
        )
        for name, asked in (("new", new), ("old", old))
    }
    return {"against": against, **told}


def _hash_of(learnt: Sequence[Example]) -> str:
    """Return the hash by which a model names the cases that it was made of."""
    whole = hashlib.sha256()
    for one in learnt:
        whole.update(f"{one.code}\x1f{one.title}\x1f{one.words}\x1e".encode())
    return whole.hexdigest()
