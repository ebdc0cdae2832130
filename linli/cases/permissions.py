"""What may be done with cases, and which role includes it."""

from enum import StrEnum

from linli.accounts.permissions import (
    ADMINISTRATOR,
    COMMUNITY_WORKER,
    DISPATCHER,
    FOLLOW_UP_CALLER,
    LEADER,
    OPERATOR,
    allow,
)


class CasePermission(StrEnum):
    SEE = "cases.see"
    RECEIVE = "cases.receive"
    IMPORT = "cases.import"
    DISPATCH = "cases.dispatch"
    HANDLE = "cases.handle"
    FOLLOW_UP = "cases.follow_up"
    UNMASK = "cases.unmask"
    SHARE = "cases.share"
    SEE_RATES = "cases.see_rates"
    CLOCKS = "cases.clocks"
    SWEEP = "cases.sweep"


P = CasePermission
allow(OPERATOR, P.SEE, P.RECEIVE)
allow(DISPATCHER, P.SEE, P.DISPATCH, P.SHARE)
allow(COMMUNITY_WORKER, P.SEE, P.HANDLE, P.UNMASK, P.SHARE, P.SEE_RATES)
allow(FOLLOW_UP_CALLER, P.SEE, P.FOLLOW_UP, P.UNMASK)
allow(LEADER, P.SEE_RATES)
allow(ADMINISTRATOR, P.SEE, P.IMPORT, P.RECEIVE, P.CLOCKS, P.SWEEP)
