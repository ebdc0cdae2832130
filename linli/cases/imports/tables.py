"""Reading a table as it comes: CSV, TSV or a workbook, packed with gzip or not, UTF-8 or GB18030."""

import codecs
import csv
import datetime as dt
import gzip
import io
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineWorkbook

from linli.kernel.errors import Refusal, RuleBroken

CHARACTERS = 1_000_000
"""Longest record that is read; longer means that a quote was never closed."""
LINES = 2_000
"""Most lines of one record, for the same reason."""
WORKBOOK_LIMIT = 200_000_000
"""Bytes of a workbook once unpacked: it is read as a whole."""
DELIMITERS = ",\t;|"
LOST = "\ufffd"
"""What stands where bytes were no characters."""

NOT_READABLE = Refusal(
    "import.not_readable",
    _("The file cannot be read: %(why)s. Save it as CSV in UTF-8, or as XLSX, and try again."),
    "file",
)
NO_HEADER = Refusal(
    "import.no_header",
    _("The file has no first line with the names of its columns. Check that it is the right file."),
    "file",
)
NO_ROWS = Refusal(
    "import.no_rows",
    _("The file has a first line and no rows. Check that it is the right file."),
    "file",
)
NAMED_TWICE = Refusal(
    "import.named_twice",
    _("The first line names the column “%(column)s” twice. Give each column a name of its own."),
    "file",
)
TOO_LARGE = Refusal(
    "import.too_large",
    _(
        "The file is larger than %(limit)s MB once unpacked. Split it, or have it imported at the server."
    ),
    "file",
)
BROKEN_ROW = Refusal(
    "import.broken_row", _("The row has %(found)s fields, the first line has %(needed)s.")
)
BROKEN_QUOTE = Refusal(
    "import.broken_quote",
    _(
        'A quotation mark is opened and not closed, or closed too early. Write " inside a field as "".'
    ),
)
HAS_NUL = Refusal(
    "import.has_nul",
    _("The row holds a NUL character; something went wrong when the file was made. Type it again."),
)
BAD_BYTES = Refusal(
    "import.bad_bytes",
    _("Some bytes of the row are no characters (shown as \ufffd). Type those characters again."),
)


@dataclass(frozen=True)
class TableFile:
    """A file that can be read again and again. `limit`: bytes once unpacked, None for any number."""

    name: str
    open: Callable[[], IO[bytes]]
    limit: int | None = None

    @classmethod
    def at(cls, path: Path) -> "TableFile":
        return cls(path.name, lambda: path.open("rb"))


@dataclass(frozen=True)
class Shape:
    """How a file is to be read. `encoding` and `delimiter` are empty for a workbook."""

    header: tuple[str, ...]
    encoding: str = ""
    delimiter: str = ""

    @property
    def is_workbook(self) -> bool:
        return not self.encoding


@dataclass(frozen=True)
class Record:
    """A row: where it stands (record, counted from 1; line of its end), and why it is broken, if so."""

    record: int
    line: int
    row: Mapping[str, str]
    problem: RuleBroken | None = None


_TORN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, CalamineError, csv.Error, UnicodeError)


@contextmanager
def _unpacked(file: TableFile) -> Iterator[io.RawIOBase]:
    """Open a file, through gzip if its first bytes say so. Raises NOT_READABLE for one that is torn."""
    with file.open() as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            yield _Limited(gzip.GzipFile(fileobj=raw) if packed else raw, file.limit)
        except _TORN as wrong:
            raise NOT_READABLE(why=str(wrong) or type(wrong).__name__) from wrong


class _Limited(io.RawIOBase):
    """A stream that says so when more comes out of it than was agreed."""

    def __init__(self, inner: Any, limit: int | None) -> None:
        self.inner, self.limit, self.count = inner, limit, 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        data = self.inner.read(len(into))
        into[: len(data)] = data
        self.count += len(data)
        if self.limit is not None and self.count > self.limit:
            raise TOO_LARGE(limit=self.limit // 1_000_000)
        return len(data)


def shape_of(file: TableFile) -> Shape:
    """Return how the file is to be read. Reads all of it once. Raises RuleBroken for an unusable file."""
    with _unpacked(file) as stream:
        if stream.read(4) == b"PK\x03\x04":
            return Shape(header=_header(next(_sheet(file), (0, []))[1]))
    encoding = _encoding(file)
    best: list[str] = []
    delimiter = ","
    for mark in DELIMITERS:
        with _text(file, encoding) as text:
            first = next(csv.reader(_past_blank(text), delimiter=mark), [])
        if len(first) > len(best):
            best, delimiter = first, mark
    return Shape(header=_header(best), encoding=encoding, delimiter=delimiter)


def _past_blank(lines: Iterator[str]) -> Iterator[str]:
    return (line for line in lines if line.strip())


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    names = [cell.replace("\x00", "").strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    names = [name or f"({place})" for place, name in enumerate(names, start=1)]
    if not names:
        raise NO_HEADER()
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise NAMED_TWICE(column=twice)
    return tuple(names)


def _encoding(file: TableFile) -> str:
    """Return the encoding: by the mark at the beginning, else UTF-8 if it fits, else the better fit."""
    faults: dict[str, int] = {}
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        faults[encoding] = length = 0
        with _unpacked(file) as stream:
            head = stream.read(4)
            for mark, name in _MARKS:
                if head.startswith(mark):
                    return name
            piece = head
            while piece:
                text = decoder.decode(piece)
                faults[encoding] += text.count(LOST)
                length += len(text)
                piece = stream.read(1 << 20)
            text = decoder.decode(b"", final=True)
            faults[encoding] += text.count(LOST)
        if not faults[encoding]:
            return encoding
    best = min(faults, key=lambda name: faults[name])
    if faults[best] > length // 20:
        raise NOT_READABLE(why=_("it holds no text that is known here"))
    return best


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@contextmanager
def _text(file: TableFile, encoding: str) -> Iterator[Iterator[str]]:
    with _unpacked(file) as stream:
        buffered = io.BufferedReader(stream, 1 << 16)
        yield io.TextIOWrapper(buffered, encoding=encoding, errors="replace", newline="")


def read_records(file: TableFile, shape: Shape) -> Iterator[Record]:
    """Yield every row that is not blank. Raises RuleBroken where the file itself is torn."""
    rows = _workbook_rows(file) if shape.is_workbook else _text_rows(file, shape)
    record = 0
    for line, cells, problem in rows:
        if not any(cell.strip() for cell in cells) and problem is None:
            continue
        record += 1
        yield _record(record, line, cells, problem, shape)


def _record(
    record: int, line: int, cells: list[str], problem: RuleBroken | None, shape: Shape
) -> Record:
    needed = len(shape.header)
    if shape.is_workbook or len(cells) > needed:
        while len(cells) > needed and not cells[-1].strip():
            cells.pop()
        if shape.is_workbook:
            cells += [""] * (needed - len(cells))
    if problem is None and len(cells) != needed:
        problem = BROKEN_ROW(found=len(cells), needed=needed)
    if problem is None:
        whole = "".join(cells)
        if "\x00" in whole:
            problem = HAS_NUL()
        elif LOST in whole:
            problem = BAD_BYTES()
    if len(cells) > needed:
        cells = [*cells[: needed - 1], (shape.delimiter or " ").join(cells[needed - 1 :])]
    row = dict(zip(shape.header, cells + [""] * (needed - len(cells)), strict=True))
    return Record(record, line, row, problem)


_Row = tuple[int, list[str], RuleBroken | None]


class _Lines:
    """The lines of a file, which remembers those of the record being read and takes them back."""

    def __init__(self, source: Iterator[str]) -> None:
        self.source = source
        self.again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = self.length = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self.source)
        self.taken.append(line)
        self.number += 1
        self.length += len(line)
        if len(self.taken) > 1 and (len(self.taken) > LINES or self.length > CHARACTERS):
            raise csv.Error("a quote that was never closed")
        return line

    def begin(self) -> None:
        self.taken, self.length = [], 0

    def give_back_all_but_first(self) -> str:
        first, rest = self.taken[0], self.taken[1:]
        self.again.extendleft(reversed(rest))
        self.number -= len(rest)
        return first


def _text_rows(file: TableFile, shape: Shape) -> Iterator[_Row]:
    """Yield the rows of a text. A quote left open costs its own row, not those behind it.

    Such a quote swallows lines until it meets the next one, which then stands in the wrong place; the
    row's first line is handed back alone, and reading goes on with its second.
    """
    csv.field_size_limit(CHARACTERS * 2)
    with _text(file, shape.encoding) as text:
        lines = _Lines(text)

        def reader() -> Any:
            return csv.reader(lines, delimiter=shape.delimiter, strict=True)

        def alone(line: str) -> list[str]:
            return next(csv.reader([line.rstrip("\r\n")], delimiter=shape.delimiter), [])

        rows = reader()
        header_seen = False
        while True:
            lines.begin()
            problem = None
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error:
                cells = alone(lines.give_back_all_but_first())
                problem, rows = BROKEN_QUOTE(), reader()
            else:
                is_torn = len(lines.taken) > 1 and len(cells) != len(shape.header)
                if is_torn and _fits(alone(lines.taken[1]), shape):
                    cells = alone(lines.give_back_all_but_first())
                    problem, rows = BROKEN_QUOTE(), reader()
            if not header_seen:
                header_seen = any(cell.strip() for cell in cells)
                continue
            yield lines.number, cells, problem


def _fits(cells: list[str], shape: Shape) -> bool:
    return len(cells) == len(shape.header) > 1


def _workbook_rows(file: TableFile) -> Iterator[_Row]:
    rows = _sheet(file)
    next(rows, None)
    for line, cells in rows:
        yield line, cells, None


def _sheet(file: TableFile) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of the first sheet that holds anything, from its first filled row."""
    with _unpacked(file) as stream:
        data = stream.read()
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            if sum(part.file_size for part in inner.infolist()) > (file.limit or WORKBOOK_LIMIT):
                raise TOO_LARGE(limit=(file.limit or WORKBOOK_LIMIT) // 1_000_000)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            found = False
            sheet = book.get_sheet_by_name(name)
            for line, values in enumerate(sheet.iter_rows(), start=1):
                cells = [_cell(value) for value in values]
                if found or any(cells):
                    found = True
                    yield line, cells
            if found:
                return


def _cell(value: Any) -> str:
    """Return a workbook's value as a person would type it: whole numbers without a point."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return str(value)
