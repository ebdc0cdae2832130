"""The answer on its way back to the platform that the order came from."""

import re

from django.utils import timezone

from linli.cases.imports.maps import SHIPPED, CaseMap, shipped
from linli.cases.models import Case


def source_name(code: str) -> str:
    """Return what a source is called, for those whose map comes with Linli; else its code."""
    return shipped(code).shown_name if code in SHIPPED else code


def map_of_source(code: str) -> CaseMap:
    """Return the map by which a source's orders came, or that of a city's platform where it is not shipped."""
    return shipped(code if code in SHIPPED else "platform")


def reply_for(case: Case) -> str:
    """Return the answer in the form in which the case's source takes it; empty where there is none yet.

    A line whose value is missing is left out.
    """
    order = case.lead_order
    if not case.external_no or order is None or not order.public_reply:
        return ""
    template = shipped(case.source).reply if case.source in SHIPPED else ""
    template = template or shipped("platform").reply
    contacted, reported = order.first_contact_at, order.reported_at
    values = {
        "number": case.external_no,
        "unit": order.lead.name,
        "contacted": f"{timezone.localtime(contacted):%Y-%m-%d %H:%M}" if contacted else "",
        "resolution": str(order.get_resolution_display() or ""),
        "reported": f"{timezone.localtime(reported):%Y-%m-%d %H:%M}" if reported else "",
        "reply": order.public_reply,
    }
    lines = []
    for line in template.strip().split("\n"):
        names = re.findall(r"\{(\w+)\}", line)
        if all(values.get(name) for name in names):
            lines.append(re.sub(r"\{(\w+)\}", lambda found: values[found[1]], line))
    return "\n".join(lines)
