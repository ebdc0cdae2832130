"""The write of Open311: a request comes in."""

from linli.api.open311.models import SentRequest
from linli.cases.operations import Draft
from linli.cases.operations.intake import taken_down
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.operation import operation


@operation(P.RECEIVE)
def send_request(
    *, actor: Actor, draft: Draft, point: tuple[float, float] | None, is_batch: bool
) -> SentRequest:
    """Write down what a resident sends by another system's app, with its token and point (WGS-84).

    The same draft under one `intake_key` is one request. Raises RuleBroken as `receive` does.
    """
    case, is_new = taken_down(draft, actor=actor, on_call=False)
    if not is_new:
        return SentRequest.objects.select_related("case").get(case=case)
    made: SentRequest = SentRequest.objects.create(
        case=case,
        is_batch=is_batch,
        longitude=round(point[0], 6) if point else None,
        latitude=round(point[1], 6) if point else None,
    )
    return made
