"""The flow of a problem: proposed or gathered, planned, measured, watched, solved or open again."""

from django.utils.translation import gettext_lazy as _

from linli.kernel.flow import STAYS, Flow, Move, State
from linli.problems import guards
from linli.problems.permissions import ProblemPermission as P

WORKED_ON = ("open", "in_hand")
STANDING = ("proposed", "open", "in_hand", "watched")
"""States in which a problem takes in new cases of its kind."""

PROBLEM = Flow(
    name="problem",
    initial="proposed",
    states=(
        State("proposed", _("Proposed by itself"), "open"),
        State("open", _("Cause looked for"), "open"),
        State("in_hand", _("Plan under way"), "doing"),
        State("watched", _("Calls watched"), "doing"),
        State("solved", _("Solved"), "done", terminal=True),
        State("set_aside", _("No problem of its own"), "plain", terminal=True),
    ),
    moves=(
        Move("take_up", _("Take up"), ("proposed",), "open", P.PLAN, icon="check"),
        Move(
            "set_aside",
            _("Set aside"),
            ("proposed", "open"),
            "set_aside",
            P.PLAN,
            needs=("set_aside_because",),
            icon="x",
        ),
        Move("add_case", _("Add a case"), STANDING[:3], STAYS, P.PLAN, icon="plus"),
        Move(
            "plan",
            _("Name cause and owner"),
            WORKED_ON,
            "in_hand",
            P.PLAN,
            needs=("cause", "owner"),
            icon="edit",
        ),
        Move(
            "end_measure",
            _("The measure is done"),
            ("in_hand",),
            "watched",
            P.PLAN,
            needs=("measure",),
            guard=guards.may_end_measure,
            icon="done",
        ),
        Move("join", _("Take in new cases"), STANDING[:3], STAYS, P.SWEEP, icon="plus"),
        Move("recur", _("Calls came back"), ("watched",), "open", P.SWEEP, icon="redo"),
        Move(
            "solve",
            _("Call it solved"),
            ("watched",),
            "solved",
            P.MONEY,
            guard=guards.may_be_solved,
            icon="done",
        ),
    ),
)
