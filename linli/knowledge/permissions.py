"""What may be done with the knowledge base, and which role includes it."""

from enum import StrEnum

from linli.accounts.permissions import (
    ADMINISTRATOR,
    COMMUNITY_WORKER,
    DEPARTMENT_OFFICER,
    DISPATCHER,
    DISTRICT_OFFICER,
    HOTLINE_OFFICER,
    PARTNER,
    ROLES,
    STREET_OFFICER,
    allow,
)


class KnowledgePermission(StrEnum):
    SEE = "knowledge.see"
    WRITE = "knowledge.write"
    APPROVE = "knowledge.approve"


P = KnowledgePermission
for _role in ROLES.values():
    if _role is not PARTNER:  # what is for staff only is not for partners
        allow(_role, P.SEE)
_OFFICERS = (STREET_OFFICER, DISTRICT_OFFICER, DEPARTMENT_OFFICER, HOTLINE_OFFICER)
for _role in (DISPATCHER, COMMUNITY_WORKER, ADMINISTRATOR, *_OFFICERS):
    allow(_role, P.WRITE)
for _role in (STREET_OFFICER, DISTRICT_OFFICER, HOTLINE_OFFICER, ADMINISTRATOR):
    allow(_role, P.APPROVE)
