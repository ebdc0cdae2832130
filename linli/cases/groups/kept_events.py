"""What happens to the task groups that an organisation keeps, as facts that may be kept for ever."""

from linli.kernel.events import event


@event("group.opened")
class GroupOpened:
    group_id: int


@event("group.closed")
class GroupClosed:
    group_id: int


@event("group.member_joined")
class MemberJoined:
    group_id: int
    member_id: int
    member_unit_id: int
    rank: int


@event("group.member_left")
class MemberLeft:
    group_id: int
    member_id: int
    member_unit_id: int
