"""The answers of GeoReport v2 as JSON schemas, written by us from the text of the specification."""

from typing import Any

_MOMENT = {"type": ["string", "null"], "format": "date-time"}
_TEXT = {"type": "string"}


def _list_of(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    row = {"type": "object", "required": required, "properties": properties}
    return {"type": "array", "items": row}


SERVICES = _list_of(
    ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"],
    {
        "service_code": _TEXT,
        "service_name": _TEXT,
        "metadata": {"type": "boolean"},
        "type": {"enum": ["realtime", "batch", "blackbox"]},
        "keywords": _TEXT,
        "group": _TEXT,
    },
)
DEFINITION = {
    "type": "object",
    "required": ["service_code", "attributes"],
    "properties": {
        "service_code": _TEXT,
        "attributes": _list_of(
            [
                *("variable", "code", "datatype", "required", "datatype_description"),
                *("order", "description", "values"),
            ],
            {
                "variable": {"type": "boolean"},
                "code": _TEXT,
                "datatype": {
                    "enum": [
                        *("string", "number", "datetime", "text"),
                        *("singlevaluelist", "multivaluelist"),
                    ]
                },
                "required": {"type": "boolean"},
                "order": {"type": "integer", "minimum": 1},
                "values": _list_of(["key", "name"], {"key": _TEXT, "name": _TEXT}),
            },
        ),
    },
}
REQUESTS = _list_of(
    [
        *("service_request_id", "status", "status_notes", "service_name", "service_code"),
        *("description", "agency_responsible", "service_notice", "requested_datetime"),
        *("updated_datetime", "expected_datetime", "address", "address_id", "zipcode"),
        *("lat", "long", "media_url"),
    ],
    {
        "service_request_id": {"type": "string", "minLength": 1},
        "status": {"enum": ["open", "closed"]},
        "service_code": _TEXT,
        "description": {"type": "string", "maxLength": 4000},
        "requested_datetime": _MOMENT,
        "updated_datetime": _MOMENT,
        "expected_datetime": _MOMENT,
        "lat": {"type": ["number", "null"], "minimum": -90, "maximum": 90},
        "long": {"type": ["number", "null"], "minimum": -180, "maximum": 180},
        "media_url": {"type": ["string", "null"], "minLength": 1},
    },
)
CREATED = _list_of(
    ["service_notice", "account_id"],
    {
        "service_request_id": {"type": "string", "minLength": 1},
        "token": {"type": "string", "minLength": 1},
    },
)
TOKENS = _list_of(["token", "service_request_id"], {"token": _TEXT, "service_request_id": _TEXT})
UPDATES = _list_of(
    ["update_id", "service_request_id", "status", "updated_datetime", "description"],
    {"update_id": _TEXT, "service_request_id": _TEXT, "updated_datetime": _MOMENT},
)
ERRORS = _list_of(
    ["code", "description"], {"code": {"type": "integer"}, "description": {"minLength": 1}}
)
ERRORS["minItems"] = 1
