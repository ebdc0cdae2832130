"""One answer in two forms: XML with the names of the specification, and JSON in which the outer element vanishes."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from django.http import HttpResponse

TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
INNER = {
    "services": "service",
    "service_requests": "request",
    "service_requests_updates": "request_update",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "notes": "note",
}
"""What one row of a list is called."""


def answer(outer: str, content: Any, *, form: str, status: int = 200) -> HttpResponse:
    """Return the answer. `content`: a list of rows, or one row for an element that is no list."""
    if form == "json":
        body = json.dumps(content, ensure_ascii=False).encode()
    else:
        body = b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(
            _element(outer, content), encoding="utf-8"
        )
    response = HttpResponse(body, status=status, content_type=TYPES[form])
    response["Cache-Control"] = "no-store"
    return response


def _element(name: str, content: Any) -> ET.Element:
    made = ET.Element(name)
    if isinstance(content, Mapping):
        made.extend(_element(key, value) for key, value in content.items())
    elif isinstance(content, Sequence) and not isinstance(content, str):
        made.extend(_element(INNER[name], value) for value in content)
    elif content is not None:
        text = ("false", "true")[content] if isinstance(content, bool) else str(content)
        made.text = _NOT_IN_XML.sub("", text)
    return made
