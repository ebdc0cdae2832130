"""What happens to the catalogue and the duty lists. What happens to a case stands in cases/events.py."""

import datetime as dt

from linli.kernel.events import Code, event


@event("catalogue.entry_added")
class EntryAdded:
    entry_id: int
    category: Code
    urgency: Code
    place: Code
    lead_id: int | None
    lead_kind: Code
    valid_from: dt.datetime


@event("catalogue.entry_ended")
class EntryEnded:
    """The entry ends at a moment; without one it was taken back before it began."""

    entry_id: int
    valid_to: dt.datetime | None


@event("catalogue.entry_reopened")
class EntryReopened:
    """The entry goes on, for the one that would have ended it was taken back."""

    entry_id: int
    valid_to: dt.datetime | None


@event("catalogue.applied")
class FileApplied:
    draft_id: int
    added_count: int
    ended_count: int


@event("catalogue.duties_applied")
class DutiesApplied:
    draft_id: int
    added_count: int
    ended_count: int


@event("catalogue.duty_reopened")
class DutyReopened:
    """The item ends at another moment than it would have; without one it goes on."""

    item_id: int
    valid_to: dt.datetime | None


@event("category.added")
class CategoryAdded:
    category: Code
    valid_from: dt.datetime


@event("category.changed")
class CategoryChanged:
    category: Code


@event("category.ended")
class CategoryEnded:
    category: Code
    successor: Code
    valid_to: dt.datetime


@event("catalogue.categories_applied")
class CategoriesApplied:
    draft_id: int
    added_count: int
    changed_count: int
    ended_count: int


@event("catalogue.duty_added")
class DutyAdded:
    item_id: int
    category: Code
    organisation_id: int | None
    kind: Code
    place: Code
    valid_from: dt.datetime


@event("catalogue.duty_ended")
class DutyEnded:
    """The item ends at a moment; without one it was taken back before it began."""

    item_id: int
    valid_to: dt.datetime | None
