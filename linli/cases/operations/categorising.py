"""What a case is about is said, or said better."""

from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.models import Category
from linli.cases.catalogue.parts import require_in_force
from linli.cases.events import CaseCategorised
from linli.cases.models import Case
from linli.cases.parts import happened, locked_order
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code
from linli.kernel.operation import operation

CLOSED = Refusal(
    "case.closed_keeps_category",
    _("This case is closed. It keeps the category that it was handled under."),
    "category",
)


@operation(P.DISPATCH)
def categorise(*, actor: Actor, case_id: int, category: Category) -> Case:
    """Say what a case is about. The same category again changes nothing.

    Orders that stand stay where they are. Raises Case.DoesNotExist outside the scope, CLOSED, or that of an ended category.
    """
    case, _order = locked_order(case_id, actor=actor, permission=P.DISPATCH)
    if case.state == "closed":
        raise CLOSED()
    before = case.category
    if before == category:
        return case
    require_in_force(category, at=actor.now)
    case.category = category
    Case.objects.filter(pk=case.pk).update(category=category)
    said = CaseCategorised(
        case_id=case.pk,
        before=Code(before.code) if before else None,
        category=Code(category.code),
    )
    happened(case, said, actor=actor)
    return case
