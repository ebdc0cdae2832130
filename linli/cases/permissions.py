"""What may be done with cases, and which role includes it."""

from enum import StrEnum

from linli.accounts.permissions import (
    ADMINISTRATOR,
    COMMUNITY_WORKER,
    DEPARTMENT_OFFICER,
    DISPATCHER,
    DISTRICT_OFFICER,
    FOLLOW_UP_CALLER,
    HOTLINE_OFFICER,
    LEADER,
    OPERATOR,
    PARTNER,
    STREET_OFFICER,
    VERIFIER,
    allow,
)


class CasePermission(StrEnum):
    SEE = "cases.see"
    RECEIVE = "cases.receive"
    SEE_CALLS = "cases.see_calls"
    IMPORT = "cases.import"
    TRIAGE = "cases.triage"
    DISPATCH = "cases.dispatch"
    RULE = "cases.rule"
    HANDLE = "cases.handle"
    TASK = "cases.task"
    GROUPS = "cases.groups"
    APPROVE = "cases.approve"
    VERIFY = "cases.verify"
    SUPERVISE = "cases.supervise"
    FOLLOW_UP = "cases.follow_up"
    REOPEN = "cases.reopen"
    UNMASK = "cases.unmask"
    UNMASK_HIDDEN = "cases.unmask_hidden"
    SEE_HIDDEN = "cases.see_hidden"
    LOOKS = "cases.looks"
    RIGHTS = "cases.rights"
    SHARE = "cases.share"
    ATTACH = "cases.attach"
    EXPORT = "cases.export"
    SEE_RATES = "cases.see_rates"
    CLOCKS = "cases.clocks"
    CATALOGUE = "cases.catalogue"
    SEE_SORTING = "cases.see_sorting"
    SORTING_MODELS = "cases.sorting_models"
    SEE_CATALOGUE = "cases.see_catalogue"
    SWEEP = "cases.sweep"
    KEYS = "cases.keys"
    FORGET = "cases.forget"


P = CasePermission
allow(OPERATOR, P.SEE, P.SEE_HIDDEN, P.RECEIVE, P.TRIAGE, P.REOPEN, P.LOOKS)
allow(
    DISPATCHER,
    P.SEE,
    P.IMPORT,
    P.SEE_HIDDEN,
    P.TRIAGE,
    P.DISPATCH,
    P.RULE,
    P.SHARE,
    P.SUPERVISE,
    P.REOPEN,
)
allow(COMMUNITY_WORKER, P.SEE, P.IMPORT, P.HANDLE, P.TASK, P.UNMASK, P.SHARE, P.SEE_RATES)
allow(
    FOLLOW_UP_CALLER, P.SEE, P.SEE_HIDDEN, P.FOLLOW_UP, P.REOPEN, P.UNMASK, P.UNMASK_HIDDEN, P.LOOKS
)
allow(
    STREET_OFFICER,
    P.SEE,
    P.IMPORT,
    P.HANDLE,
    P.TASK,
    P.APPROVE,
    P.VERIFY,
    P.UNMASK,
    P.SHARE,
    P.SEE_RATES,
)
allow(DISTRICT_OFFICER, P.SEE, P.HANDLE, P.TASK, P.APPROVE, P.VERIFY, P.SEE_RATES)
allow(DEPARTMENT_OFFICER, P.SEE, P.HANDLE, P.TASK, P.UNMASK, P.SHARE)
allow(
    HOTLINE_OFFICER,
    P.SEE,
    P.SEE_HIDDEN,
    P.RULE,
    P.APPROVE,
    P.VERIFY,
    P.SUPERVISE,
    P.REOPEN,
    P.RIGHTS,
    P.LOOKS,
    P.SEE_RATES,
    P.SEE_CALLS,
)
allow(VERIFIER, P.SEE, P.VERIFY)
allow(PARTNER, P.TASK)
allow(LEADER, P.SEE_RATES)
allow(ADMINISTRATOR, P.SEE, P.IMPORT, P.RECEIVE, P.CLOCKS, P.SWEEP, P.KEYS, P.FORGET, P.LOOKS)

allow(ADMINISTRATOR, P.CATALOGUE, P.SEE_SORTING, P.SORTING_MODELS)
allow(HOTLINE_OFFICER, P.SEE_SORTING)
allow(COMMUNITY_WORKER, P.GROUPS)
allow(STREET_OFFICER, P.GROUPS)
for _role in (
    *(OPERATOR, DISPATCHER, COMMUNITY_WORKER, LEADER, ADMINISTRATOR),
    *(STREET_OFFICER, DISTRICT_OFFICER, DEPARTMENT_OFFICER, HOTLINE_OFFICER),
):
    allow(_role, P.SEE_CATALOGUE)
_OFFICERS = (STREET_OFFICER, DISTRICT_OFFICER, DEPARTMENT_OFFICER, HOTLINE_OFFICER)
for _role in (OPERATOR, DISPATCHER, COMMUNITY_WORKER, FOLLOW_UP_CALLER, VERIFIER, *_OFFICERS):
    allow(_role, P.ATTACH)
for _role in (DISPATCHER, COMMUNITY_WORKER, LEADER, ADMINISTRATOR, *_OFFICERS):
    allow(_role, P.EXPORT)
