"""Taking in orders: pasted or typed by the worker, a file by the administrator; the answer on its way back."""

import csv
import io
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from linli.cases.attachments.models import Attachment
from linli.cases.imports import turns
from linli.cases.imports.models import ImportChunk, ImportRun
from linli.cases.imports.turns import take_turn
from linli.cases.models import Case
from linli.cases.operations import accept, contact, report
from tests.builders import Town
from tests.cases.expect import asked
from tests.cases.imports.files import MESSAGES, an_order, city, message, written
from tests.cases.imports.test_pasted import LABELLED
from tests.cases.pages import Page, a_browser, a_client
from tests.cases.photos import a_file, a_photo
from tests.cases.standing import standing_town
from tests.conftest import NOW


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


ORDER = {
    "number": "BJ20261118001",
    "received_at": "2026-11-18T09:20",
    "due_at": "2026-11-19T09:20",
    "words": "六号楼的电梯停了两天，老人下不了楼。",
    "place": "双合家园",
    "kind": "help",
    "urgency": "E2",
    "name": "许大妈",
    "phone": "19900001234",
}


def take(client: Client, **given: str) -> Any:
    return client.post(reverse("imports:take"), {**ORDER, **given})


def test_what_was_read_stands_in_fields_beside_what_was_pasted(town: Town) -> None:
    client = a_browser(town.users["worker"])

    page = Page(client.post(reverse("imports:paste"), {"pasted": LABELLED}))

    assert page.fields["number"] == ["BJ20261118001"]
    assert page.fields["received_at"] == ["2026-11-18T09:20"]
    assert page.fields["due_at"] == ["2026-11-19T09:20"]
    assert page.fields["place"] == ["双合家园社区"]
    assert page.fields["pasted"] == [LABELLED, LABELLED]
    assert not Case.objects.everywhere("test").exists()


def test_an_order_taken_over_lies_with_the_workers_own_unit(town: Town) -> None:
    response = take(a_browser(town.users["worker"]))

    case = Case.objects.everywhere("test").select_related("lead_order__lead").get()
    assert response.headers["Location"] == reverse("cases:case", args=[case.number])
    assert (case.source, case.external_no) == ("platform", ORDER["number"])
    assert case.lead_order.lead == town.units["committee-029"]
    assert f"{case.lead_order.handling_due_at:%d %H:%M}" == "19 01:20"
    assert asked(case).phone == "+8619900001234"


def test_the_same_number_twice_opens_the_case_that_stands(town: Town) -> None:
    client = a_browser(town.users["worker"])
    first = take(client)

    again = take(client, words="完全不同的话，不会再成一件。")
    pasted = client.post(reverse("imports:paste"), {"pasted": LABELLED})

    assert again.headers["Location"] == pasted.headers["Location"] == first.headers["Location"]
    assert Case.objects.everywhere("test").count() == 1


def test_a_number_that_stands_elsewhere_is_said_and_nothing_typed_is_lost(town: Town) -> None:
    take(a_browser(town.users["worker"]))

    response = take(
        a_browser(town.users["neighbour"]), place="华贸中心", words="另一句话，写在这里。"
    )

    assert response.status_code == 422
    page = Page(response)
    assert page.fields["number"] == [ORDER["number"]]
    assert page.fields["words"] == ["另一句话，写在这里。"]
    assert Case.objects.everywhere("test").count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"number": ""},
        {"received_at": "2027-01-01T10:00"},
        {"phone": "123"},
        {"place": "没有此地"},
        {"words": " "},
        {"due_at": "明天"},
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_fault_keeps_what_was_typed(town: Town, given: dict[str, str], language: str) -> None:
    client = a_client(town.users["worker"], language=language)

    response = take(client, pasted="抄来的原文", **given)

    assert response.status_code == 422
    page = Page(response)
    typed = {**ORDER, **given}
    assert page.shows("抄来的原文")
    for name in ("number", "received_at", "phone", "place"):
        assert page.fields[name] == [typed[name]]
    assert not Case.objects.everywhere("test").exists()


def test_a_dispatcher_who_leads_nothing_takes_it_in_for_dispatch(town: Town) -> None:
    take(a_browser(town.users["dispatcher"]))

    assert Case.objects.everywhere("test").get().state == "received"


def test_the_answer_is_ready_to_be_copied_in_the_platforms_form(town: Town) -> None:
    client = a_browser(town.users["worker"])
    url = take(client).headers["Location"]
    case = Case.objects.everywhere("test").get()
    assert "platform-reply" not in client.get(url).content.decode()
    worker = town.actor("worker")
    accept(actor=worker, case_id=case.pk)
    contact(actor=worker, case_id=case.pk, means="phone", was_reached=True, note="已说明")
    report(
        actor=worker,
        case_id=case.pk,
        resolution="solved",
        public_reply="电梯已修好，\n请您试用。",
        evidence="完工单",
    )

    page = client.get(url).content.decode()

    shown = re.search(r'<textarea id="platform-reply"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert shown is not None
    lines = shown[1].split("\n")
    assert lines[0] == "工单编号：BJ20261118001"
    assert lines[1] == "承办单位：双合家园社区居委会"
    assert "答复内容：电梯已修好，\n请您试用。" in shown[1]
    assert f'data-copy="{shown[1]}"' in page


def typed_from_a_photo(client: Client, *photos: bytes, **given: str) -> Any:
    files = [a_file(data) for data in photos]
    form = {**ORDER, "form_key": str(uuid.uuid4()), "photos": files, **given}
    return client.post(reverse("imports:take"), form)


@pytest.mark.usefixtures("files")
def test_the_photo_from_which_an_order_is_typed_goes_to_the_case(town: Town) -> None:
    client = a_browser(town.users["worker"])
    page = client.get(reverse("imports:type")).content.decode()
    assert re.search(r'<input[^>]*name="photos"[^>]*form="order"', page)

    answer = typed_from_a_photo(client, a_photo(10), a_photo(90))

    case = Case.objects.everywhere("test").get()
    assert answer.headers["Location"] == reverse("cases:case", args=[case.number])
    kept = list(Attachment.objects.filter(case=case).order_by("nth"))
    assert [(one.kind, one.is_shared) for one in kept] == [("source_order", False)] * 2
    assert "工单原件" in client.get(answer.headers["Location"]).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.update(is_shared=True)


@pytest.mark.usefixtures("files")
def test_a_photo_that_cannot_be_kept_takes_nothing_in_and_keeps_what_was_typed(town: Town) -> None:
    client = a_browser(town.users["worker"])

    answer = typed_from_a_photo(client, b"no photo at all")

    assert answer.status_code == 422
    assert Page(answer).fields["number"] == [ORDER["number"]]
    assert "照片" in answer.content.decode()
    assert not Case.objects.everywhere("test").exists()


@pytest.mark.usefixtures("files")
def test_the_same_form_sent_twice_keeps_the_photo_once(town: Town) -> None:
    client = a_browser(town.users["worker"])
    key = str(uuid.uuid4())

    for _click in range(2):
        typed_from_a_photo(client, a_photo(), form_key=key)

    assert Attachment.objects.count() == 1


@pytest.mark.usefixtures("files")
def test_who_adds_no_photos_only_looks_at_one(town: Town) -> None:
    client = a_browser(town.users["administrator"])

    assert 'name="photos"' not in client.get(reverse("imports:type")).content.decode()
    typed_from_a_photo(client, a_photo())

    assert not Attachment.objects.exists()


def upload(client: Client, data: bytes, name: str = "工单.csv", **more: Any) -> Any:
    return client.post(reverse("imports:home"), {"file": SimpleUploadedFile(name, data), **more})


def test_a_file_is_looked_at_taken_in_turns_and_its_bad_rows_come_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = a_browser(town.users["administrator"])
    rows = [
        an_order(n, CREATE_TIME="昨天" if n % 400 == 3 else "2026-11-17 09:00")
        for n in range(1, 1202)
    ]
    response = upload(client, city(*rows).open().read())
    url = response.headers["Location"]

    looked = Page(client.get(url))
    assert looked.shows("BJ000001")
    assert looked.shows("双合家园社区居委会")
    assert not Case.objects.everywhere("test").exists()
    assert b"BJ000001" not in b"".join(bytes(piece.sealed) for piece in ImportChunk.objects.all())

    run = ImportRun.objects.get()
    onward = reverse("imports:take_on", args=[run.pk])
    client.post(onward)
    assert Page(client.get(url)).shows("没有后台进程")
    monkeypatch.setattr(turns, "BATCHES", 2)
    assert take_turn()
    run.refresh_from_db()
    assert (run.position, run.ended_at, run.beat_at) == (1000, None, None)
    assert 'hx-trigger="every 2s"' in client.get(url).content.decode()
    assert take_turn()
    assert not take_turn()
    run.refresh_from_db()
    assert (run.created, run.set_aside, run.position) == (1198, 3, 1201)
    assert not ImportChunk.objects.exists()

    assert Page(client.get(url)).shows("昨天")
    back = client.get(reverse("imports:set_aside", args=[run.pk]))
    content = back.getvalue()
    told = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["REPORT_NUM"] for row in told] == ["BJ000003", "BJ000403", "BJ000803"]
    assert all(row["reason"] for row in told)
    mended = content.replace("昨天".encode(), b"2026-11-17 09:00")
    again = upload(client, mended).headers["Location"]
    client.post(again + "take/")
    take_turn()
    assert Case.objects.everywhere("test").count() == 1201


def test_a_file_can_be_laid_aside_before_anything_is_in(town: Town) -> None:
    client = a_browser(town.users["administrator"])
    url = upload(client, city(an_order(1)).open().read()).headers["Location"]

    client.post(url + "drop/")

    assert not ImportRun.objects.exists()
    assert client.get(url).status_code == 404


def test_the_same_file_dropped_twice_is_one_import(town: Town) -> None:
    client = a_browser(town.users["administrator"])
    data = city(an_order(1)).open().read()

    assert upload(client, data).headers["Location"] == upload(client, data).headers["Location"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_unusable_file_is_refused_beside_its_field(town: Town, language: str) -> None:
    client = a_client(town.users["administrator"], language=language)
    for data, more in (
        (b"a,b\n1,2\n", {}),
        (b"", {}),
        (city(an_order(1)).open().read(), {"map": SimpleUploadedFile("m.toml", b"code = 1")}),
        (written([message(1)], header=MESSAGES).encode(), {}),
    ):
        response = upload(client, data, **more)
        assert response.status_code == 422
        assert 'class="err"' in response.content.decode()
    assert not ImportRun.objects.exists()


def test_a_worker_imports_her_own_communitys_orders_only(town: Town) -> None:
    client = a_browser(town.users["worker"])
    rows = [an_order(1), an_order(2, COMMUNITY_NAME="翠城馨园社区")]
    url = upload(client, city(*rows).open().read()).headers["Location"]
    client.post(url + "take/")
    take_turn()

    run = ImportRun.objects.get()
    assert (run.created, run.set_aside) == (1, 1)
