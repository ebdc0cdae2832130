"""A request comes in: one at a time from a person, or in batches from a file."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.cases.bulk import insert_many, prepared_cursor
from linli.cases.calls.parts import came_of_call
from linli.cases.catalogue.models import Category
from linli.cases.catalogue.parts import require_in_force
from linli.cases.choices import Channel, Confidentiality, Kind, Urgency
from linli.cases.events import CaseReceived
from linli.cases.models import Case, Requester
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.redaction import redacted
from linli.cases.privacy.wall import areas_of
from linli.cases.rules import check_moment, check_words, title_of
from linli.cases.same_words import hash_of, link_same_words
from linli.cases.searching.parts import index_words
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record_many
from linli.kernel.ids import make_number
from linli.kernel.operation import operation
from linli.methods.language.normal import clean_words
from linli.methods.language.phone import NotATelephone, e164
from linli.territory.models import Organisation, Place
from linli.territory.parts import confirm_alias

PHONE_LETTERS = Refusal(
    "case.phone_letters",
    _("A telephone number has digits only. Read it back to the caller and type it again."),
    "phone",
)
PHONE_SHORT = Refusal(
    "case.phone_short",
    _(
        "The telephone number is too short: a mobile has 11 digits, a landline 8 or its area code first."
    ),
    "phone",
)
PHONE_LONG = Refusal(
    "case.phone_long",
    _("The telephone number is too long or of no known form. Read it back to the caller."),
    "phone",
)
UNKNOWN_PLACE = Refusal(
    "case.unknown_place",
    _("No place is known by “%(place)s”. Try the community's name alone, or a street or district."),
    "place",
)
OUTSIDE = Refusal(
    "case.place_outside",
    _("“%(place)s” lies outside your area. Choose a place within it, or hand the caller on."),
    "place",
)
_PHONE = {"letters": PHONE_LETTERS, "short": PHONE_SHORT}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A request as it comes in, before any rule has looked at it. `received_at` None means now.

    `place_said`: words for which somebody chose the place by hand; said twice they become its alias.
    `leave` and `also`: what whoever takes it corrected of the personal data found (see `redacted`).
    `is_own_words`: somebody wrote them; else they are put together from codes, and equal ones say nothing.
    """

    words: str
    place: Place | None
    title: str = ""
    kind: str = Kind.COMPLAINT
    urgency: str = Urgency.NORMAL
    category: Category | None = None
    channel: str = Channel.HOTLINE
    address: str = ""
    occurred_at: dt.datetime | None = None
    received_at: dt.datetime | None = None
    name: str = ""
    phone: str = ""
    account: str = ""
    confidentiality: str = Confidentiality.NONE
    wants_reply: bool = True
    source: str = ""
    external_no: str = ""
    intake_key: uuid.UUID | None = None
    leave: tuple[str, ...] = ()
    also: str = ""
    is_own_words: bool = True
    place_said: str = ""
    history: "SourceHistory | None" = None


@dataclass(frozen=True, kw_only=True)
class SourceHistory:
    """How far a request has come at its source. `state`: received, in_handling or closed; `said` is its own word.

    An order lies with `unit`; `unit_said` is its name there. Moments are aware; `closed_at` stands if closed.
    """

    state: str
    said: str = ""
    unit: Organisation | None = None
    unit_said: str = ""
    due_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    reply: str = ""


@operation(P.RECEIVE)
def receive(*, actor: Actor, draft: Draft, on_call: bool = False) -> Case:
    """Write down what a resident asks. The same draft twice under one `intake_key` is one case.

    `on_call`: it came of the call that the actor has in hand.
    Raises RuleBroken: empty or overlong words, a number that is none, a place outside the area.
    """
    case, _is_new = taken_down(draft, actor=actor, on_call=on_call)
    return case


def taken_down(draft: Draft, *, actor: Actor, on_call: bool) -> tuple[Case, bool]:
    """Return the case of a draft, and whether it is new; False for a form that was sent twice."""
    assert connection.in_atomic_block
    if draft.intake_key is not None:
        # A double click sends the form twice; the key is locked so that the second one waits.
        key = _key_of(draft.intake_key, draft)
        draft = replace(draft, intake_key=key)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key.int % 2**63])
        before = Case.objects.seen_by(actor, permission=P.RECEIVE).filter(intake_key=key)
        if (twice := before.first()) is not None:
            return twice, False
    case = write_cases([checked_rows(draft, actor=actor)], actor=actor)[0]
    if on_call:
        came_of_call(case.pk, actor=actor)
    if draft.place_said and not redacted(words=draft.place_said, name=draft.name).taken:
        confirm_alias(draft.place_said, case.place, actor=actor)
    return case, True


def _key_of(form: uuid.UUID, draft: Draft) -> uuid.UUID:
    """Return the key by which this draft from this form is known again.

    A page brought back by the browser still holds its key: what is typed over it is another call,
    and must not vanish behind the first.
    """
    place = draft.place.code if draft.place else ""
    return uuid.uuid5(form, f"{replace(draft, place=None)!r} {place}")


def checked_rows(draft: Draft, *, actor: Actor) -> tuple[Case, Requester]:
    """Return the unsaved rows of a draft that obeys every rule. Raises RuleBroken."""
    words = clean_words(draft.words) or clean_words(draft.title)
    check_words(words)
    if draft.place is None:
        raise UNKNOWN_PLACE(place="")
    if not _within(draft.place, actor=actor):
        raise OUTSIDE(place=draft.place.label)
    if draft.category is not None:
        require_in_force(draft.category, at=draft.received_at or actor.now)
    for moment in (draft.occurred_at, draft.received_at):
        if moment is not None:
            check_moment(moment, now=actor.now)
    phone = telephone_of(draft.phone)
    kept = redacted(
        words=words,
        title=clean_words(draft.title).replace("\n", " "),
        address=clean_words(draft.address),
        name=(name := clean_words(draft.name)[:64]),
        leave=draft.leave,
        also=draft.also,
        confidentiality=draft.confidentiality,
    )
    received_at = draft.received_at or actor.now
    case = Case(
        intake_key=draft.intake_key,
        source=draft.source,
        external_no=draft.external_no,
        state_since=received_at,
        channel=draft.channel,
        kind=draft.kind,
        urgency=draft.urgency,
        category=draft.category,
        confidentiality=draft.confidentiality,
        wants_reply=draft.wants_reply,
        place=draft.place,
        address=kept.address[:200],
        title=title_of(kept.title, kept.words),
        words=kept.words,
        shared_text=kept.shared_text,
        words_hash=hash_of(kept.words) if draft.is_own_words else None,
        occurred_at=draft.occurred_at,
        received_at=received_at,
        **draft.place.scope,
    )
    requester = Requester.sealed(
        case=case,
        name=name or kept.name,
        phone=phone or kept.phone,
        account=draft.account.strip() or kept.account,
        taken=[(find.kind.value, find.text) for find in kept.taken],
    )
    return case, requester


def telephone_of(typed: str) -> str:
    """Return the number as E.164, or the empty string where none was typed. Raises RuleBroken for what is none."""
    if not typed.strip():
        return ""
    try:
        return e164(typed)
    except NotATelephone as wrong:
        raise _PHONE.get(wrong.reason, PHONE_LONG)() from wrong


def _within(place: Place, *, actor: Actor) -> bool:
    held = {*actor.scopes(P.RECEIVE), *actor.scopes(P.IMPORT)}
    return any(getattr(place, column) == code for column, code in held)


def write_cases(rows: Sequence[tuple[Case, Requester]], *, actor: Actor) -> list[Case]:
    """Give numbers and write cases, requesters, same words, search rows, events and outbox, in few statements."""
    if not rows:
        return []
    with prepared_cursor() as cursor:
        # The wall is opened with the numbers: no statement more.
        cursor.execute(
            "SELECT nextval('case_number'), set_config('linli.areas', %s::text, true) "
            "FROM generate_series(1, %s::int)",
            [areas_of(actor, P.RECEIVE, P.IMPORT), len(rows)],
        )
        counters = [counter for counter, _areas in cursor.fetchall()]
    for (case, _requester), counter in zip(rows, counters, strict=True):
        year = timezone.localtime(case.received_at).year
        case.number = make_number(year=year, counter=counter)
    cases = [case for case, _requester in rows]
    insert_many(cases)
    for _case, requester in rows:
        requester.case = requester.case  # takes the key its case has just been given
    insert_many(requester for _case, requester in rows)
    link_same_words(rows, at=actor.now)
    happened = [
        (
            CaseReceived(
                case_id=case.pk,
                channel=Code(case.channel),
                kind=Code(case.kind),
                urgency=Code(case.urgency),
                place=Code(case.place.code),
                category=Code(case.category.code) if case.category else None,
            ),
            case.pk,
            case.version,
        )
        for case in cases
    ]
    index_words(cases)
    record_many(happened, actor=actor, kind="case")
    return cases
