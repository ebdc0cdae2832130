"""Which panels a first page has, by permission. A page of one role makes at most ten queries, sign-in included."""

from linli.accounts.permissions import AccountsPermission
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.territory.models import Organisation
from linli.web.home import going, needs, waits
from linli.web.home.parts import Home


def home_of(actor: Actor, *, unit: Organisation | None) -> Home:
    """Return the first page of a person by what her roles let her do. `unit` is her organisation."""
    page = Home()
    if actor.may(AccountsPermission.MANAGE):
        stopped, under_way = needs.imports(actor)
        page.now += [stopped, needs.resets(actor)]
        page.waiting += [under_way]
        page.doing += [going.installation(actor)]
    elif actor.may(P.RECEIVE):
        page.now += [needs.call(actor)]
        page.waiting += [waits.taken(actor)]
        page.doing += [going.own_calls(actor), going.hotline_calls(actor)]
    if actor.may(P.DISPATCH):
        page.now += [needs.to_dispatch(actor), needs.to_rule(actor)]
        page.waiting += [waits.not_accepted(actor), waits.consulted(actor)]
        page.doing += filter(None, [going.area(actor, P.DISPATCH, with_rates=False)])
    if actor.may(P.FOLLOW_UP):
        callable_now, later = needs.to_call_back(actor)
        page.now += [callable_now]
        page.waiting += [later, waits.sent_back(actor)]
        page.doing += filter(None, [going.area(actor, P.FOLLOW_UP)])
    if actor.may(P.APPROVE):
        page.now += [needs.to_decide(actor)]
        page.waiting += [waits.held(actor)]
    if actor.may(P.RULE) and not actor.may(P.DISPATCH):
        page.now += [needs.to_rule(actor)]
    if actor.may(P.HANDLE):
        page.now += [needs.orders(actor)]
        if not actor.may(P.APPROVE):
            page.waiting += [waits.waiting_orders(actor)]
            page.doing += [going.unit(actor, unit)] if unit is not None else []
    if actor.may(P.VERIFY):
        page.now += [needs.to_verify(actor)]
    if actor.may(P.TASK):
        tasks, lacking = needs.tasks(actor)
        page.now += [tasks]
        page.waiting += [lacking]
        page.now += [] if actor.may(P.APPROVE) else [needs.asked(actor)]
        page.doing += [] if actor.may(P.HANDLE) else [going.helped(actor)]
    if actor.may(P.SEE_CALLS):
        page.doing += [going.hotline_calls(actor)]
    elif actor.may(P.APPROVE):
        page.doing += filter(None, [going.rates_here(actor)])
    elif actor.may(P.VERIFY):
        page.doing += filter(None, [going.area(actor, P.VERIFY)])
    return page
