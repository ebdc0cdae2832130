"""The file of a trained model: a zip of plain arrays and a card. Reading one can run nothing.

`card.json` says what the model is, of which rows it was made (their hash, count, labels), by which version and
seed, and how good it was on rows it had not seen. Each `NAME.npy` is an array of numbers; its hash stands in the
card. The same rows, seed and version give the same bytes: no time is written. Formats that can carry code
(pickle and what builds on it) are neither written nor read.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

FORMAT = 1
LIMIT = 1_000_000_000
"""Bytes of a model once unpacked."""
_CARD = "card.json"
_THEN = (1980, 1, 1, 0, 0, 0)


class NotAModel(Exception):
    """The file is no model, not of the kind asked for, changed since it was written, or of another format."""


def write_model(
    path: Path, *, kind: str, card: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Write a model; a file that stands there is replaced only when the new one is whole."""
    packed = {name: _packed(array) for name, array in arrays.items()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in packed.items()}
    whole = {"format": FORMAT, "kind": kind, **card, "arrays": hashes}
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)
    draft = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(_member(_CARD), text)
        for name, data in packed.items():
            file.writestr(_member(f"{name}.npy"), data)
    draft.replace(path)


def read_model(
    source: Path | IO[bytes], *, kind: str
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return (card, arrays). Raises NotAModel with the reason."""
    try:
        with zipfile.ZipFile(source) as file:
            if sum(member.file_size for member in file.infolist()) > LIMIT:
                raise NotAModel(f"it is larger than {LIMIT // 1_000_000} MB once unpacked")
            card = json.loads(file.read(_CARD))
            if card.get("format") != FORMAT or card.get("kind") != kind:
                raise NotAModel(
                    f"it holds {card.get('kind')} in format {card.get('format')}, not {kind} in format {FORMAT}"
                )
            arrays = {name: _opened(file, name, told) for name, told in card["arrays"].items()}
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, AttributeError) as wrong:
        raise NotAModel(str(wrong) or type(wrong).__name__) from wrong
    return card, arrays


def _packed(array: np.ndarray) -> bytes:
    data = io.BytesIO()
    np.lib.format.write_array(data, np.ascontiguousarray(array), allow_pickle=False)
    return data.getvalue()


def _opened(file: zipfile.ZipFile, name: str, told: str) -> np.ndarray:
    data = file.read(f"{name}.npy")
    if hashlib.sha256(data).hexdigest() != told:
        raise NotAModel(f"{name} was changed after it was written")
    array: np.ndarray = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return array


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, date_time=_THEN)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member
