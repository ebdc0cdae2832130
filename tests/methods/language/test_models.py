"""The file of a model: plain figures that prove whole, and nothing that could run."""

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from linli.methods.language.models import NotAModel, read_model, write_model


def written(path: Path) -> Path:
    write_model(path, kind="sort", card={"seed": 1}, arrays={"bias": np.array([1.0, 2.0])})
    return path


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    card, arrays = read_model(written(tmp_path / "a.model"), kind="sort")
    assert card["seed"] == 1
    assert arrays["bias"].tolist() == [1.0, 2.0]


def test_the_same_model_is_the_same_bytes(tmp_path: Path) -> None:
    first, second = written(tmp_path / "a.model"), written(tmp_path / "b.model")
    assert first.read_bytes() == second.read_bytes()


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAModel, match="not address"):
        read_model(written(tmp_path / "a.model"), kind="address")


def rewritten(path: Path, member: str, data: bytes) -> Path:
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w") as file:
        for name, old in members.items():
            file.writestr(name, data if name == member else old)
    return path


def test_a_changed_array_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path / "a.model")
    with zipfile.ZipFile(path) as file:
        data = bytearray(file.read("bias.npy"))
    data[-1] ^= 1
    with pytest.raises(NotAModel, match="changed"):
        read_model(rewritten(path, "bias.npy", bytes(data)), kind="sort")


class Bomb:
    """Would leave a trace if anything unpickled it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("exploded"),))


def test_nothing_in_a_file_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path / "a.model")
    np.save(tmp_path / "bomb.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    data = (tmp_path / "bomb.npy").read_bytes()
    with zipfile.ZipFile(path) as file:
        card = json.loads(file.read("card.json"))
    import hashlib

    card["arrays"]["bias"] = hashlib.sha256(data).hexdigest()
    rewritten(path, "bias.npy", data)
    rewritten(path, "card.json", json.dumps(card).encode())
    with pytest.raises(NotAModel):
        read_model(path, kind="sort")
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", pickle.dumps({"a": 1}), b"no model at all"])
def test_other_files_are_refused_with_a_reason(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.model"
    path.write_bytes(data)
    with pytest.raises(NotAModel):
        read_model(path, kind="sort")
