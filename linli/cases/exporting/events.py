"""What happens to an export: who asked for what, how many rows went out, who fetched them."""

import datetime as dt

from linli.kernel.events import Code, event


@event("export.asked")
class ExportAsked:
    export_id: int
    format: Code
    state: Code | None
    place: Code | None
    received_from: dt.datetime | None
    received_to: dt.datetime | None
    is_personal: bool
    which: Code | None = None
    category: Code | None = None
    has_words: bool = False


@event("export.finished")
class ExportFinished:
    export_id: int
    rows: int
    size: int


@event("export.failed")
class ExportFailed:
    export_id: int
    fault: Code


@event("export.downloaded")
class ExportDownloaded:
    export_id: int
    nth: int


@event("export.removed")
class ExportRemoved:
    export_id: int
