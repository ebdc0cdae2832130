"""What may be done with problems, and which role includes it."""

from enum import StrEnum

from linli.accounts.permissions import (
    ADMINISTRATOR,
    COMMUNITY_WORKER,
    DISTRICT_OFFICER,
    HOTLINE_OFFICER,
    LEADER,
    STREET_OFFICER,
    allow,
)


class ProblemPermission(StrEnum):
    SEE = "problems.see"
    PLAN = "problems.plan"
    MONEY = "problems.money"
    VERIFY = "problems.verify"
    SWEEP = "problems.sweep"


P = ProblemPermission
for _role in (COMMUNITY_WORKER, STREET_OFFICER, DISTRICT_OFFICER, HOTLINE_OFFICER, LEADER):
    allow(_role, P.SEE)
allow(COMMUNITY_WORKER, P.PLAN, P.VERIFY)
# A problem of a whole sub-district has no community that could plan.
allow(STREET_OFFICER, P.PLAN, P.MONEY, P.VERIFY)
allow(ADMINISTRATOR, P.SWEEP)
