"""Every write of a case, by verb family. Import the verbs from here."""

from linli.cases.operations.applying import (
    ask_exclusion,
    ask_extension,
    ask_hold,
    ask_pause,
    escalate,
)
from linli.cases.operations.at_once import (
    settle,
)
from linli.cases.operations.batches import (
    BatchOutcome,
    RowAt,
    RunStep,
    SetAside,
    receive_batch,
    sort_batch,
)
from linli.cases.operations.categorising import categorise
from linli.cases.operations.deciding import (
    answer_call,
    clear_hold,
    exclude,
    extend,
    hold,
    pause,
    refuse,
    resume,
    wake,
)
from linli.cases.operations.dispatching import (
    Left,
    dispatch,
    dispatch_batch,
)
from linli.cases.operations.follow_up import (
    agree_follow_up,
    close,
    follow_up,
    miss_follow_up,
    rework,
)
from linli.cases.operations.handing_over import (
    close_unit,
    follow_redrawn_places,
    hand_over,
)
from linli.cases.operations.handling import (
    accept,
    contact,
    report,
)
from linli.cases.operations.helping import (
    arrive,
    come,
    finish_task,
    give_task,
    need_material,
    return_task,
    take_on,
    withdraw_task,
)
from linli.cases.operations.intake import (
    Draft,
    SourceHistory,
    receive,
)
from linli.cases.operations.objecting import (
    object_to,
    rule_elsewhere,
    rule_final,
)
from linli.cases.operations.sorting import (
    answer,
    answer_consultation,
    consult,
    decline,
    merge,
    refer,
    reopen,
    transfer,
    triage,
)
from linli.cases.operations.supplementing import supplement
from linli.cases.operations.verifying import (
    send_back,
    supervise,
    verify,
)
from linli.cases.privacy.operations import unmask

__all__ = [
    "BatchOutcome",
    "Draft",
    "Left",
    "RowAt",
    "RunStep",
    "SetAside",
    "SourceHistory",
    "accept",
    "agree_follow_up",
    "answer",
    "answer_call",
    "answer_consultation",
    "arrive",
    "ask_exclusion",
    "ask_extension",
    "ask_hold",
    "ask_pause",
    "categorise",
    "clear_hold",
    "close",
    "close_unit",
    "come",
    "consult",
    "contact",
    "decline",
    "dispatch",
    "dispatch_batch",
    "escalate",
    "exclude",
    "extend",
    "finish_task",
    "follow_redrawn_places",
    "follow_up",
    "give_task",
    "hand_over",
    "hold",
    "merge",
    "miss_follow_up",
    "need_material",
    "object_to",
    "pause",
    "receive",
    "receive_batch",
    "refer",
    "refuse",
    "reopen",
    "report",
    "resume",
    "return_task",
    "rework",
    "rule_elsewhere",
    "rule_final",
    "send_back",
    "settle",
    "sort_batch",
    "supervise",
    "supplement",
    "take_on",
    "transfer",
    "triage",
    "unmask",
    "verify",
    "wake",
    "withdraw_task",
]
