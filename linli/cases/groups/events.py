"""What happens between the members of a task group, as facts that may be kept for ever."""

import datetime as dt

from linli.kernel.events import event


@event("task.passed_on")
class TaskPassedOn:
    order_id: int
    task_id: int
    unit_id: int
    from_task_id: int
    due_at: dt.datetime


@event("task.relay_asked")
class RelayAsked:
    order_id: int
    task_id: int
    unit_id: int
    relay_id: int


@event("task.relay_answered")
class RelayAnswered:
    order_id: int
    task_id: int
    unit_id: int
    relay_id: int
