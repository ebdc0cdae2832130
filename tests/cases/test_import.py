"""Real files in: every row is taken or handed back with its reason, and none twice."""

import csv
import datetime as dt
import gzip
from pathlib import Path

import pytest

from linli.accounts.operations import installer
from linli.cases.importing import messages
from linli.cases.importing.files import hand_back, import_messages, read_records
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import RuleBroken
from linli.kernel.models import Event, Outbox
from linli.kernel.seal import blind_index
from tests.cases.expect import asked
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
STREAM = Path(__file__).parents[3] / "shared/data/citizen-messages/stream_4326.csv.gz"
HEADER = "msg_id,user,title,time,body,likes,dislikes"
GOOD = "1,A1,反映A3区路灯不亮,2019-07-19 18:19:54,A市A3区某路的路灯坏了一个月,0,0"


def actors() -> dict[str, Actor]:
    into = Grant("installer", frozenset({P.IMPORT}), "city_code", messages.ROOT)
    return {
        "actor": installer(now=NOW, permissions=frozenset({P.IMPORT}), over=(into,)),
        "loader": installer(now=NOW, permissions=frozenset({"territory.load"})),
    }


def a_file(folder: Path, *rows: str) -> Path:
    path = folder / "messages.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (("咨询A6区道路命名规划",), "xd-A6"),
        (("反映A7县春华镇的路",), "xd-A7"),
        (("A市公交",), "xd-A"),
        (("无处可寻", "座落在A市A3区联丰路"), "xd-A3"),
        (("西地省的政策",), "xd"),
        (("K3县的路",), "xd-K3"),
    ],
)
def test_a_coded_place_is_read_from_title_then_body(texts: tuple[str, ...], code: str) -> None:
    assert messages.coded_place(*texts).code == code


def test_a_row_becomes_a_case_of_its_own_territory_with_a_sealed_account(tmp_path: Path) -> None:
    done = import_messages(a_file(tmp_path, GOOD), **actors())

    case = Case.objects.everywhere("test").get()
    assert (done.created, done.known, done.refused) == (1, 0, [])
    assert case.scope == {
        "city_code": "xd",
        "district_code": "xd-A",
        "street_code": "xd-A3",
        "community_code": None,
    }
    assert case.received_at == dt.datetime(2019, 7, 19, 10, 19, 54, tzinfo=dt.UTC)
    assert asked(case).account == "A1"
    assert bytes(asked(case).account_index) == blind_index("account", "A1")
    assert Event.objects.filter(name="case.received", stream_id=case.pk, seq=1).count() == 1
    assert Outbox.objects.count() == 1


def test_a_second_run_adds_nothing(tmp_path: Path) -> None:
    path = a_file(tmp_path, GOOD, GOOD.replace("1,A1", "2,A2", 1))
    import_messages(path, **actors())

    again = import_messages(path, **actors())

    assert (again.created, again.known) == (0, 2)
    assert Event.objects.count() == 2


def test_bad_rows_come_back_with_record_line_and_reason_and_the_rest_is_taken(
    tmp_path: Path,
) -> None:
    path = a_file(
        tmp_path,
        GOOD,
        ",A2,没有编号A市,2019-07-19 18:19:54,没有编号,0,0",
        "3,A3,时间A市,上周二,时间不对,0,0",
        "4,A4,将来A市,2199-01-01 00:00:00,将来的时间,0,0",
        "5,A5,,2019-07-19 18:19:54,,0,0",
        "6,A6,太长A市,2019-07-19 18:19:54," + "长" * 10_001 + ",0,0",
        "7,A7,少一列A市,2019-07-19 18:19:54",
        '8,A8,"多行A市",2019-07-19 18:19:54,"第一行\n第二行",0,0',
    )

    done = import_messages(path, **actors())

    assert done.created == 2
    assert [(row.record, row.code) for row in sorted(done.refused, key=lambda r: r.record)] == [
        (2, "import.no_number"),
        (3, "import.bad_time"),
        (4, "import.future_time"),
        (5, "case.empty_words"),
        (6, "case.words_too_long"),
        (7, "import.broken_row"),
    ]
    aside = tmp_path / "aside.csv"
    hand_back(done.refused, path=aside)
    rows = list(csv.DictReader(aside.open(encoding="utf-8-sig", newline="")))
    assert [row["line"] for row in rows] == ["3", "4", "5", "6", "7", "8"]
    assert rows[1]["time"] == "上周二"
    assert all(row["reason"] for row in rows)


def test_mended_rows_are_taken_when_the_file_of_bad_rows_is_imported_again(tmp_path: Path) -> None:
    done = import_messages(a_file(tmp_path, GOOD.replace("2019-07-19", "2019-77-19")), **actors())
    aside = tmp_path / "aside.csv"
    hand_back(done.refused, path=aside)
    aside.write_text(
        aside.read_text(encoding="utf-8-sig").replace("2019-77-19", "2019-07-19"), encoding="utf-8"
    )

    assert import_messages(aside, **actors()).created == 1


def test_an_unusable_file_says_why(tmp_path: Path) -> None:
    lacking = tmp_path / "lacking.csv"
    lacking.write_text("msg_id,title\n1,x\n", encoding="utf-8")
    with pytest.raises(RuleBroken, match=r"import\.no_columns"):
        list(read_records(lacking))
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(gzip.compress((HEADER + "\n" + GOOD * 400).encode())[:-20])
    with pytest.raises(RuleBroken, match=r"import\.not_readable"):
        list(read_records(torn))


@pytest.mark.slow
@pytest.mark.skipif(
    not STREAM.exists(), reason="the citizens' messages are not beside this checkout"
)
def test_the_real_stream_is_taken_whole() -> None:
    done = import_messages(STREAM, **actors())

    assert (done.read, done.created, done.refused) == (4326, 4326, [])
