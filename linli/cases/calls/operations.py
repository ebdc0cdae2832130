"""Writes of calls: it rings, somebody answers, hangs up, has written it down."""

from linli.cases.calls.events import CallAnswered, CallHungUp, CallMissed, CallRang
from linli.cases.calls.models import Interaction
from linli.cases.calls.parts import end_writing, locked_call, seconds, write_call
from linli.cases.calls.rules import NO_CALL, ON_THE_LINE, STILL_TALKING
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.events import record
from linli.kernel.operation import operation

ONE_AT_A_TIME = {"call_one_at_a_time": ON_THE_LINE}


@operation(P.RECEIVE, constraints=ONE_AT_A_TIME)
def ring(*, actor: Actor) -> Interaction:
    """Note that the telephone rings. What was still being written of the last call is written.

    Raises RuleBroken while another call rings or is talked in.
    """
    _free(actor)
    call = _begun(actor, rang_at=actor.now)
    record(CallRang(call_id=call.pk), actor=actor, kind="call", stream=call.pk, seq=call.version)
    return call


@operation(P.RECEIVE, constraints=ONE_AT_A_TIME)
def pick_up(*, actor: Actor) -> Interaction:
    """Answer the call that rings, or begin one whose ringing nobody noted. Raises RuleBroken."""
    ringing = locked_call(actor)
    if ringing is not None and ringing.answered_at is None:
        assert ringing.rang_at is not None
        waited = seconds(actor.now - ringing.rang_at)
        answered = CallAnswered(call_id=ringing.pk, waited=waited)
        write_call(ringing, event=answered, actor=actor, answered_at=actor.now)
        return ringing
    _free(actor)
    call = _begun(actor, answered_at=actor.now)
    answered = CallAnswered(call_id=call.pk, waited=None)
    record(answered, actor=actor, kind="call", stream=call.pk, seq=call.version)
    return call


@operation(P.RECEIVE)
def hang_up(*, actor: Actor) -> Interaction:
    """End the talk, or note that a call rang unanswered. A call of which a case came is done with it.

    Raises RuleBroken if there is no call, or its talk has ended.
    """
    call = locked_call(actor)
    if call is None or call.talk_ended_at is not None:
        raise NO_CALL()
    if call.answered_at is None:
        assert call.rang_at is not None
        missed = CallMissed(call_id=call.pk, waited=seconds(actor.now - call.rang_at))
        write_call(call, event=missed, actor=actor, ended_at=actor.now)
        return call
    talked = CallHungUp(call_id=call.pk, talked=seconds(actor.now - call.answered_at))
    done = {"ended_at": actor.now} if call.case_id is not None else {}
    write_call(call, event=talked, actor=actor, talk_ended_at=actor.now, **done)
    return call


@operation(P.RECEIVE)
def write_down(*, actor: Actor) -> Interaction:
    """Say that all of a call is written down, also where no case came of it. Raises RuleBroken."""
    call = locked_call(actor)
    if call is None:
        raise NO_CALL()
    if call.talk_ended_at is None:
        raise STILL_TALKING()
    end_writing(call, actor=actor)
    return call


def _free(actor: Actor) -> None:
    """End the writing of the last call. Raises ON_THE_LINE while one rings or is talked in."""
    last = locked_call(actor)
    if last is None:
        return
    if last.talk_ended_at is None:
        raise ON_THE_LINE()
    end_writing(last, actor=actor)


def _begun(actor: Actor, **moments: object) -> Interaction:
    assert actor.user_id is not None
    return Interaction.objects.create(
        user_id=actor.user_id, organisation_id=actor.organisation_id, **moments
    )
