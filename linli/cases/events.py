"""What happens to a case, as facts that may be kept for ever: ids, codes and numbers."""

import datetime as dt

from linli.kernel.events import Code, event


@event("case.received")
class CaseReceived:
    case_id: int
    channel: Code
    kind: Code
    urgency: Code
    place: Code


@event("case.dispatched")
class CaseDispatched:
    case_id: int
    order_id: int
    lead_id: int
    clock_class_id: int
    clock_class: Code
    first_contact_due_at: dt.datetime
    handling_due_at: dt.datetime


@event("order.accepted")
class OrderAccepted:
    order_id: int


@event("order.contacted")
class OrderContacted:
    order_id: int
    contact_id: int
    means: Code
    was_reached: bool
    is_first: bool


@event("order.reported")
class OrderReported:
    order_id: int
    resolution: Code


@event("order.follow_up_missed")
class FollowUpMissed:
    order_id: int
    attempt: int
    means: Code


@event("order.followed_up")
class OrderFollowedUp:
    order_id: int
    follow_up_id: int
    was_contacted: bool
    answered: Code
    satisfaction: Code


@event("case.closed")
class CaseClosed:
    case_id: int
    order_id: int
    was_answered: bool


@event("requester.unmasked")
class RequesterUnmasked:
    case_id: int
    unmasking_id: int


@event("case.shared_text_written")
class SharedTextWritten:
    """What partners may read was written anew by a person."""

    case_id: int
    length: int


@event("order.alerted")
class OrderAlerted:
    order_id: int
    clock: Code
    percent: int


@event("order.due_moved")
class OrderDueMoved:
    """The working days of the order's term became known, or were corrected."""

    order_id: int
    first_contact_due_at: dt.datetime
    handling_due_at: dt.datetime


@event("order.handed_over")
class OrderHandedOver:
    order_id: int
    from_id: int
    lead_id: int


@event("case.rescoped")
class CaseRescoped:
    case_id: int
    from_id: int
    place_id: int
    place: Code
