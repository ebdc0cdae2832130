"""Steps that operations of other families share, inside their transaction."""

from linli.cases.choices import Confidentiality
from linli.cases.models import Case
from linli.cases.privacy.wall import requester_of
from linli.kernel.actor import Actor
from linli.methods.language.personal import find_personal


def who_asked_in(text: str, *, case: Case, actor: Actor, permission: str) -> str:
    """Return what in a text for partners tells who asked, or the empty string: the caller's own name too."""
    asked = requester_of(case.pk, actor=actor, permission=permission)
    found = find_personal(text, known=(asked.name,) if asked else ())
    return found[0].text if found else ""


def is_shared(case: Case) -> bool:
    """Return whether partners may read anything of the case at all."""
    return case.confidentiality != Confidentiality.HIDE_CASE
