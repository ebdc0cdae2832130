"""A table as it comes: whatever it was saved as, its rows are the same; a broken row costs itself alone."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.cases.imports.tables import Record, TableFile, read_records, shape_of
from linli.kernel.errors import RuleBroken
from tests.cases.imports.files import MESSAGES, a_table, a_workbook, message, packed, written

ROWS = [message(1), message(2, body='他说"好"，\n还有第二行'), message(3, title="翠城·𠮷")]


def read(file: TableFile) -> list[Record]:
    return list(read_records(file, shape_of(file)))


def cells(file: TableFile) -> list[list[str]]:
    return [list(record.row.values()) for record in read(file)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_is_read_whatever_it_was_saved_as(encoding: str, delimiter: str, end: str) -> None:
    text = written(ROWS, delimiter=delimiter, lineterminator=end)

    assert cells(a_table(text.encode(encoding))) == ROWS
    assert cells(a_table(packed(text.encode(encoding)))) == ROWS


def test_a_workbook_is_read_from_its_first_sheet_that_holds_anything() -> None:
    rows: list[list[Any]] = [[*row[:5], 3, ""] for row in ROWS]
    shape = shape_of(a_table(a_workbook(rows)))

    found = read(a_table(a_workbook(rows)))

    assert shape.is_workbook
    assert shape.header == MESSAGES
    assert [record.row["likes"] for record in found] == ["3", "3", "3"]
    assert found[1].row["body"] == ROWS[1][4]
    assert [record.line for record in found] == [3, 4, 5]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ('2,A2,"没有收住,2019-07-19 18:19:54,坏了,0,0', "import.broken_quote"),
        ('2,A2,"收得"太早,2019-07-19 18:19:54,坏了,0,0', "import.broken_quote"),
        ("2,A2,少了", "import.broken_row"),
        ("2,A2,多了,2019-07-19 18:19:54,坏了,0,0,多,多", "import.broken_row"),
        ("2,A2,空\x00字,2019-07-19 18:19:54,坏了,0,0", "import.has_nul"),
    ],
)
@pytest.mark.parametrize("behind", [[], [message(3)], [message(3, body='引"号'), message(4)]])
def test_a_broken_row_costs_itself_alone(broken: str, code: str, behind: list[list[str]]) -> None:
    good = written([message(1), *behind]).splitlines(keepends=True)
    text = "".join([*good[:2], broken + "\n", *good[2:]])

    found = read(a_table(text.encode()))

    assert [record.problem and record.problem.code for record in found] == [
        None, code, *([None] * len(behind)),
    ]  # fmt: skip
    assert [record.record for record in found] == list(range(1, len(found) + 1))
    assert found[1].line == 3
    assert [list(record.row.values()) for record in found[2:]] == behind


def test_bytes_that_are_no_characters_cost_their_row() -> None:
    data = written([message(1), message(2), message(3)]).encode("gb18030")
    data = data.replace(b"A2", b"A\xff\xff2")

    assert [bool(record.problem) for record in read(a_table(data))] == [False, True, False]


def test_a_torn_or_swollen_file_is_refused() -> None:
    torn = packed(written([message(n) for n in range(900)]).encode())[:-20]
    with pytest.raises(RuleBroken, match=r"import\.not_readable"):
        read(a_table(torn))
    swollen = TableFile("x.csv.gz", lambda: io.BytesIO(packed(b"a,b\n" * 100_000)), limit=10_000)
    with pytest.raises(RuleBroken, match=r"import\.too_large"):
        shape_of(swollen)
    workbook = TableFile("x.xlsx", lambda: io.BytesIO(a_workbook(ROWS)), limit=1_000)
    with pytest.raises(RuleBroken, match=r"import\.too_large"):
        shape_of(workbook)


FIELD = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('",;\t\n|'), max_size=12
).filter(lambda text: "\ufffd" not in text)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=1, max_size=6))
def test_any_words_come_out_as_they_went_in(rows: list[list[str]]) -> None:
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    text = written(rows, header=("甲", "乙", "丙"), quoting=csv.QUOTE_ALL)

    assert cells(a_table(text.encode())) == filled
