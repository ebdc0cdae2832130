"""What may be done with duty rosters, and which role includes it."""

from enum import StrEnum

from linli.accounts.permissions import ADMINISTRATOR, COMMUNITY_WORKER, ROLES, allow


class WorkforcePermission(StrEnum):
    SEE = "workforce.see"
    ROSTER = "workforce.roster"


P = WorkforcePermission
for _role in ROLES.values():
    allow(_role, P.SEE)
allow(COMMUNITY_WORKER, P.ROSTER)
allow(ADMINISTRATOR, P.ROSTER)
