"""What a person may ask about her own data, done by the hotline's officer: a copy, a correction, the deletion.

Rule: Personal Information Protection Law of 2021-08-20, articles 45-47 and 50. Whoever asks was known to be the person
herself; how, is kept with who did it and when.
"""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from linli.accounts.door.rules import require_fresh_proof
from linli.cases.events import RequesterCopied, RequesterCorrected, RequesterDeletedOnRequest
from linli.cases.flows import ENDED
from linli.cases.models import Case, Requester, RightsRequest, Unmasking
from linli.cases.operations.intake import telephone_of
from linli.cases.parts import happened
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.choices import Known, Right
from linli.cases.privacy.collections import REQUESTER
from linli.cases.privacy.operations import NOBODY_LEFT
from linli.cases.privacy.queries import Kept, everything_kept_of
from linli.cases.privacy.redactors import REDACTORS
from linli.cases.privacy.wall import open_wall, requesters_of
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.operation import operation
from linli.kernel.seal import blind_index, seal
from linli.methods.language.normal import clean_words

NOT_KNOWN = Refusal(
    "rights.not_known",
    _(
        "Say how you know that it is she who asks. Without that nothing is handed out, changed or deleted."
    ),
    "known_by",
)
NO_NUMBER_TO_CALL = Refusal(
    "rights.no_number_to_call",
    _("There is no number on record to call back. Have her come in person or write."),
    "known_by",
)
NOTHING_TO_CORRECT = Refusal(
    "rights.nothing_to_correct",
    _("Write the name or the number as it should be; what is left empty stays."),
    "name",
)
STILL_NEEDED = Refusal(
    "rights.still_needed",
    _(
        "The case is not closed yet: name and number are needed to answer her (Personal Information Protection "
        "Law, article 47 (1)). Tell her so; after the close they are deleted at her word."
    ),
)


@operation(P.RIGHTS)
def hand_out_copy(*, actor: Actor, case_ids: Collection[int], known_by: str) -> list[Kept]:
    """Return all that is kept of a person in these cases, the oldest first; in each stays who took it and when.

    Cases outside the actor's scope are not among them. Raises RuleBroken, ProofNeeded.
    """
    cases = list(
        Case.objects.seen_by(actor, permission=P.RIGHTS)
        .filter(pk__in=case_ids)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    people = requesters_of([case.pk for case in cases], actor=actor, permission=P.RIGHTS)
    if not people:
        raise NOBODY_LEFT()
    _require_known(known_by, people.values())
    require_fresh_proof(actor)
    theirs = [case for case in cases if case.pk in people]
    for case in theirs:
        asked = _written(case, Right.COPY, known_by, actor=actor)
        # Who asks later who looked at her number finds the copy among the looks.
        look = Unmasking.objects.create(
            case=case,
            at=actor.now,
            user_id=asked.user_id,
            reason=_now("A copy for the person herself"),
        )
        event = RequesterCopied(case_id=case.pk, request_id=asked.pk, unmasking_id=look.pk)
        happened(case, event, actor=actor)
    return everything_kept_of(theirs, people)


@operation(P.RIGHTS)
def correct_requester(
    *, actor: Actor, case_id: int, known_by: str, name: str = "", phone: str = ""
) -> Case:
    """Put name or number of who asked right; what is empty stays. Raises RuleBroken, ProofNeeded."""
    case, person = _locked(case_id, actor=actor)
    _require_known(known_by, [person])
    name, number = clean_words(name)[:64], telephone_of(phone)
    if not name and not number:
        raise NOTHING_TO_CORRECT()
    require_fresh_proof(actor)
    written: dict[str, Any] = {}
    if name:
        written["name_sealed"] = seal(name, where=f"requester.name.{person.pk}")
    if number:
        written["phone_sealed"] = seal(number, where=f"requester.phone.{person.pk}")
        written["phone_index"] = blind_index("phone", number)
    Requester.objects.filter(pk=person.pk).update(**written)
    asked = _written(case, Right.CORRECT, known_by, actor=actor)
    event = RequesterCorrected(
        case_id=case.pk, request_id=asked.pk, is_name=bool(name), is_phone=bool(number)
    )
    happened(case, event, actor=actor)
    return case


@operation(P.RIGHTS)
def delete_requester(*, actor: Actor, case_id: int, known_by: str) -> Case:
    """Delete who asked before its time, at the person's own word. Raises RuleBroken, ProofNeeded.

    STILL_NEEDED while the case is open. The words, without names, stay until their own time is over: the duty to give
    account of the case keeps them (article 47, last paragraph: what a law has kept is stored and not used otherwise).
    """
    case, person = _locked(case_id, actor=actor)
    if case.state not in ENDED:
        raise STILL_NEEDED()
    _require_known(known_by, [person])
    require_fresh_proof(actor)
    for redactor in REDACTORS[REQUESTER.code]:
        redactor([case.pk])
    case.requester_deleted_at = actor.now
    Case.objects.filter(pk=case.pk).update(requester_deleted_at=actor.now)
    asked = _written(case, Right.DELETE, known_by, actor=actor)
    happened(case, RequesterDeletedOnRequest(case_id=case.pk, request_id=asked.pk), actor=actor)
    return case


def _locked(case_id: int, *, actor: Actor) -> tuple[Case, Requester]:
    """Return the case, locked, and who asked; the wall stands open for the rest. Raises NOBODY_LEFT."""
    case = Case.objects.locked(case_id, actor=actor, permission=P.RIGHTS)
    open_wall(actor, P.RIGHTS)
    person = Requester.objects.filter(case=case).first()
    if person is None:
        raise NOBODY_LEFT()
    return case, person


def _require_known(known_by: str, people: Collection[Requester]) -> None:
    if known_by not in Known.values:
        raise NOT_KNOWN()
    if known_by == Known.CALLED_BACK and not all(person.phone_sealed for person in people):
        raise NO_NUMBER_TO_CALL()


def _written(case: Case, right: Right, known_by: str, *, actor: Actor) -> RightsRequest:
    assert actor.user_id is not None, "officers are people"
    return RightsRequest.objects.create(
        case=case, at=actor.now, user_id=actor.user_id, right=right, known_by=known_by
    )
