"""What a delivery says: made from its event and rows each time, so that no copy of them lies about."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone, translation

from linli.api.hooks.choices import EndpointKind
from linli.api.hooks.models import Delivery
from linli.cases.imports.maps import CaseMap
from linli.cases.imports.reply import map_of_source
from linli.cases.models import Case, Notice, Report, WorkOrder
from linli.kernel.models import Event
from linli.territory.models import Organisation

OURS = ("number", "state", "unit", "contacted", "resolution", "reply", "reported", "closed")
"""What a result has; a map says under which names its platform wants them."""


def body_of(delivery: Delivery) -> bytes:
    """Return the message as JSON, always the same for the same delivery."""
    event = Event.objects.get(pk=delivery.event_id)
    case = (
        Case.objects.everywhere("a delivery: what it owes was decided when it was made")
        .select_related("lead_order__lead")
        .get(pk=delivery.case_id)
    )
    if delivery.endpoint.kind == EndpointKind.RESULTS:
        kind, data = "result", _result(event, case, delivery.endpoint.source)
    else:
        kind, data = event.name, _happening(event, case, delivery.position)
    message = {"type": kind, "timestamp": event.at.isoformat(), "data": data}
    return json.dumps(message, ensure_ascii=False, sort_keys=True).encode()


def _happening(event: Event, case: Case, position: int) -> dict[str, Any]:
    unit = Organisation.objects.filter(pk=event.organisation_id or 0).first()
    return {"position": position, "case": case.number, "unit": unit.code if unit else None}


def _result(event: Event, case: Case, source: str) -> dict[str, Any]:
    case_map = map_of_source(source)
    values = _values(event, case, case_map)
    return {case_map.result.get(name, name): values[name] for name in OURS}


def _values(event: Event, case: Case, case_map: CaseMap) -> dict[str, str]:
    """Return the texts of a result, empty where there is nothing to say. In Chinese: the platform is a Chinese one."""
    values = dict.fromkeys(OURS, "")
    values |= {"number": case.external_no, "state": event.name.partition(".")[2]}
    told = event.payload
    with translation.override("zh-hans"):
        order = _order(case, told)
        if order is not None:
            values |= {"unit": order.lead.name, "contacted": _at(case_map, order.first_contact_at)}
        if told.get("report_id"):
            report = Report.objects.get(pk=told["report_id"])
            values |= {"reply": report.public_reply, "reported": _at(case_map, report.at)}
            values["resolution"] = str(report.get_resolution_display())
        elif told.get("notice_id"):
            notice = Notice.objects.get(pk=told["notice_id"])
            values |= {"reply": notice.text, "closed": _at(case_map, event.at)}
        elif order is not None:
            values |= {"reply": order.public_reply, "reported": _at(case_map, order.reported_at)}
            values["resolution"] = str(order.get_resolution_display() or "")
            values["closed"] = _at(case_map, event.at)
    return values


def _order(case: Case, told: Mapping[str, Any]) -> WorkOrder | None:
    if not told.get("order_id"):
        return case.lead_order
    return WorkOrder.objects.select_related("lead").filter(pk=told["order_id"]).first()


def _at(case_map: CaseMap, at: Any) -> str:
    return f"{timezone.localtime(at, case_map.tz):%Y-%m-%d %H:%M:%S}" if at else ""
