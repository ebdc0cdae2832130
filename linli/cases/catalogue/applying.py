"""A catalogue file: kept, judged row by row, compared, and applied when somebody has seen the difference."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.choices import DraftKind
from linli.cases.catalogue.comparing import Content, Difference, Key, Row, Standing, compare
from linli.cases.catalogue.events import EntryReopened, FileApplied
from linli.cases.catalogue.models import CatalogueDraft, CatalogueEntry, CoHandler
from linli.cases.catalogue.naming import Names, clock_class, urgency
from linli.cases.catalogue.operations import NO_BASIS, check_lead, helpers
from linli.cases.catalogue.parts import (
    OUTSIDE_AREA,
    end_rows,
    gaps,
    holds_all,
    holds_area,
    lock_catalogue,
    require_in_force,
    require_on_a_list,
    write_entries,
)
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.events import record, record_many
from linli.kernel.operation import operation
from linli.territory.models import Organisation
from linli.territory.wording import listed

KIND = "kind:"

BAD_DAY = Refusal(
    "catalogue.bad_day", _("“%(found)s” is no date. Write it as 2027-01-31, or leave it empty.")
)
ENDS_BEFORE = Refusal(
    "catalogue.row_ends_before_start", _("The day of the end does not lie after the first day.")
)
CHANGED_MEANWHILE = Refusal(
    "catalogue.changed_meanwhile",
    _(
        "The catalogue has changed since the difference was made. Look at it anew below, then apply it."
    ),
)
STILL_REFUSED = Refusal(
    "catalogue.still_refused",
    _(
        "%(count)s row(s) of the file cannot be taken. Mend them in the file and choose it again; nothing was "
        "changed."
    ),
)
FILE_UNCOVERED = Refusal(
    "catalogue.file_uncovered",
    _(
        "With this file nobody would lead: %(names)s. Give each first-level category a row without area and "
        "urgency; nothing was changed."
    ),
)


@dataclass
class Judged:
    """A file as it stands against the catalogue now."""

    difference: Difference[Key, Content]
    refused: list[tuple[int, RuleBroken]]
    rows: dict[int, Row[Key, Content]]
    leads: dict[str, Organisation]
    names: Names
    uncovered: list[str]


@operation(P.CATALOGUE)
def keep_catalogue(
    *,
    actor: Actor,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    what: DraftKind = DraftKind.ENTRIES,
) -> CatalogueDraft:
    """Keep the rows of a file, so that its difference can be looked at and applied."""
    return CatalogueDraft.objects.create(
        name=name[:200], rows=list(rows), what=what, made_at=actor.now, user_id=actor.user_id
    )


@operation(P.CATALOGUE)
def apply_catalogue(*, actor: Actor, draft_id: int, shown: str) -> Difference[Key, Content]:
    """Apply a kept file. `shown`: the digest of the difference that the person looked at.

    Raises CatalogueDraft.DoesNotExist for another's file, CHANGED_MEANWHILE, STILL_REFUSED, FILE_UNCOVERED.
    """
    lock_catalogue()
    draft = CatalogueDraft.objects.select_for_update().get(
        pk=draft_id, user_id=actor.user_id, applied_at=None, what=DraftKind.ENTRIES
    )
    judged = judge(draft.rows, actor=actor)
    if judged.refused:
        raise STILL_REFUSED(count=len(judged.refused))
    if judged.difference.digest != shown:
        raise CHANGED_MEANWHILE()
    found = judged.difference
    keys = [one.entry.pk for one in found.ended] + [one.entry.pk for one in found.moved]
    stands = CatalogueEntry.objects.in_bulk(keys)
    for ending in found.ended:
        end_rows([stands[ending.entry.pk]], at=ending.at, actor=actor)
    _move(found, stands, actor=actor)
    write_entries([_entry(row, judged, actor=actor) for row in found.added], actor=actor)
    if holds_all(actor, P.CATALOGUE) and (left := gaps(since=actor.now)):
        raise FILE_UNCOVERED(names=_said(judged.names, left))
    CatalogueDraft.objects.filter(pk=draft.pk).update(applied_at=actor.now)
    applied = FileApplied(
        draft_id=draft.pk, added_count=len(found.added), ended_count=len(found.ended)
    )
    record(applied, actor=actor, kind="catalogue_file", stream=draft.pk, seq=1)
    return found


def _move(
    found: Difference[Key, Content], stands: Mapping[int, CatalogueEntry], *, actor: Actor
) -> None:
    """Let entries that stay end on another day."""
    happened = []
    for moved in found.moved:
        entry = stands[moved.entry.pk]
        entry.version += 1
        CatalogueEntry.objects.filter(pk=entry.pk).update(valid_to=moved.end, version=entry.version)
        event = EntryReopened(entry_id=entry.pk, valid_to=moved.end)
        happened.append((event, entry.pk, entry.version))
    if happened:
        record_many(happened, actor=actor, kind="catalogue")


def _entry(
    row: Row[Key, Content], judged: Judged, *, actor: Actor
) -> tuple[CatalogueEntry, list[CoHandler]]:
    content = row.content
    entry = CatalogueEntry(
        category=judged.names.categories[row.key.category],
        urgency=row.key.urgency,
        place=judged.names.area(row.key.place or ""),
        lead=judged.leads.get(content.lead),
        lead_kind=content.lead.removeprefix(KIND) if content.lead.startswith(KIND) else "",
        clock_class=content.clock_class,
        basis=content.basis,
        valid_from=row.start or actor.now,
        valid_to=row.end,
        made_at=actor.now,
        user_id=actor.user_id,
    )
    said = [
        one.removeprefix(KIND) if one.startswith(KIND) else judged.leads[one]
        for one in content.helpers
    ]
    return entry, helpers(said)


def judge(rows: Sequence[Mapping[str, Any]], *, actor: Actor) -> Judged:
    """Return what a file would change now, and the rows that cannot be taken with the reason.

    Entries outside the actor's area are neither changed nor ended.
    """
    said = {str(row["place"]).strip() for row in rows}
    names = Names(codes=said, names=said)
    taken: dict[int, Row[Key, Content]] = {}
    refused: list[tuple[int, RuleBroken]] = []
    leads: dict[str, Organisation] = {}
    for row in rows:
        try:
            taken[row["line"]] = _row(row, names=names, leads=leads, actor=actor)
        except RuleBroken as broken:
            refused.append((row["line"], broken))
    found = compare(taken.values(), _standing(actor), now=actor.now)
    refused += found.refused
    first = [
        code
        for code, category in names.categories.items()
        if category.parent_id is None and not category.is_over(actor.now)
    ]
    wide = {
        row.key.category for row in taken.values() if row.key.place is None and not row.key.urgency
    }
    uncovered = (
        [code for code in first if code not in wide] if holds_all(actor, P.CATALOGUE) else []
    )
    return Judged(found, sorted(refused, key=lambda one: one[0]), taken, leads, names, uncovered)


def _row(
    row: Mapping[str, Any], *, names: Names, leads: dict[str, Organisation], actor: Actor
) -> Row[Key, Content]:
    category = names.category(row["category"])
    place = names.area(row["place"])
    if not holds_area(actor, P.CATALOGUE, place):
        raise OUTSIDE_AREA()
    unit = names.unit(row["lead"])
    lead = unit if isinstance(unit, Organisation) else None
    kind = unit if isinstance(unit, str) else ""
    check_lead(lead, kind)
    if not row["basis"].strip():
        raise NO_BASIS()
    start, end = moment_of(row["start"]), moment_of(row["end"])
    begins = max(start or actor.now, actor.now)
    if end is not None and end <= (start or end - dt.timedelta(days=1)):
        raise ENDS_BEFORE()
    require_in_force(category, at=begins)
    require_on_a_list(category, lead=lead, kind=kind, at=begins)
    said = []
    for one in (unit, *names.several(row["helpers"])):
        if isinstance(one, Organisation):
            leads[one.code] = one
        said.append(one.code if isinstance(one, Organisation) else f"{KIND}{one}")
    content = Content(
        said[0],
        tuple(dict.fromkeys(said[1:])),
        clock_class(row["clock_class"]),
        row["basis"].strip(),
    )
    key = Key(category.code, urgency(row["urgency"]), place.code if place else None)
    return Row(row["line"], key, content, start, end)


def moment_of(text: str) -> dt.datetime | None:
    """Return the beginning of a day at the site. Raises BAD_DAY."""
    if not text.strip():
        return None
    try:
        day = dt.date.fromisoformat(text.strip().replace("/", "-").replace(".", "-"))
    except ValueError as wrong:
        raise BAD_DAY(found=text.strip()) from wrong
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone())


def _standing(actor: Actor) -> list[Standing[Key, Content]]:
    rows = (
        CatalogueEntry.objects.not_over(actor.now)
        .select_related("category", "place", "lead")
        .prefetch_related("co_handlers__organisation")
    )
    return [
        Standing(entry.pk, _key(entry), _content(entry), entry.valid_from, entry.valid_to)
        for entry in rows
        if holds_area(actor, P.CATALOGUE, entry.place)
    ]


def _key(entry: CatalogueEntry) -> Key:
    place = entry.place.code if entry.place else None
    return Key(entry.category.code, entry.urgency, place)


def _content(entry: CatalogueEntry) -> Content:
    said = tuple(
        row.organisation.code if row.organisation else f"{KIND}{row.kind}"
        for row in entry.co_handlers.all()
    )
    lead = entry.lead.code if entry.lead else f"{KIND}{entry.lead_kind}"
    return Content(lead, said, entry.clock_class, entry.basis)


def _said(names: Names, codes: Any) -> str:
    return listed(names.categories[code].label for code in sorted(codes))
