"""An upload before anything of it is kept: its limit as a whole, and what a crash left of it."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST_AT_ONCE = 200_000_000
"""Bytes of one request: nine pictures at their own limit."""


class BoundedUploadHandler(FileUploadHandler):
    """Refuse a request that says it is too large, or turns out so. Stands first in the list of handlers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken = 0

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        if content_length > MOST_AT_ONCE:
            raise RequestDataTooBig("upload larger than MOST_AT_ONCE")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._taken += len(raw_data)
        if self._taken > MOST_AT_ONCE:
            raise RequestDataTooBig("upload larger than MOST_AT_ONCE")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def sweep_uploads(*, now: dt.datetime) -> int:
    """Remove what requests that ended in a crash left waiting, a day old; return how many."""
    removed = 0
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        written = dt.datetime.fromtimestamp(path.lstat().st_mtime, tz=dt.UTC)
        if written < now - dt.timedelta(days=1):
            path.unlink()
            removed += 1
    return removed
