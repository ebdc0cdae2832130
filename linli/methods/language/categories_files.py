"""A model of categories as a file, and a file as a model."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from linli.methods.language.categories import Block, Classifier
from linli.methods.language.categories_words import Family
from linli.methods.language.models import NotAModel, read_model, write_model

KIND = "categories"


def save(classifier: Classifier, path: Path, *, card: Mapping[str, Any]) -> None:
    """Write a model with its card. `card`: rows, their hash, version, seed, figures, as plain values."""
    arrays: dict[str, np.ndarray] = {}
    families = []
    for block in classifier.blocks:
        name = block.family.code
        arrays |= {
            f"{name}.keys": block.keys,
            f"{name}.rarity": block.rarity,
            f"{name}.weights": block.weights,
        }
        families.append({**dataclasses.asdict(block.family), "share": block.share})
    arrays |= {"bias": classifier.bias, "thresholds": classifier.thresholds}
    if classifier.lead is not None:
        arrays["lead"] = np.array(classifier.lead)
    inside = {"labels": list(classifier.labels), "families": families}
    write_model(path, kind=KIND, card={**card, **inside}, arrays=arrays)


def load(source: Path | IO[bytes]) -> Classifier:
    """Return the model in a file. Raises NotAModel with the reason."""
    card, arrays = read_model(source, kind=KIND)
    try:
        return Classifier(
            labels=tuple(card["labels"]),
            blocks=tuple(_block(dict(told), arrays) for told in card["families"]),
            bias=arrays["bias"],
            thresholds=arrays["thresholds"],
            card=card,
            lead=_lead(arrays["lead"]) if "lead" in arrays else None,
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise NotAModel(f"its card does not tell {wrong}") from wrong


def _lead(given: np.ndarray) -> tuple[float, float]:
    slope, intercept = given.tolist()
    return float(slope), float(intercept)


def _block(told: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Block:
    share = float(told.pop("share"))
    family = Family(**told)
    name = family.code
    return Block(
        family,
        keys=arrays[f"{name}.keys"],
        rarity=arrays[f"{name}.rarity"],
        weights=arrays[f"{name}.weights"],
        share=share,
    )
