"""What happens to the pictures of a case; told in its story."""

from linli.kernel.events import Code, event


@event("case.attached")
class CaseAttached:
    case_id: int
    kind: Code
    count: int
    is_shared: bool
    has_point: bool


@event("task.attached")
class TaskAttached:
    order_id: int
    task_id: int
    unit_id: int
    kind: Code
    count: int
    has_point: bool


@event("case.attachment_shared")
class AttachmentShared:
    case_id: int
    attachment: Code
    is_shared: bool


@event("case.attachment_withdrawn")
class AttachmentWithdrawn:
    case_id: int
    attachment: Code
    why: Code


@event("case.identity_looked_at")
class IdentityLookedAt:
    case_id: int
    attachment: Code
    unmasking_id: int
