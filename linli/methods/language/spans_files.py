"""A reader of addresses as a file, and a file as a reader."""

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from linli.methods.language.models import NotAModel, read_model, write_model
from linli.methods.language.spans import SpanModel

KIND = "address-spans"
_ARRAYS = ("keys", "starts", "said", "weights", "follows")


def save(model: SpanModel, path: Path, *, card: Mapping[str, Any]) -> None:
    """Write a model with its card. `card`: rows, their hash, version, seed, figures, as plain values."""
    arrays = {name: getattr(model, name) for name in _ARRAYS}
    write_model(path, kind=KIND, card={**card, "tags": list(model.tags)}, arrays=arrays)


def load(source: Path | IO[bytes]) -> SpanModel:
    """Return the model in a file. Raises NotAModel with the reason."""
    card, arrays = read_model(source, kind=KIND)
    try:
        return SpanModel(
            tags=tuple(card["tags"]), card=card, **{name: arrays[name] for name in _ARRAYS}
        )
    except (KeyError, TypeError) as wrong:
        raise NotAModel(f"its card does not tell {wrong}") from wrong
