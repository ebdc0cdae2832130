"""What happens to a problem, as facts that may be kept for ever. Money is in fen."""

import datetime as dt

from linli.kernel.events import Code, event


@event("problem.proposed")
class ProblemProposed:
    case_count: int
    minimum: int
    days: int


@event("problem.gathered")
class ProblemGathered:
    case_count: int


@event("problem.taken_up")
class ProblemTakenUp:
    case_count: int


@event("problem.set_aside")
class ProblemSetAside:
    was: Code


@event("problem.case_added")
class ProblemCaseAdded:
    case_id: int


@event("problem.planned")
class ProblemPlanned:
    owner_id: int


@event("problem.step_added")
class ProblemStepAdded:
    step_id: int
    due_on: dt.date


@event("problem.step_done")
class ProblemStepDone:
    step_id: int


@event("problem.money_applied_for")
class ProblemMoneyAppliedFor:
    fund_id: int
    applied_fen: int


@event("problem.money_granted")
class ProblemMoneyGranted:
    fund_id: int
    granted_fen: int


@event("problem.money_spent")
class ProblemMoneySpent:
    fund_id: int
    spending_id: int
    spent_fen: int


@event("problem.spending_checked")
class ProblemSpendingChecked:
    spending_id: int


@event("problem.gift_promised")
class ProblemGiftPromised:
    gift_id: int
    kind: Code
    organisation_id: int


@event("problem.gift_delivered")
class ProblemGiftDelivered:
    gift_id: int


@event("problem.gift_verified")
class ProblemGiftVerified:
    gift_id: int


@event("problem.measure_ended")
class ProblemMeasureEnded:
    watched_until: dt.datetime


@event("problem.joined")
class ProblemJoined:
    case_count: int


@event("problem.recurred")
class ProblemRecurred:
    case_count: int


@event("problem.solved")
class ProblemSolved:
    recurred_count: int


@event("problem.threshold_set")
class ProblemThresholdSet:
    place: Code
    minimum: int
    days: int
