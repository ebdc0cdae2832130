"""Roles as code. A role is reviewed like code and stored by its code, never by a path or a number."""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class AccountsPermission(StrEnum):
    COME_IN = "accounts.come_in"
    OWN = "accounts.own"
    SEE_ROLES = "accounts.see_roles"
    MANAGE = "accounts.manage"
    SWEEP = "accounts.sweep"


@dataclass(frozen=True)
class Role:
    """A role as people know it. What it may do is declared by each room with `allow`."""

    code: str
    label: Any
    description: Any


OPERATOR = Role(
    "operator", _("Hotline operator"), _("Takes calls and writes down what residents ask.")
)
DISPATCHER = Role("dispatcher", _("Dispatcher"), _("Sends each case to whoever can solve it."))
COMMUNITY_WORKER = Role(
    "community_worker",
    _("Community worker"),
    _("Accepts orders, contacts residents, reports back."),
)
FOLLOW_UP_CALLER = Role(
    "follow_up_caller", _("Follow-up caller"), _("Calls residents back and asks three questions.")
)
LEADER = Role("leader", _("Leader"), _("Sees how an area is doing."))
STREET_OFFICER = Role(
    "street_officer",
    _("Sub-district officer"),
    _("Decides what the communities ask for, verifies what they report."),
)
DISTRICT_OFFICER = Role(
    "district_officer",
    _("District officer"),
    _("Decides what sub-districts ask for, and what is held on the ledger."),
)
DEPARTMENT_OFFICER = Role(
    "department_officer",
    _("Department officer"),
    _("Handles orders of a department and comes when others call."),
)
HOTLINE_OFFICER = Role(
    "hotline_officer",
    _("Hotline officer"),
    _("Rules on objections, extensions and exclusions, and supervises."),
)
VERIFIER = Role("verifier", _("Verifier"), _("Looks whether what was reported is so."))
PARTNER = Role(
    "partner", _("Partner"), _("Helps with a task: a property company, a member unit, a team.")
)
ADMINISTRATOR = Role(
    "administrator", _("Administrator"), _("Imports cases and looks after the installation.")
)

ROLES = {
    role.code: role
    for role in (
        OPERATOR,
        DISPATCHER,
        COMMUNITY_WORKER,
        FOLLOW_UP_CALLER,
        STREET_OFFICER,
        DISTRICT_OFFICER,
        DEPARTMENT_OFFICER,
        HOTLINE_OFFICER,
        VERIFIER,
        PARTNER,
        LEADER,
        ADMINISTRATOR,
    )
}
_ALLOWED: dict[str, set[str]] = defaultdict(set)


def allow(role: Role, *permissions: str) -> None:
    """Declare that a role includes permissions. Called by each room's `permissions.py` at import."""
    _ALLOWED[role.code].update(permissions)


def permissions_of(role_code: str) -> frozenset[str]:
    """Return what a role may do; an unknown (retired) role may do nothing."""
    return frozenset(_ALLOWED.get(role_code, ()))


# The rooms below this one cannot name roles; what they declare is given out here.
allow(
    ADMINISTRATOR,
    "territory.load",
    "territory.manage",
    "territory.calendar",
    "accounts.appoint",
    AccountsPermission.MANAGE,
    AccountsPermission.SWEEP,
)
for _role in ROLES.values():
    allow(_role, "territory.see", AccountsPermission.SEE_ROLES)
    allow(_role, AccountsPermission.COME_IN, AccountsPermission.OWN)
