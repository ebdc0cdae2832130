"""What comes round: problems proposed where calls repeat, joined by new calls, open again when calls return."""

from dataclasses import dataclass

from linli.accounts.operations import installer
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from linli.problems.operations import join, propose, recur
from linli.problems.permissions import ProblemPermission as P
from linli.problems.queries import found_repeated, to_look_at


@dataclass(frozen=True)
class Round:
    """What one round did: problems proposed, cases that joined one, problems open again."""

    proposed: int
    joined: int
    recurred: int


def sweep_problems() -> Round:
    """Look after all problems once. Safe to run at any time, by several at once too."""
    actor = installer(now=clock.now(), permissions=frozenset({P.SWEEP}))
    joined = recurred = 0
    for problem_id, state in to_look_at():
        if state == "watched":
            recurred += bool(recur(actor=actor, problem_id=problem_id))
        else:
            joined += join(actor=actor, problem_id=problem_id)
    return Round(_proposed(actor), joined, recurred)


def _proposed(actor: Actor) -> int:
    count = 0
    for found in list(found_repeated(now=actor.now)):
        try:
            count += propose(actor=actor, found=found) is not None
        except RuleBroken:  # gathered by hand, or by another worker, in this moment
            continue
    return count
