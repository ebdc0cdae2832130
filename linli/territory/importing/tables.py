"""Reading a CSV table of places: the header is checked first, then row by row."""

import csv
import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal, RuleBroken

WRONG_HEADER = Refusal(
    "table.wrong_header",
    _("The first line lacks the columns %(missing)s. It needs: %(needed)s. Nothing was changed."),
    "file",
)
NOT_READABLE = Refusal(
    "table.not_readable",
    _("The file cannot be read: %(why)s. Save it as CSV in UTF-8 and try again."),
    "file",
)
NO_ROWS = Refusal(
    "table.no_rows",
    _("The file has a first line and no rows. Check that it is the right file."),
    "file",
)
SHORT_ROW = Refusal(
    "table.short_row", _("The row has %(found)s fields, the first line has %(needed)s.")
)
LARGEST = 50_000_000
"""Bytes of a file once unpacked; a city's divisions are under one million."""
TOO_LARGE = Refusal(
    "table.too_large",
    _("The file is larger than 50 MB once unpacked. Split it by district."),
    "file",
)


@dataclass(frozen=True)
class SetAside:
    """A row that was not taken: the line of its end, the row, and why."""

    line: int
    row: Mapping[str, str]
    broken: RuleBroken


def read_table(
    opened: IO[bytes], *, needed: Sequence[str], into: list[SetAside]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a CSV file, packed with gzip or not; rows of a wrong width go `into`.

    Raises RuleBroken for a file that cannot be used at all, before the first row is yielded where the
    header says so.
    """
    text = io.StringIO(_decoded(opened), newline="")
    reader = csv.reader(text)
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in needed if name not in header]
        if missing:
            raise WRONG_HEADER(missing=", ".join(missing), needed=", ".join(needed))
        count = 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            row = dict(zip(header, [cell.strip() for cell in cells], strict=False))
            if len(cells) != len(header):
                broken = SHORT_ROW(found=len(cells), needed=len(header))
                into.append(SetAside(reader.line_num, row, broken))
                continue
            yield reader.line_num, row
    except csv.Error as wrong:
        raise NOT_READABLE(why=str(wrong)) from wrong
    if not count:
        raise NO_ROWS()


def _decoded(opened: IO[bytes]) -> str:
    data = opened.read(LARGEST + 1)
    try:
        if data[:2] == b"\x1f\x8b":
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(LARGEST + 1)
        if len(data) > LARGEST:
            raise TOO_LARGE()
        return data.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as wrong:
        raise NOT_READABLE(why=str(wrong)) from wrong
