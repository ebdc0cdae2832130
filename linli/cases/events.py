"""What happens to a case, as facts that may be kept for ever: ids, codes and numbers.

`move` names the move of a flow that an event tells of; it is no fact of the event and is not stored.
"""

import datetime as dt
from dataclasses import dataclass

from linli.cases.attachments.events import AttachmentShared as AttachmentShared
from linli.cases.attachments.events import AttachmentWithdrawn as AttachmentWithdrawn
from linli.cases.attachments.events import CaseAttached as CaseAttached
from linli.cases.attachments.events import IdentityLookedAt as IdentityLookedAt
from linli.cases.attachments.events import TaskAttached as TaskAttached
from linli.cases.groups.events import RelayAnswered as RelayAnswered
from linli.cases.groups.events import RelayAsked as RelayAsked
from linli.cases.groups.events import TaskPassedOn as TaskPassedOn
from linli.cases.repeated.events import RepeatedChecked as RepeatedChecked
from linli.cases.repeated.events import RepeatedEnded as RepeatedEnded
from linli.cases.repeated.events import RepeatedMissed as RepeatedMissed
from linli.cases.repeated.events import RepeatedStarted as RepeatedStarted
from linli.kernel.events import Code, event


@event("case.received")
class CaseReceived:
    case_id: int
    channel: Code
    kind: Code
    urgency: Code
    place: Code
    category: Code | None = None


@event("case.categorised")
class CaseCategorised:
    case_id: int
    before: Code | None
    category: Code


@event("case.supplemented")
class CaseSupplemented:
    case_id: int
    supplement_id: int


@event("case.triaged")
class CaseTriaged:
    move = "triage"
    case_id: int
    kind: Code
    urgency: Code


@event("case.consulted")
class CaseConsulted:
    move = "consult"
    case_id: int
    consultation_id: int
    unit_id: int
    due_at: dt.datetime


@event("case.consultation_answered")
class ConsultationAnswered:
    move = "answer_consultation"
    case_id: int
    consultation_id: int
    unit_id: int
    is_theirs: bool


@dataclass(frozen=True, kw_only=True)
class _EndedEarly:
    """A branch of article 11: the caller was told, no order was made."""

    case_id: int
    notice_id: int
    disposition: Code
    same_as_id: int | None = None


@event("case.answered")
class CaseAnswered(_EndedEarly):
    move = "answer"


@event("case.transferred")
class CaseTransferred(_EndedEarly):
    move = "transfer"


@event("case.referred")
class CaseReferred(_EndedEarly):
    move = "refer"


@event("case.merged")
class CaseMerged(_EndedEarly):
    move = "merge"


@event("case.declined")
class CaseDeclined(_EndedEarly):
    move = "decline"


@event("case.reopened")
class CaseReopened:
    move = "reopen"
    case_id: int


@event("case.imported")
class CaseImported:
    """A case came with a past: what its source said, with the source's own dates."""

    move = "take_over"
    case_id: int
    source: Code
    state: Code
    order_id: int | None
    lead_id: int | None
    received_at: dt.datetime
    due_at: dt.datetime | None
    closed_at: dt.datetime | None


@event("case.source_said")
class CaseSourceSaid:
    """Its source says something else of a case than before."""

    case_id: int
    state: Code
    due_at: dt.datetime | None
    closed_at: dt.datetime | None


@event("case.dispatched")
class CaseDispatched:
    move = "dispatch"
    case_id: int
    order_id: int
    lead_id: int
    clock_class_id: int
    clock_class: Code
    first_contact_due_at: dt.datetime
    handling_due_at: dt.datetime
    catalogue_entry_id: int | None = None
    copied_count: int = 0


@event("order.accepted")
class OrderAccepted:
    move = "accept"
    order_id: int


@event("order.contacted")
class OrderContacted:
    move = "contact"
    order_id: int
    contact_id: int
    means: Code
    was_reached: bool
    is_first: bool


@event("order.reported")
class OrderReported:
    move = "report"
    order_id: int
    resolution: Code
    report_id: int
    lapsed_count: int = 0


@event("order.follow_up_missed")
class FollowUpMissed:
    move = "miss_follow_up"
    order_id: int
    attempt: int
    means: Code


@event("order.follow_up_agreed")
class FollowUpAgreed:
    move = "agree_follow_up"
    order_id: int
    again_at: dt.datetime


@event("order.followed_up")
class OrderFollowedUp:
    move = "follow_up"
    order_id: int
    follow_up_id: int
    was_contacted: bool
    answered: Code
    satisfaction: Code


@event("case.closed")
class CaseClosed:
    move = "finish"
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


@event("requester.copied")
class RequesterCopied:
    """The person herself was handed all that is kept of her."""

    case_id: int
    request_id: int
    unmasking_id: int


@event("requester.corrected")
class RequesterCorrected:
    case_id: int
    request_id: int
    is_name: bool
    is_phone: bool


@event("requester.deleted_on_request")
class RequesterDeletedOnRequest:
    """Who asked was deleted before its time, at the person's own word."""

    case_id: int
    request_id: int


@event("requester.deleted")
class RequesterDeleted:
    """Who asked was deleted: the time for which it is kept was over."""

    case_id: int


@event("case.words_deleted")
class WordsDeleted:
    case_id: int


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
    lapsed_count: int = 0


@event("case.rescoped")
class CaseRescoped:
    case_id: int
    from_id: int
    place_id: int
    place: Code


@event("order.objected")
class OrderObjected:
    move = "object"
    order_id: int
    objection_id: int
    unit_id: int


@event("order.ruled_elsewhere")
class OrderRuledElsewhere:
    """The objection was right: another unit leads, with its full limit."""

    move = "rule_elsewhere"
    order_id: int
    objection_id: int
    from_id: int
    lead_id: int
    first_contact_due_at: dt.datetime
    handling_due_at: dt.datetime
    copied_count: int = 0
    lapsed_count: int = 0


@event("order.ruled_final")
class OrderRuledFinal:
    move = "rule_final"
    order_id: int
    objection_id: int


@dataclass(frozen=True, kw_only=True)
class _AboutApplication:
    order_id: int
    application_id: int


@event("order.pause_asked")
class PauseAsked(_AboutApplication):
    move = "ask_pause"


@event("order.extension_asked")
class ExtensionAsked(_AboutApplication):
    move = "ask_extension"


@event("order.hold_asked")
class HoldAsked(_AboutApplication):
    move = "ask_hold"


@event("order.exclusion_asked")
class ExclusionAsked(_AboutApplication):
    move = "ask_exclusion"


@event("order.escalated")
class OrderEscalated(_AboutApplication):
    move = "escalate"


@event("order.paused")
class OrderPaused(_AboutApplication):
    move = "pause"
    until: dt.datetime
    handling_due_at: dt.datetime


@event("order.resumed")
class OrderResumed(_AboutApplication):
    move = "resume"
    handling_due_at: dt.datetime


@event("order.woke")
class OrderWoke(_AboutApplication):
    """The pause was over and nobody had ended it before."""

    move = "wake"
    handling_due_at: dt.datetime


@event("order.extended")
class OrderExtended(_AboutApplication):
    move = "extend"
    handling_due_at: dt.datetime


@event("order.held")
class OrderHeld(_AboutApplication):
    move = "hold"
    until: dt.datetime


@event("order.hold_cleared")
class HoldCleared(_AboutApplication):
    move = "clear_hold"
    handling_due_at: dt.datetime


@event("order.excluded")
class OrderExcluded(_AboutApplication):
    move = "exclude"
    until: dt.datetime


@event("order.helped")
class OrderHelped(_AboutApplication):
    move = "help"


@event("order.application_refused")
class ApplicationRefused(_AboutApplication):
    move = "refuse"
    kind: Code


@event("order.supervised")
class OrderSupervised:
    move = "supervise"
    order_id: int
    supervision_id: int
    reason: Code


@event("order.verified")
class OrderVerified:
    move = "verify"
    order_id: int
    verification_id: int


@event("order.sent_back")
class OrderSentBack:
    move = "send_back"
    order_id: int
    verification_id: int


@event("order.reworked")
class OrderReworked:
    move = "rework"
    order_id: int
    handling_due_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class _AboutTask:
    order_id: int
    task_id: int
    unit_id: int


@event("task.given")
class TaskGiven(_AboutTask):
    move = "give_task"
    due_at: dt.datetime


@event("task.coming")
class TaskComing(_AboutTask):
    move = "come"


@event("task.taken_on")
class TaskTakenOn(_AboutTask):
    move = "take_on"


@event("task.arrived")
class TaskArrived(_AboutTask):
    move = "arrive"


@event("task.needs_material")
class TaskNeedsMaterial(_AboutTask):
    move = "need_material"


@event("task.done")
class TaskDone(_AboutTask):
    move = "finish_task"


@event("task.returned")
class TaskReturned(_AboutTask):
    move = "return_task"


@event("task.withdrawn")
class TaskWithdrawn(_AboutTask):
    move = "withdraw_task"


@event("case.gathered")
class CaseGathered:
    problem_id: int
    case_count: int


@event("case.problem_measured")
class CaseProblemMeasured:
    problem_id: int
    watched_until: dt.datetime


@event("case.problem_recurred")
class CaseProblemRecurred:
    problem_id: int
    case_count: int


EVENT_OF_MOVE: dict[str, str] = {
    kind.move: kind.event_name for kind in list(vars().values()) if hasattr(kind, "move")
}
"""The event by which each move is told."""
