"""Rules of personal data, pure: from whom it stays hidden."""

from typing import Any

from linli.cases.choices import Confidentiality
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor


def is_hidden_from(case: Any, actor: Actor) -> bool:
    """Return whether who asked stays hidden from the actor, even masked, at the caller's wish.

    Confidentiality on request: GB/T 33358 (citizen hotlines). The hotline itself calls back.
    """
    return case.confidentiality != Confidentiality.NONE and not actor.may(P.UNMASK_HIDDEN)
