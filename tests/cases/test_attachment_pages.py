"""Photos through the pages: from a phone in, to those who may see them out, and hostile files nowhere."""

import io
import re
import struct
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from PIL import Image

from linli.cases.attachments.models import Attachment
from linli.cases.models import Case, Unmasking
from linli.kernel.models import Event
from tests.builders import Town, a_case
from tests.cases.pages import LANGUAGES, a_browser, a_client
from tests.cases.photos import a_file, a_photo, attached
from tests.cases.standing import standing_town
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("files")


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="in_progress")


@pytest.fixture
def worker(town: Town) -> Client:
    return a_browser(town.users["worker"])


def send(client: Client, case: Case, *photos: Any, **given: Any) -> Any:
    form = {"form_key": str(uuid.uuid4()), "kind": "after", **given}
    url = reverse("attachments:attach", args=[case.number])
    return client.post(url, {**form, "photos": list(photos)})


def url(name: str, case: Case, one: Attachment) -> str:
    return reverse(f"attachments:{name}", args=[case.number, one.pk])


# — in —


def test_several_photos_at_once_stand_on_the_case_page(worker: Client, case: Case) -> None:
    answer = send(worker, case, a_file(a_photo(10)), a_file(a_photo(90)))
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("#photos")
    page = worker.get(reverse("cases:case", args=[case.number])).content.decode()
    for one in case.attachments.all():
        assert page.count(url("small", case, one)) == 2  # among the photos, and in the story


def test_place_given_by_the_phone_is_kept_beside_the_photo(worker: Client, case: Case) -> None:
    point = {"latitude": "39.901234", "longitude": "116.405678", "accuracy": "8.4"}
    send(worker, case, a_file(a_photo()), **point)
    one = Attachment.objects.get()
    assert (str(one.latitude), str(one.longitude), one.accuracy) == ("39.901234", "116.405678", 8)
    page = worker.get(url("attachment", case, one)).content.decode()
    assert "39.901234" in page


@pytest.mark.parametrize(
    "point", [{}, {"latitude": "39.9"}, {"latitude": "39.9", "longitude": "116.4"}]
)
def test_half_a_place_is_none(worker: Client, case: Case, point: dict[str, str]) -> None:
    send(worker, case, a_file(a_photo()), **point)
    assert Attachment.objects.get().point is None


def bomb() -> bytes:
    body = struct.pack(">IIBBBBB", 10_000, 5_000, 8, 2, 0, 0, 0)
    head = b"IHDR" + body
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(body)) + head + zlib.crc32(head).to_bytes(4)


HOSTILE = {
    "svg with a script": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.jpg"),
    "page called a photo": (b"<!doctype html><script>alert(1)</script>", "photo.jpeg"),
    "program": (b"MZ\x90\x00" + bytes(80), "IMG_0001.JPG"),
    "archive": (b"PK\x03\x04" + bytes(80), "x.png"),
    "gif that is a script": (b"GIF89a=1/*" + bytes(40), "x.gif"),
    "bomb": (bomb(), "x.png"),
    "nothing": (b"", "x.jpg"),
    "half": (a_photo()[:700], "x.jpg"),
    "pdf": (b"%PDF-1.7 /OpenAction /JavaScript", "x.jpg"),
    "heic": (b"\x00\x00\x00\x18ftypheic" + bytes(80), "IMG_0001.HEIC"),
    "path": (b"../../etc/passwd", "../../../../etc/cron.d/x"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_no_photo_is_refused_in_words_and_leaves_nothing(
    town: Town, case: Case, files: Path, name: str, language: str
) -> None:
    data, called = HOSTILE[name]
    client = a_client(town.users["worker"], language=language)
    answer = send(client, case, a_file(data, called), is_shared="on")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "data-errors" in page
    assert "alert(1)" not in page
    assert re.search(r'value="after"[^>]*checked', page), "what was chosen is chosen still"
    assert Attachment.objects.count() == 0
    assert [path for path in files.rglob("*") if path.is_file()] == []


def test_the_good_ones_are_kept_and_the_others_named(worker: Client, case: Case) -> None:
    answer = send(worker, case, a_file(a_photo(10)), a_file(b"<svg/>"), a_file(a_photo(90)))
    assert answer.status_code == 302
    assert case.attachments.count() == 2
    page = worker.get(answer.headers["Location"]).content.decode()
    assert "第 2 个文件" in page


def test_no_photo_chosen_is_said(worker: Client, case: Case) -> None:
    answer = send(worker, case)
    assert answer.status_code == 422
    assert "请至少选一张照片" in answer.content.decode()


def test_a_scanner_that_is_absent_lets_nothing_in(
    worker: Client, case: Case, files: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(settings.LINLI, "scanner", "unix:/nowhere")
    answer = send(worker, case, a_file(a_photo()))
    assert answer.status_code == 422
    assert "病毒扫描没有响应" in answer.content.decode()
    assert not files.exists()


def test_an_upload_too_large_as_a_whole_is_refused(
    worker: Client, case: Case, monkeypatch: Any
) -> None:
    monkeypatch.setattr("linli.vault.uploads.MOST_AT_ONCE", 1_000)
    assert send(worker, case, a_file(a_photo())).status_code == 400
    assert Attachment.objects.count() == 0


# — what is left of a marker —


def test_name_device_and_place_of_the_file_are_found_nowhere(
    worker: Client, case: Case, files: Path
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "MARKERDEVICE"
    exif.get_ifd(0x8825)[1] = "N"
    photo = a_photo(exif=exif, comment=b"MARKERCOMMENT")
    send(worker, case, a_file(photo, "MARKERNAME-许大妈.jpg"))
    one = case.attachments.get()
    answers = [worker.get(url(name, case, one)) for name in ("attachment", "picture", "small")] + [
        worker.get(reverse("cases:case", args=[case.number]))
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert b"MARKER" not in answer.content + repr(answer.headers).encode()
    rows = [*Attachment.objects.values_list(), *Event.objects.values_list()]
    assert "MARKER" not in repr(rows)
    for path in files.rglob("*"):
        assert "MARKER" not in str(path)
        assert not path.is_file() or b"MARKER" not in path.read_bytes()


# — out —


def test_a_picture_comes_as_a_picture_and_as_nothing_else(
    worker: Client, case: Case, town: Town
) -> None:
    (one,) = attached(town, case, 90)
    for name, size in (("picture", (600, 450)), ("small", (480, 360))):
        answer = worker.get(url(name, case, one))
        assert Image.open(io.BytesIO(answer.content)).size == size
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        neutral = f'inline; filename="{case.number}-after-{one.seq}-1.jpg"'
        assert answer.headers["Content-Disposition"] == neutral
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_picture_that_is_known_is_not_sent_again_but_asked_for(
    worker: Client, case: Case, town: Town
) -> None:
    (one,) = attached(town, case, 90)
    etag = worker.get(url("small", case, one)).headers["ETag"]
    again = worker.get(url("small", case, one), headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    neighbour = a_browser(town.users["neighbour"])
    there = neighbour.get(url("small", case, one), headers={"If-None-Match": etag})
    assert there.status_code == 404


def test_a_file_that_was_lost_or_changed_is_not_there(
    worker: Client, case: Case, town: Town, files: Path
) -> None:
    (one,) = attached(town, case, 90)
    path = files / "attachments" / one.content[:2] / one.content
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert worker.get(url("picture", case, one)).status_code == 404
    path.unlink()
    assert worker.get(url("picture", case, one)).status_code == 404
    assert worker.get(url("small", case, one)).status_code == 200


def test_a_withdrawn_picture_is_gone_from_every_page(
    worker: Client, case: Case, town: Town
) -> None:
    (one,) = attached(town, case, 90)
    answer = worker.post(url("withdraw", case, one), {"why": "shows_person"})
    assert answer.status_code == 302
    for name in ("attachment", "picture", "small"):
        assert worker.get(url(name, case, one)).status_code == 404
    page = worker.get(reverse("cases:case", args=[case.number])).content.decode()
    assert str(one.pk) not in page
    assert "拍到了人或车牌" in page


def test_a_reason_is_asked_for_before_it_is_withdrawn(
    worker: Client, case: Case, town: Town
) -> None:
    (one,) = attached(town, case, 90)
    for why in ({}, {"why": "because"}):
        answer = worker.post(url("withdraw", case, one), why)
        assert answer.status_code == 422
        assert "data-errors" in answer.content.decode()
    one.refresh_from_db()
    assert one.withdrawn_at is None


def test_sharing_by_two_buttons(worker: Client, case: Case, town: Town) -> None:
    (one,) = attached(town, case, 90)
    for said, is_shared in (("yes", True), ("no", False)):
        assert worker.post(url("share", case, one), {"is_shared": said}).status_code == 302
        one.refresh_from_db()
        assert one.is_shared is is_shared


def test_a_refusal_stands_on_the_page_of_the_picture(
    town: Town, case: Case, worker: Client
) -> None:
    (one,) = attached(town, case, 90, kind="from_caller", who="operator")
    answer = worker.post(url("share", case, one), {"is_shared": "yes"})
    assert answer.status_code == 422
    assert "别的单位上传的" in answer.content.decode()


def test_a_proof_of_identity_is_shown_for_a_reason_only(
    worker: Client, case: Case, town: Town
) -> None:
    (one,) = attached(town, case, 90, kind="identity_proof")
    for name in ("picture", "small"):
        assert worker.get(url(name, case, one)).status_code == 404
    page = worker.get(reverse("cases:case", args=[case.number])).content.decode()
    assert url("small", case, one) not in page
    assert worker.post(url("identity", case, one), {"reason": ""}).status_code == 422
    assert Unmasking.objects.count() == 0
    answer = worker.post(url("identity", case, one), {"reason": "核对身份"})
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    assert Unmasking.objects.get().reason == "核对身份"


def test_a_dispatcher_does_not_even_know_of_who_asked(town: Town, case: Case) -> None:
    proofs = [
        attached(town, case, shade, kind=kind)[0]
        for shade, kind in ((10, "identity_proof"), (90, "contact_proof"))
    ]
    dispatcher = a_browser(town.users["dispatcher"])
    page = dispatcher.get(reverse("cases:case", args=[case.number])).content.decode()
    for one in proofs:
        assert str(one.pk) not in page
        for name in ("attachment", "picture", "small"):
            assert dispatcher.get(url(name, case, one)).status_code == 404


def test_only_what_one_may_add_is_offered(town: Town, case: Case) -> None:
    page = a_browser(town.users["operator"]).get(reverse("cases:case", args=[case.number]))
    assert 'value="from_caller"' in page.content.decode()
    assert 'value="after"' not in page.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_both_languages(town: Town, case: Case, language: str) -> None:
    one, _two = attached(town, case, 10, 90)
    client = a_client(town.users["worker"], language=language)
    page = client.get(url("attachment", case, one)).content.decode()
    assert ("办理后" if language == "zh-hans" else "After handling") in page
