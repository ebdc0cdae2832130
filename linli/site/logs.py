"""Structured logs: one line a request and one an operation, codes and ids only, never a name or a number.

What people typed can hide in two places, and both are cut off here: in the text of an exception, and in
the arguments of Django's own messages.
"""

import os
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from linli.site.metrics import count_operation

Line = MutableMapping[str, Any]

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_OWN_FRAMES = 12
"""Places in the code that are told of one exception, the innermost last."""


def without_words(_logger: Any, _method: str, line: Line) -> Line:
    """Tell an exception by class, code and the places it passed, never by its text.

    The text of a database's refusal quotes the row: "Key (phone)=(…) already exists".
    """
    raised = line.pop("exc_info", None)
    line.pop("stack_info", None)
    if isinstance(raised, tuple):
        raised = raised[1]
    elif raised is True:
        import sys

        raised = sys.exc_info()[1]
    if isinstance(raised, BaseException):
        line["exception"] = _told(raised)
    record = line.get("_record")
    if record is not None and not line.get("_from_structlog") and record.name.startswith("django"):
        # The template; its arguments hold addresses and inputs. Of security it is the input itself.
        is_template = not record.name.startswith("django.security")
        line["event"] = str(record.msg) if is_template else record.name
    return line


def _told(raised: BaseException) -> dict[str, Any]:
    cause = raised.__cause__ or raised
    told: dict[str, Any] = {"kind": f"{type(raised).__module__}.{type(raised).__name__}"}
    if state := getattr(cause, "sqlstate", None):
        told["sqlstate"] = state
    if constraint := getattr(getattr(cause, "diag", None), "constraint_name", None):
        told["constraint"] = constraint
    frames = traceback.extract_tb(raised.__traceback__)[-_OWN_FRAMES:]
    told["at"] = [f"{os.path.basename(f.filename)}:{f.lineno} {f.name}" for f in frames]
    return told


structlog.configure(
    processors=[
        *_SHARED,
        count_operation,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                without_words,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": _SHARED,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LINLI_LOG_LEVEL", "WARNING")},
    "loggers": {
        "linli": {"level": os.environ.get("LINLI_LOG_LEVEL", "INFO")},
        "django.request": {"level": "ERROR"},
        # Our own line a job says enough (linli/jobs/registry.py).
        "procrastinate": {"level": "WARNING"},
        # At DEBUG it writes what stands in a photo: serial number, owner, place.
        "PIL": {"level": "INFO"},
    },
}
