"""Orders of the city's platform: every one gets its receipt, none is taken twice, none is lost."""

import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from linli.api.hooks.delivering import deliver_due
from linli.api.hooks.operations import open_endpoint
from linli.api.models import PlatformOrder
from linli.api.platform import operations as platform
from linli.api.platform.dropping import take_dropped
from linli.api.platform.operations import KEPT, forget_refused
from linli.cases import operations
from linli.cases.imports.maps import PUSHED, shipped
from linli.cases.models import Case, SourceRecord, WorkOrder
from linli.journal.drainer import drain
from linli.journal.following import SUBSCRIBERS, follow
from linli.kernel.models import Event
from tests.api.pushes import Order, a_push, an_order, parts
from tests.api.receiver import listening
from tests.api.systems import Program, a_token
from tests.builders import Town, a_case
from tests.cases.pages import a_browser
from tests.cases.people import a_user
from tests.cases.standing import standing_town
from tests.conftest import NOW
from tests.journal.conftest import own_chain as own_chain


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


@pytest.fixture
def pusher(town: Town) -> Program:
    return Program(a_token(town, "administrator", "platform:push", username=_admin(town))[1])


def _admin(town: Town) -> str:
    return a_user(town, "administrator", place="110000").username


def push(program: Program, *orders: Order, source: str = "platform") -> list[dict[str, Any]]:
    answer = program.post(f"/platform/{source}/orders", {"orders": list(orders)})
    assert answer.status_code == 200, answer.content.decode()
    receipts: list[dict[str, Any]] = answer.json()["receipts"]
    assert len(receipts) == len(orders)
    return receipts


def outcomes(receipts: list[dict[str, Any]]) -> list[str]:
    return [receipt["outcome"] for receipt in receipts]


def all_cases() -> int:
    return Case.objects.everywhere("test").count()


def test_an_order_becomes_a_case_with_its_order_and_its_past(town: Town, pusher: Program) -> None:
    (receipt,) = push(pusher, an_order(1))
    assert (receipt["outcome"], receipt["number"]) == ("taken", "2611000001")
    case = Case.objects.everywhere("test").get(number=receipt["case"])
    assert (case.source, case.external_no, case.state) == ("platform", "2611000001", "in_handling")
    assert case.lead_order is not None
    assert case.lead_order.lead == town.units["committee-029"]
    record = SourceRecord.objects.get(case=case)
    assert record.said == "已派遣"
    assert record.due_at == dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)


def test_the_same_again_gets_the_same_receipt_and_changes_nothing(
    town: Town, pusher: Program
) -> None:
    (first,) = push(pusher, an_order(1))
    events = Event.objects.count()
    again = push(pusher, an_order(1), {**an_order(1), "EMPTY": ""})
    assert outcomes(again) == ["known", "known"]
    assert {one["receipt"] for one in again} == {first["receipt"]}
    assert {one["case"] for one in again} == {first["case"]}
    assert (all_cases(), Event.objects.count()) == (1, events)


def test_a_refused_order_is_told_why_in_both_languages_and_judged_anew(
    town: Town, pusher: Program
) -> None:
    (bad,) = push(pusher, an_order(1, CREATE_TIME="上周三"))
    assert (bad["outcome"], bad["code"]) == ("refused", "import.bad_time")
    assert "上周三" in bad["reasons"]["zh-hans"]
    assert "cannot be read" in bad["reasons"]["en"]
    assert push(pusher, an_order(1, CREATE_TIME="上周三"))[0]["receipt"] == bad["receipt"]
    (good,) = push(pusher, an_order(1))
    assert (good["outcome"], good["receipt"], good["reasons"]) == ("taken", bad["receipt"], {})


def test_a_change_is_what_the_source_says_and_an_older_one_is_let_lie(
    town: Town, pusher: Program
) -> None:
    push(pusher, an_order(1))
    newer = an_order(1, UPDATE_TIME="2026-11-18 12:00:00", STATE_NAME="待回访")
    older = an_order(1, UPDATE_TIME="2026-11-17 11:00:00", STATE_NAME="处置中")
    assert outcomes(push(pusher, newer, older)) == ["changed", "outdated"]
    assert SourceRecord.objects.get().said == "待回访"
    assert Event.objects.filter(name="case.source_said").count() == 1
    assert WorkOrder.objects.get().state == "dispatched"
    assert outcomes(push(pusher, newer)) == ["known"]


def test_versions_in_any_order_end_as_the_newest(town: Town, pusher: Program) -> None:
    states = ["待派遣", "已派遣", "处置中", "待回访"]
    versions = [
        an_order(1, STATE_NAME=state, UPDATE_TIME=f"2026-11-17 1{hour}:00:00")
        for hour, state in enumerate(states)
    ]
    for seed in range(6):
        shuffled = list(versions)
        random.Random(seed).shuffle(shuffled)
        numbered = [{**order, "REPORT_NUM": f"9{seed}"} for order in shuffled]
        for order in numbered:
            push(pusher, order)
        record = SourceRecord.objects.get(case__external_no=f"9{seed}")
        assert record.said == "待回访"


def test_a_bad_change_leaves_what_was_taken(town: Town, pusher: Program) -> None:
    (taken,) = push(pusher, an_order(1))
    bad = an_order(1, DEADLINE_TIME="改天", UPDATE_TIME="2026-11-18 12:00:00")
    (receipt,) = push(pusher, bad)
    assert (receipt["outcome"], receipt["case"]) == ("refused", taken["case"])
    assert outcomes(push(pusher, an_order(1))) == ["known"]


def test_an_order_typed_or_imported_before_is_known(town: Town, pusher: Program) -> None:
    case = a_case(town, source="platform", external_no="2611000001", channel="transfer")
    (receipt,) = push(pusher, an_order(1))
    assert (receipt["outcome"], receipt["case"]) == ("known", case.number)


def test_the_same_number_twice_in_one_push_is_one_order(town: Town, pusher: Program) -> None:
    newer = an_order(1, UPDATE_TIME="2026-11-18 12:00:00", STATE_NAME="待回访")
    receipts = push(pusher, an_order(1), an_order(1), newer)
    assert outcomes(receipts) == ["taken", "known", "changed"]
    assert len({one["receipt"] for one in receipts}) == 1


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"REPORT_NUM": None},
        {"REPORT_NUM": "1" * 65, "CREATE_TIME": "2026-11-17"},
        {"REPORT_NUM": "7\x00", "EVENT_DESC": "\x00"},
        {"REPORT_NUM": 7, "EVENT_DESC": {"nested": [1, 2]}},
        {"\x00": "x"},
    ],
)
def test_nonsense_is_refused_with_a_receipt(town: Town, pusher: Program, order: Order) -> None:
    receipts = push(pusher, order, an_order(1))
    assert outcomes(receipts) == ["refused", "taken"]
    assert outcomes(push(pusher, order)) == ["refused"]
    assert PlatformOrder.objects.count() == 2


def test_an_order_outside_the_area_of_the_token_is_refused(town: Town) -> None:
    user = a_user(town, "administrator", place="110105015", unit="committee-044")
    token = a_token(town, "", "platform:push", username=user.username, place="110105015")[1]
    (receipt,) = push(Program(token), an_order(1))
    assert receipt["code"] == "import.place_not_known"


def test_more_than_five_hundred_and_an_unknown_map_are_refused(town: Town, pusher: Program) -> None:
    many = pusher.post("/platform/platform/orders", {"orders": [an_order(1)] * 501})
    assert many.status_code == 422
    other = pusher.post("/platform/mars/orders", {"orders": [an_order(1)]})
    assert (other.status_code, other.json()["title"]) == (422, "api.unknown_map")


SAMPLES: dict[str, Order] = {
    "platform": an_order(1),
    "stages": {
        "工单编号": "TA1",
        "受理时间": "2026-11-17 09:12:00",
        "诉求内容": "六号楼电梯停运两天了",
        "所属区县": "朝阳区",
        "所属街道": "垡头街道",
        "所属社区": "双合家园社区",
        "阶段状态": "待处置",
        "处置单位": "双合家园社区居委会",
        "诉求类型": "投诉",
    },
    "centre": {
        "gdbh": "LX1",
        "gdzt": "办理中",
        "bldlx": "求助",
        "jjcd": "加急",
        "question": "六号楼电梯停运两天了",
        "streetCode": "110105019",
        "communityCode": "110105019029",
        "createTime": "2026-11-17 09:12:00",
        "unit": "committee-029",
    },
    "georeport": {
        "service_request_id": "311-1",
        "status": "open",
        "description": "六号楼电梯停运两天了",
        "requested_datetime": "2026-11-17T09:12:00+08:00",
        "jurisdiction_id": "110105",
        "address_id": "110105019029",
        "service_code": "020301",
    },
}


@pytest.mark.parametrize("source", PUSHED)
def test_each_shipped_map_takes_its_platforms_fields(
    town: Town, pusher: Program, source: str
) -> None:
    order = SAMPLES[source]
    assert shipped(source).missing(list(order)) == []
    (receipt,) = push(pusher, order, source=source)
    assert receipt["outcome"] == "taken", receipt
    case = Case.objects.everywhere("test").get(number=receipt["case"])
    assert (case.place.code, case.source) == ("110105019029", source)
    if source != "georeport":
        assert case.lead_order is not None


# — the page —


def test_the_page_tells_what_was_refused_and_lets_it_be_tried_again(
    town: Town, pusher: Program
) -> None:
    push(
        pusher, an_order(1), an_order(2, COMMUNITY_NAME="新社区", STREET_NAME="", DISTRICT_NAME="")
    )
    browser = a_browser(town.users["administrator"])
    page = browser.get(reverse("api:home")).content.decode()
    assert "2611000002" in page
    assert "新社区" in page
    order = PlatformOrder.objects.get(number="2611000002")
    url = reverse("api:try_again", args=[order.pk])
    assert a_browser(a_user(town, "administrator", place="110106")).post(url).status_code == 404
    browser.post(url)
    assert PlatformOrder.objects.get(pk=order.pk).case is None
    place = town.places["110105019030"]
    place.name = place.short_name = "新社区"
    place.save()
    browser.post(url)
    assert PlatformOrder.objects.get(pk=order.pk).case is not None
    browser.get(reverse("api:home"))  # shows what was said on the way
    assert "新社区" not in browser.get(reverse("api:home")).content.decode()


def test_a_refused_row_is_sealed_and_deleted_after_a_month(town: Town, pusher: Program) -> None:
    push(pusher, an_order(1, CREATE_TIME="上周三"))
    order = PlatformOrder.objects.get()
    assert order.row_sealed is not None
    assert "许大妈".encode() not in bytes(order.row_sealed)
    assert json.loads(order.text)["row"]["REPORTER_NAME"] == "许大妈"
    administrator = town.actor("administrator")
    assert forget_refused(actor=administrator.at(NOW + KEPT)) == 0
    assert forget_refused(actor=administrator.at(NOW + KEPT + dt.timedelta(seconds=1))) == 1
    order.refresh_from_db()
    assert (order.code, order.text) == ("import.bad_time", "")
    page = a_browser(town.users["administrator"]).get(reverse("api:home"))
    assert "import.bad_time" in page.content.decode()


# — files —


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings.LINLI, "platform_drop", tmp_path)
    (tmp_path / "platform").mkdir()
    return tmp_path / "platform"


def test_a_dropped_file_is_taken_with_its_receipts(town: Town, folder: Path) -> None:
    orders = [an_order(1), an_order(2), an_order(3, CREATE_TIME="")]
    lines = "\n".join([json.dumps(order) for order in orders] + ["no order"])
    (folder / "monday.jsonl").write_text(lines, "utf-8")
    (folder / "tuesday.jsonl.part").write_text(lines, "utf-8")
    assert take_dropped() == 1
    receipts = (folder / "monday.jsonl.receipts.csv").read_text("utf-8-sig").splitlines()
    told = Counter(line.split(",")[2] for line in receipts[1:])
    assert told == {"taken": 2, "refused": 2}
    assert all_cases() == 2
    assert not (folder / "monday.jsonl").exists()
    assert len(list((folder / "done").iterdir())) == 1
    assert take_dropped() == 0
    (folder / "monday.jsonl").write_text(lines, "utf-8")
    assert take_dropped() == 1
    assert all_cases() == 2


def test_a_dropped_table_is_read_as_an_import_reads_it(town: Town, folder: Path) -> None:
    columns = list(an_order(1))
    rows = [",".join(columns), ",".join(str(value) for value in an_order(1).values()), "1,2"]
    (folder / "orders.csv").write_bytes("\n".join(rows).encode("gb18030"))
    assert take_dropped() == 1
    assert all_cases() == 1
    assert PlatformOrder.objects.exclude(code="").count() == 1
    (folder / "broken.csv").write_bytes(b"")
    assert take_dropped() == 0
    assert (folder / "broken.csv").exists()


# — at size —


def test_a_thousand_orders_twice_shuffled_damaged_and_broken_off(
    town: Town, pusher: Program, own_chain: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same at ten thousand with a server that is killed: test_platform_kill.py, in `make soak`."""
    monkeypatch.setattr(settings.LINLI, "hook_networks", "127.0.0.0/8")
    orders = a_push(1_000, damaged=10, seed=13)
    with listening() as there:
        token, _text = a_token(town, "operator", "cases:read")
        wish = {"kind": "results", "source": "platform", "url": there.url}
        open_endpoint(actor=town.actor("administrator"), token_id=token.pk, **wish)
        follow_all()
        receipts: dict[str, dict[str, Any]] = {}
        for place, part in enumerate(parts(orders)):
            if place == 2:
                broken_off(pusher, part, monkeypatch)
            receipts |= {one["receipt"]: one for one in push(pusher, *part)}
        again = parts(a_push(1_000, damaged=10, seed=13)[::-1])
        for part in again:
            told = push(pusher, *part)
            assert set(outcomes(told)) <= {"known", "refused"}
            assert {one["receipt"] for one in told} <= set(receipts)
        assert Counter(one["outcome"] for one in receipts.values()) == {"taken": 990, "refused": 10}
        refused = [one for one in receipts.values() if one["outcome"] == "refused"]
        assert all(one["reasons"]["zh-hans"] and one["reasons"]["en"] for one in refused)
        assert (all_cases(), PlatformOrder.objects.count()) == (990, 1_000)
        handled = handle(town, 60)
        follow_all()
        there.answers = [500] * 3
        for later in range(5):
            with time_machine.travel(NOW + later * dt.timedelta(seconds=30), tick=False):
                deliver_due()
        arrived = Counter(message["data"]["REPORT_NUM"] for message in there.messages)
        assert set(arrived) == handled
        assert sum(there.keys.values()) == 60 + 3
        assert len(there.keys) == 60


def follow_all() -> None:
    while drain(now=NOW).count:
        pass
    while follow(SUBSCRIBERS["api.deliveries"], now=NOW):
        pass


def broken_off(program: Program, part: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    """Push a part that breaks off once its cases are written and before its receipts are: nothing of it stands."""
    before = all_cases()

    def dies(_push: Any) -> None:
        assert all_cases() > before
        raise InterruptedError

    with monkeypatch.context() as patched:
        patched.setattr("linli.api.platform.taking._write_orders", dies)
        with pytest.raises(InterruptedError):
            push(program, *part)
    assert all_cases() == before


def handle(town: Town, count: int) -> set[str]:
    """Let the committee handle some orders; return their numbers at the platform."""
    worker = town.actor("worker")
    done = set()
    for order in WorkOrder.objects.select_related("case").order_by("pk")[:count]:
        case = order.case
        operations.accept(actor=worker, case_id=case.pk)
        operations.contact(actor=worker, case_id=case.pk, means="phone", was_reached=True)
        operations.report(
            actor=worker,
            case_id=case.pk,
            resolution="solved",
            public_reply="修好了，请您试用。",
            evidence="完工单",
        )
        done.add(case.external_no)
    return done


@pytest.mark.parametrize(
    "wrong", [{"case": None}, {"row_sealed": b"x"}, {"pushed_at": NOW - dt.timedelta(days=9)}]
)
def test_the_database_refuses_an_order_that_cannot_be(
    town: Town, pusher: Program, wrong: dict[str, Any]
) -> None:
    push(pusher, an_order(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        PlatformOrder.objects.update(**wrong)
    assert platform.try_again is not None
