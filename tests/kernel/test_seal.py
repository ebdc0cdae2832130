"""A sealed value opens in its own place with its own key, and nowhere else."""

from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from linli.kernel.seal import SealBroken, blind_index, blind_indexes, seal, unseal

HERE = "requester.phone.6ee0a7a4-0a34-4b7e-9d57-0f9a5f5b3c11"
OLD, NEW = "11" * 32, "22" * 32


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that puts other keys in force."""

    def use(text: str) -> None:
        monkeypatch.setattr(settings.LINLI, "field_keys", SecretStr(text))

    return use


@given(st.text(max_size=80))
def test_opens_what_it_sealed(text: str) -> None:
    assert unseal(seal(text, where=HERE), where=HERE) == text


def test_opens_what_the_database_hands_back() -> None:
    assert unseal(memoryview(seal("许大妈", where=HERE)), where=HERE) == "许大妈"


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert seal("许大妈", where=HERE) != seal("许大妈", where=HERE)


def test_holds_no_trace_of_the_text() -> None:
    assert b"19900001234" not in seal("19900001234", where=HERE)


@pytest.mark.parametrize("elsewhere", [HERE[:-1] + "2", HERE.replace("phone", "name"), ""])
def test_does_not_open_in_another_row_or_column(elsewhere: str) -> None:
    with pytest.raises(SealBroken):
        unseal(seal("许大妈", where=HERE), where=elsewhere)


@given(st.integers(0, 200), st.integers(1, 255))
def test_does_not_open_once_a_byte_is_changed(at: int, flip: int) -> None:
    value = bytearray(seal("许大妈 19900001234", where=HERE))
    value[at % len(value)] ^= flip
    with pytest.raises(SealBroken):
        unseal(bytes(value), where=HERE)


@given(st.integers(0, 60))
def test_does_not_open_once_it_is_cut(length: int) -> None:
    value = seal("许大妈 19900001234 110105", where=HERE)
    with pytest.raises(SealBroken):
        unseal(value[: min(length, len(value) - 1)], where=HERE)


def test_names_cipher_and_key(keys: Any) -> None:
    keys(f"513:{NEW},1:{OLD}")
    assert seal("x", where=HERE)[:3] == bytes([1, 2, 1])  # AES-256-GCM, key 513


def test_a_bare_key_is_key_one(keys: Any) -> None:
    keys(OLD)
    value = seal("x", where=HERE)
    assert value[:3] == bytes([1, 0, 1])
    keys(f"2:{NEW}, 1:{OLD}")
    assert unseal(value, where=HERE) == "x"


def test_an_old_key_opens_and_the_first_key_seals(keys: Any) -> None:
    keys(f"1:{OLD}")
    before = seal("旧", where=HERE)
    keys(f"2:{NEW},1:{OLD}")
    after = seal("新", where=HERE)
    assert (unseal(before, where=HERE), unseal(after, where=HERE)) == ("旧", "新")
    keys(f"1:{OLD}")
    with pytest.raises(SealBroken):
        unseal(after, where=HERE)


def test_another_key_under_the_same_id_does_not_open(keys: Any) -> None:
    keys(f"1:{OLD}")
    value = seal("x", where=HERE)
    keys(f"1:{NEW}")
    with pytest.raises(SealBroken):
        unseal(value, where=HERE)


def test_a_blind_index_finds_equal_values_of_one_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    index = blind_index("phone", "+8619900001234")
    assert index[:1] == b"\x01"  # SHA-256
    assert len(index) == 35
    assert blind_index("phone", "+8619900001234") == index
    assert blind_index("phone", "+8619900001235") != index
    assert blind_index("account", "+8619900001234") != index
    monkeypatch.setattr(settings.LINLI, "index_key", SecretStr(OLD))
    assert blind_index("phone", "+8619900001234") != index


def test_the_setting_chooses_what_is_written_and_everything_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, index = seal("许大妈", where=HERE), blind_index("phone", "+8619900001234")
    monkeypatch.setattr(settings.LINLI, "cipher", "sm4-gcm")
    monkeypatch.setattr(settings.LINLI, "digest", "sm3")
    after = seal("许大妈", where=HERE)
    assert (before[0], after[0]) == (1, 2)
    assert unseal(before, where=HERE) == unseal(after, where=HERE) == "许大妈"
    assert blind_index("phone", "+8619900001234")[0] == 2
    assert index in blind_indexes("phone", "+8619900001234")


def test_a_value_is_looked_up_under_every_key_and_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.LINLI, "index_key", SecretStr(f"1:{OLD}"))
    before = blind_index("phone", "+8619900001234")
    monkeypatch.setattr(settings.LINLI, "index_key", SecretStr(f"2:{NEW},1:{OLD}"))
    forms = blind_indexes("phone", "+8619900001234")
    assert forms[0] == blind_index("phone", "+8619900001234") != before
    assert before in forms
    assert len(forms) == len(set(forms)) == 4


def test_an_unknown_cipher_does_not_open() -> None:
    value = bytearray(seal("x", where=HERE))
    value[0] = 9
    with pytest.raises(SealBroken):
        unseal(bytes(value), where=HERE)
