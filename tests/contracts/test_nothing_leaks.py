"""Nothing that tells who asked reaches a property company, a neighbour, a log, an event, a table or a file in clear.

Marks are planted where a caller's data go in, by real operations; then every address is visited, every way,
and everything that was answered, logged or stored is searched for them.
"""

import io
import logging
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from PIL import ExifTags, Image

from linli.accounts.models import User
from linli.accounts.permissions import ROLES
from linli.accounts.queries import actor_of
from linli.cases import operations
from linli.cases.attachments.models import Attachment
from linli.cases.exporting.making import make_exports
from linli.cases.exporting.models import STORE as EXPORTS
from linli.cases.exporting.models import Export
from linli.cases.exporting.operations import Wish, ask_for_export
from linli.cases.models import Case, ContactLog, CoTask, FollowUp, Report
from linli.cases.privacy.operations import write_shared_text
from linli.cases.privacy.redactors import TEXTS
from linli.cases.privacy.wall import wall_open_everywhere
from linli.site.logs import LOGGING
from linli.territory.operations import open_organisation
from tests.builders import Town, a_case, a_draft
from tests.cases.pages import a_browser
from tests.cases.people import a_user
from tests.cases.photos import a_file, a_photo
from tests.cases.standing import standing_town
from tests.conftest import NOW
from tests.contracts.test_scope_sweep import (
    OBJECTS,
    THINGS,
    Visit,
    addresses,
    permission_of,
    takes_object,
    url_of,
)

NAME, PHONE, IDENTITY = "诸葛朱砂", "13912348765", "11010519491231002X"
WHO = (NAME, "朱砂", PHONE, "2348765", "139 1234 8765", "139 **** 8765", IDENTITY)
"""What tells who asked: in clear nowhere at all, but on the screens of those who may look."""
CAMERA, OWNER, CAPTION, LATITUDE = "C8QH4X7K0PLM", "Zhuge Zhusha", "at home of ZZ", 39.9123
IN_PHOTOS = (CAMERA, OWNER, CAPTION)
"""What a phone writes beside the pixels: its serial number, its owner, a caption; and where it stood."""
FILE_NAME = f"{NAME}_{PHONE}_front-door.jpg"
MARKS = (*WHO, *IN_PHOTOS, "front-door")
SAID = "蓝鲸风铃"
"""A word of the caller's own: for the people of the area, neither for a neighbour nor for a partner."""
HOME, NEXT_DOOR = "110105019029", "110105015044"


pytestmark = pytest.mark.usefixtures("files")


WAYS: tuple[dict[str, str], ...] = ({}, {"HX-Request": "true"}, {"Accept": "application/json"})
"""As a page, as a fragment, as a program asks."""
HANGING = {
    *(f"attachments:{name}" for name in ("attachment", "picture", "small", "identity")),
    *(f"attachments:{name}" for name in ("share", "withdraw")),
    *(f"attachments:task_{name}" for name in ("photo", "picture", "small")),
    "exporting:download",
}
"""Addresses visited for each thing that hangs on the case: once is enough, there are many."""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Collect everything that is logged, as the server would write it, from DEBUG up."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    formatter = dict(LOGGING["formatters"]["json"])
    formatter.pop("()")
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**formatter))
    loggers = [logging.getLogger(name) for name in (None, "linli", "django", "django.request")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


def a_telling_photo(shade: int) -> SimpleUploadedFile:
    """Return a photo that tells who took it, where, with what, and for whom, in every place a JPEG has for it."""
    exif = Image.Exif()
    exif[0x013B], exif[0x010E] = OWNER, CAPTION
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[0xA431], details[0xA430] = CAMERA, OWNER
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[1], place[2] = "N", (LATITUDE, 0.0, 0.0)
    data = a_photo(shade, exif=exif.tobytes(), comment=CAPTION.encode(), xmp=OWNER.encode())
    assert all(mark.encode() in data for mark in IN_PHOTOS), "the marks are planted"
    return a_file(data, name=FILE_NAME)


def send_photo(user: User, name: str, key: Any, shade: int, kind: str, **given: str) -> None:
    form = {"form_key": str(uuid.uuid4()), "kind": kind, "photos": [a_telling_photo(shade)]}
    answer = a_browser(user).post(reverse(name, args=[key]), {**form, **given})
    assert answer.status_code == 302, answer.content.decode()


def planted(town: Town) -> Case:
    """Return a case on its whole way, with the marks wherever a person can put them."""
    town.units["property-1"] = open_organisation(
        actor=town.actor("administrator"),
        code="property-1",
        name="双合物业",
        kind="property",
        place_code=HOME,
    )
    case = operations.receive(
        actor=town.actor("operator"),
        draft=a_draft(
            town,
            words=f"我叫{NAME}，电话{PHONE}，身份证{IDENTITY}，{SAID}响了一夜。",
            title=f"{NAME}说{SAID}",
            address=f"6号楼 {NAME}",
            name=NAME,
            phone=PHONE,
        ),
    )
    worker, caller = town.actor("worker"), town.actor("follow_up")
    lead = town.units["committee-029"].pk
    operations.dispatch(actor=town.actor("dispatcher"), case_id=case.pk, lead_id=lead, reason=SAID)
    write_shared_text(actor=worker, case_id=case.pk, shared_text="六号楼风铃，请看一下。")
    operations.accept(actor=worker, case_id=case.pk)
    operations.unmask(actor=worker, case_id=case.pk, reason=f"给{NAME}回电 {PHONE}")
    operations.contact(actor=worker, case_id=case.pk, means="phone", was_reached=True, note=SAID)
    send_photo(town.users["operator"], "attachments:attach", case.number, 10, "from_caller")
    for shade, kind in ((20, "before"), (30, "contact_proof"), (40, "identity_proof")):
        send_photo(town.users["worker"], "attachments:attach", case.number, shade, kind)
    shared = {"is_shared": "on"}
    send_photo(town.users["worker"], "attachments:attach", case.number, 50, "after", **shared)
    for unit in ("property-1", "team-029"):
        task = operations.give_task(
            actor=worker,
            case_id=case.pk,
            organisation_id=town.units[unit].pk,
            words="请到六号楼查看。",
        )
        helper = a_user(town, "partner", place=HOME, unit=unit)
        send_photo(helper, "attachments:attach_to_task", task.pk, 60, "after")
        acts = actor_of(helper, now=NOW)
        operations.come(actor=acts, task_id=task.pk)
        operations.arrive(actor=acts, task_id=task.pk)
    operations.report(
        actor=worker, case_id=case.pk, resolution="solved", public_reply=SAID, evidence="完工单"
    )
    operations.follow_up(
        actor=caller,
        case_id=case.pk,
        means="phone",
        was_contacted=True,
        answered="solved",
        satisfaction="satisfied",
        note=SAID,
    )
    return case


def exported(town: Town, case: Case) -> None:
    """Ask for what those who may can have as a file, so that it lies there."""
    wishes = {"csv": True, "xlsx": False, "jsonl": True}
    for kind, is_personal in wishes.items():
        reason = f"回访 {PHONE}" if is_personal else ""
        wish = Wish(format=kind, language="zh-hans", is_personal=is_personal, reason=reason)
        ask_for_export(actor=town.actor("worker"), wish=wish, form_key=uuid.uuid4())
    make_exports()


def own_of(case: Case) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the addresses of everything that hangs on the case itself."""
    for one in Attachment.objects.filter(case=case):
        for name in ("attachment", "picture", "small", "share", "withdraw", "identity"):
            form = {"is_shared": "yes", "why": "twice", "reason": "核对"}
            yield (
                f"attachments:{name}",
                reverse(f"attachments:{name}", args=[case.number, one.pk]),
                form,
            )
        for task in CoTask.objects.filter(order__case=case):
            for name in ("task_photo", "task_picture", "task_small"):
                url = reverse(f"attachments:{name}", args=[task.pk, one.pk])
                yield f"attachments:{name}", url, {}
    for export in Export.objects.all():
        yield "exporting:download", reverse("exporting:download", args=[export.pk]), {}


def told_by(response: Any) -> str:
    """Return all that an answer says, whichever way it is sent."""
    body = b"".join(response) if response.streaming else response.content
    if body[:3] == b"\xff\xd8\xff":
        assert not Image.open(io.BytesIO(body)).getexif(), "a photo says nothing beside its pixels"
    return f"{response.headers} {body.decode(errors='replace')}"


def outsiders(town: Town) -> dict[str, User | None]:
    """Return a property company's people, a team's, the neighbour, and every role next door."""
    people: dict[str, User | None] = {
        f"next door: {role}": a_user(town, role, place=NEXT_DOOR, unit="property-1")
        for role in ROLES
    }
    people["property company with a task"] = a_user(town, "partner", place=HOME, unit="property-1")
    people["team with a task"] = town.users["partner"]
    people["neighbour"] = town.users["neighbour"]
    people["nobody"] = None
    return people


def visits(case: Case) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield every address by its name, with a form that would send something."""
    yield from own_of(case)
    for name, pattern in sorted(addresses().items()):
        if name in THINGS:
            yield name, url_of(name, case.number), THINGS[name].form
        elif name in OBJECTS or not takes_object(pattern):
            yield name, url_of(name, case.number), OBJECTS.get(name, Visit()).form
    for name, asked in (
        ("cases:search", "q"),
        ("cases:queue", "case"),
        ("cases:follow_up", "case"),
        ("privacy:looks", "case"),
    ):
        yield (
            name,
            f"{reverse(name)}?{asked}={case.number}",
            {"case": case.number, "reason": "回访"},
        )


def opens(name: str, user: User | None) -> bool:
    """Return whether the address is worth a visit: a page closed to the role answers alike for all."""
    permission = permission_of(addresses()[name])
    return user is None or permission is None or actor_of(user, now=NOW).may(permission)


def found_in(text: str, marks: tuple[str, ...]) -> list[str]:
    return [mark for mark in marks if mark in text]


def tables_with(mark: str) -> set[str]:
    """Return the tables of which a row, as text, holds the mark."""
    with wall_open_everywhere("test"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        holds = set()
        for table in tables:
            cursor.execute(
                f'SELECT 1 FROM "{table}" AS t WHERE t::text LIKE %s LIMIT 1', [f"%{mark}%"]
            )
            holds |= {table} if cursor.fetchone() else set()
    return holds


def test_no_answer_to_an_outsider_holds_a_mark(town: Town, log: io.StringIO) -> None:
    case = planted(town)
    exported(town, case)
    asked: Counter[str] = Counter()
    photos: Counter[str] = Counter()
    for who, user in outsiders(town).items():
        client = a_browser(user)
        for name, url, form in visits(case):
            if not opens(name, user):
                continue
            for send, given in ((client.get, {}), (client.post, form)):
                for headers in WAYS if name not in HANGING else WAYS[:1]:
                    response = send(url, given, headers=headers)
                    asked[who] += 1
                    photos[who] += response.headers.get("Content-Type") == "image/jpeg"
                    told = told_by(response)
                    assert found_in(told, (*MARKS, SAID)) == [], (who, url, response.status_code)
            if user is not None and "_auth_user_id" not in client.session:
                client = a_browser(user)  # it was the address to sign out
    assert min(asked.values()) > 40, asked
    # The people of the helpers see what was opened to them and their own; the neighbour no photo at all.
    assert {"property company with a task", "team with a task"} <= set(+photos)
    assert not {"neighbour", "nobody"} & set(+photos), photos
    assert found_in(log.getvalue(), (*MARKS, SAID)) == []
    assert "operation" in log.getvalue()


def test_who_asked_stands_in_no_table_and_no_file_in_clear(town: Town, files: Path) -> None:
    exported(town, planted(town))
    for mark in MARKS:
        assert tables_with(mark) == set(), mark
    kept = [path for path in files.rglob("*") if path.is_file()]
    assert len(kept) >= 15  # six photos and their small ones, three exports
    for path in kept:
        assert found_in(str(path), MARKS) == []
        assert not any(mark.encode() in path.read_bytes() for mark in (*MARKS, SAID))
    said = tables_with(SAID)
    assert said <= {table._meta.db_table for table in TEXTS}
    assert {table._meta.db_table for table in (Case, ContactLog, FollowUp, Report)} <= said


def test_an_export_of_the_neighbours_holds_no_mark(town: Town) -> None:
    planted(town)
    a_case(town, place=NEXT_DOOR, lead="committee-044", words="楼上漏水，请来看看。")
    neighbour = town.actor("neighbour")
    for kind, is_personal in (("csv", True), ("xlsx", False), ("jsonl", True)):
        reason = "回访" if is_personal else ""
        wish = Wish(format=kind, language="zh-hans", is_personal=is_personal, reason=reason)
        made = ask_for_export(actor=neighbour, wish=wish, form_key=uuid.uuid4())
        make_exports()
        made.refresh_from_db()
        assert made.content is not None
        data = b"".join(EXPORTS.read(made.content))
        if kind == "xlsx":
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                data = b"".join(book.read(name) for name in book.namelist())
        assert data
        assert found_in(data.decode(errors="replace"), (*MARKS, SAID)) == []


def test_the_mask_of_a_number_is_for_those_who_handle_the_case(town: Town) -> None:
    case = planted(town)
    url = reverse("cases:case", args=[case.number])
    page = a_browser(town.users["worker"]).get(url).content.decode()
    assert "139 **** 8765" in page
    assert SAID in page
    assert found_in(page, (NAME, PHONE, IDENTITY)) == []


def test_an_error_of_the_database_tells_the_log_no_words(
    town: Town, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed CHECK comes with the whole row in its message; a page that breaks over it is logged."""

    def breaks(**arguments: Any) -> None:
        with transaction.atomic():
            Case.objects.everywhere("test").filter(words__contains=SAID).update(channel="none")

    planted(town)
    monkeypatch.setattr(operations, "receive", breaks)
    client = a_browser(town.users["operator"])
    client.raise_request_exception = False
    form = {"words": "停水了", "place": "双合家园", "kind": "help", "urgency": "N"}
    form |= {"confidentiality": "none", "intake_key": "6ee0a7a4-0a34-4b7e-9d57-0f9a5f5b3c11"}
    response = client.post(reverse("cases:take_call"), form)
    assert response.status_code == 500
    assert found_in(response.content.decode(), (*WHO, SAID)) == []
    written = log.getvalue()
    assert "case_channel_known" in written
    assert IntegrityError.__name__ in written
    assert found_in(written, (*WHO, SAID)) == []
