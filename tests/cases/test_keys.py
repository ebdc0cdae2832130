"""Keys rotate while everything runs: new values under the new key, old ones open, then are sealed anew."""

from pathlib import Path
from typing import Any

import pytest
from click import ClickException
from django.conf import settings
from django.urls import reverse

from linli.accounts.operations import installer
from linli.cases.attachments.models import STORE
from linli.cases.models import Case, Requester
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.keys import heads_in_use, reseal, reseal_all, reseal_files
from linli.cases.privacy.wall import wall_open_everywhere
from linli.cases.queries import earlier_of
from linli.kernel.errors import NOT_ALLOWED
from linli.kernel.models import Event
from linli.kernel.seal import SEALED, SealBroken, index_head, seal_head
from linli.site import cluster, config, keys_command
from tests.builders import CAST, Town, a_case
from tests.cases.expect import asked, refused
from tests.cases.pages import Page, a_client
from tests.cases.photos import attached
from tests.conftest import NOW

REQUESTERS = next(table for table in SEALED if table.model == "cases.Requester")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: Path) -> Path:
    """Keep this test's keys and files in a home of its own."""
    monkeypatch.setattr(cluster, "home", lambda: tmp_path)
    monkeypatch.setattr(config, "_read_keys", {})
    for name in ("field_keys", "index_key"):
        monkeypatch.setattr(settings.LINLI, name, None)
    return tmp_path


def keeper() -> Any:
    return installer(now=NOW, permissions=frozenset({P.KEYS}))


def heads(case: Case) -> tuple[bytes, bytes]:
    row = asked(case)
    return bytes(row.phone_sealed)[:3], bytes(row.phone_index)[:3]


def test_a_new_key_is_in_force_at_once_and_old_values_open(town: Town, home: Path) -> None:
    before = a_case(town, name="许大妈", phone="19900001234")
    keys_command.rotate(index=False)
    keys_command.rotate(index=True)
    after = a_case(town, name="许大妈", phone="19900001234")
    assert heads(before) == (b"\x01\x00\x01", b"\x01\x00\x01")
    assert heads(after) == (b"\x01\x00\x02", b"\x01\x00\x02")
    assert asked(before).name == asked(after).name == "许大妈"
    found = earlier_of("+8619900001234", actor=town.actor("operator"))
    assert {case.pk for case in found} == {before.pk, after.pk}
    page = a_client(town.users["worker"], language="en")
    assert Page(page.get(reverse("cases:case", args=[before.number]))).shows("199 **** 1234")


def test_values_are_sealed_anew_in_batches_until_none_is_left(town: Town, home: Path) -> None:
    cases = [a_case(town, words=f"我叫王丽，第{n}次。", name="") for n in range(5)]
    keys_command.rotate(index=False)
    first = reseal(actor=keeper(), table=REQUESTERS, limit=2)
    assert first.count == 2
    rest = reseal(actor=keeper(), table=REQUESTERS, after=first.last, limit=10)
    assert rest.count == 3
    assert list(reseal_all(actor=keeper())) == []
    for case in cases:
        assert heads(case)[0] == seal_head()
        assert asked(case).taken == [("name", "王丽")]
    told = Event.objects.filter(name="keys.resealed").order_by("seq")
    assert [event.payload["count"] for event in told] == [2, 3]


def test_another_cipher_and_hash_are_another_reason_to_seal_anew(
    town: Town, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_case(town, name="许大妈", phone="19900001234")
    monkeypatch.setattr(settings.LINLI, "cipher", "sm4-gcm")
    monkeypatch.setattr(settings.LINLI, "digest", "sm3")
    assert sum(reseal_all(actor=keeper())) == 1
    assert heads(case) == (seal_head(), index_head()) == (b"\x02\x00\x01", b"\x02\x00\x01")
    assert asked(case).phone == "+8619900001234"
    assert earlier_of("+8619900001234", actor=town.actor("operator"))[0].pk == case.pk


def test_a_value_that_does_not_open_stops_the_batch_and_nothing_of_it_is_written(
    town: Town, home: Path
) -> None:
    good, bad = a_case(town), a_case(town)
    keys_command.rotate(index=False)
    name = asked(good).name_sealed
    with wall_open_everywhere("test"):
        Requester.objects.filter(case=bad).update(name_sealed=name)
    with pytest.raises(SealBroken):
        reseal(actor=keeper(), table=REQUESTERS)
    assert heads(good)[0] != seal_head()


def test_a_key_is_dropped_only_once_nothing_stands_under_it(town: Town, home: Path) -> None:
    case = a_case(town, name="许大妈")
    with pytest.raises(ClickException, match="no key 7"):
        keys_command.drop(7, index=False)
    with pytest.raises(ClickException, match="in force"):
        keys_command.drop(1, index=False)
    keys_command.rotate(index=False)
    with pytest.raises(ClickException, match="stand under key 1"):
        keys_command.drop(1, index=False)
    keys_command.reseal()
    keys_command.drop(1, index=False)
    assert list(settings.LINLI.keys("field_keys")) == [2]
    assert asked(case).name == "许大妈"
    kept = home / "keys" / "field_keys.1.out-of-use"
    assert kept.read_text().startswith("1:")
    for path in (kept, home / "keys" / "field_keys"):
        assert path.stat().st_mode & 0o777 == 0o600


def bytes_of(name: str) -> bytes:
    return b"".join(STORE.read(name))


def test_the_heads_of_files_are_sealed_anew_and_their_chunks_stay(
    town: Town, home: Path, files: Path
) -> None:
    case = a_case(town, at="in_progress")
    photos = attached(town, case, 10, 20)
    names = [name for one in photos for name in (one.content, one.small)]
    before = {name: bytes_of(name) for name in names}
    parts = {path.name: path.read_bytes() for path in files.rglob("*") if path.is_file()}
    keys_command.rotate(index=False)
    with pytest.raises(ClickException, match="stand under key 1"):
        keys_command.drop(1, index=False)
    keys_command.reseal()
    keys_command.drop(1, index=False)
    assert {name: bytes_of(name) for name in names} == before
    for path in files.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o777 == 0o600
            assert path.read_bytes() != parts[path.name]
            assert path.read_bytes()[200:] == parts[path.name][200:]
    assert {STORE.head(name) for name in names} == {seal_head()}
    told = Event.objects.filter(name="keys.resealed").order_by("seq").last()
    assert told is not None
    assert told.payload == {"table": "vault.attachments", "count": 4, "key_id": 2}
    assert list(reseal_all(actor=keeper())) == []


def test_a_file_that_is_not_ours_stops_the_batch_and_stands_as_it_was(
    town: Town, home: Path, files: Path
) -> None:
    (one,) = attached(town, a_case(town, at="in_progress"), 10)
    path = files / "attachments" / one.content[:2] / one.content
    bent = path.read_bytes()[:60] + b"?" + path.read_bytes()[61:]
    path.write_bytes(bent)
    keys_command.rotate(index=False)
    with pytest.raises(SealBroken):
        reseal_files(actor=keeper(), store=STORE, names=[one.content])
    assert path.read_bytes() == bent
    assert [each for each in path.parent.iterdir() if each.name.startswith(".")] == []
    assert not Event.objects.filter(name="keys.resealed").exists()


def test_a_file_that_went_meanwhile_is_passed_over(town: Town, home: Path) -> None:
    assert reseal_files(actor=keeper(), store=STORE, names=["ab" * 32]) == 0


def test_the_status_counts_what_stands_under_what(
    town: Town, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_case(town, name="许大妈", phone="19900001234")
    keys_command.status()
    assert "all is under the keys in force" in capsys.readouterr().out
    keys_command.rotate(index=False)
    keys_command.status()
    said = capsys.readouterr().out
    assert "2 with aes-256-gcm, key 1: to be sealed anew" in said
    assert "2 values left" in said
    sealed, indexed = heads_in_use()
    assert (sum(sealed.values()), sum(indexed.values())) == (2, 1)


def test_keys_of_the_environment_are_not_ours_to_write(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pydantic import SecretStr

    monkeypatch.setattr(settings.LINLI, "field_keys", SecretStr("11" * 32))
    with pytest.raises(ClickException, match="LINLI_FIELD_KEYS=2:"):
        keys_command.rotate(index=False)


def test_nobody_but_an_administrator_seals_anew(town: Town, home: Path) -> None:
    for who in sorted(set(CAST) - {"administrator"}):
        with refused(NOT_ALLOWED):
            reseal(actor=town.actor(who), table=REQUESTERS)
        with refused(NOT_ALLOWED):
            reseal_files(actor=town.actor(who), store=STORE, names=[])
