"""How a view gets its case: within the actor's scope, or not at all."""

from django.http import Http404

from linli.cases.models import Case, CoTask
from linli.cases.permissions import CasePermission as P
from linli.cases.queries import case_for
from linli.kernel.http import ActorRequest


def case_or_404(request: ActorRequest, number: str, *, permission: str = P.SEE) -> Case:
    """Return the case, or raise Http404: out of scope and not there look the same."""
    if not (number.isascii() and number.isdigit()):
        raise Http404  # a NUL would even fail in the database
    try:
        return case_for(number, actor=request.actor, permission=permission)
    except Case.DoesNotExist as missing:
        raise Http404 from missing


def task_or_404(request: ActorRequest, task_id: int) -> CoTask:
    """Return a task that was given to the actor's organisation or by it, or raise Http404."""
    rows = CoTask.objects.concerning(request.actor).select_related("order__case__place")
    found = rows.filter(pk=task_id).first()
    if found is None:
        raise Http404
    return found
