"""Files that no row names any more: removed, and only those."""

from linli.cases.attachments.models import STORE
from linli.cases.attachments.queries import named
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.operation import operation


@operation(P.SWEEP)
def sweep_attachment_files(*, actor: Actor) -> int:
    """Remove files of attachments that were deleted or never got their row; return how many."""
    return STORE.sweep(named, now=actor.now)
