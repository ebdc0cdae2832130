"""Attachments as pages show them: which stand beside each other, what is said below each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from linli.cases.attachments.choices import AttachmentKind
from linli.cases.attachments.models import Attachment


@dataclass(frozen=True)
class Gallery:
    """A case's pictures: what was and what became of it in two rows, the others behind."""

    before: list[Attachment]
    after: list[Attachment]
    others: list[Attachment]

    @property
    def count(self) -> int:
        return len(self.before) + len(self.after) + len(self.others)

    @property
    def is_compared(self) -> bool:
        return bool(self.before and self.after)


def gallery_of(attachments: Sequence[Attachment]) -> Gallery:
    """Return the pictures in the order in which a page shows them."""
    before = [one for one in attachments if one.kind == AttachmentKind.BEFORE]
    after = [one for one in attachments if one.kind == AttachmentKind.AFTER]
    shown = {one.pk for one in (*before, *after)}
    return Gallery(before, after, [one for one in attachments if one.pk not in shown])


def neighbours(attachments: Sequence[Attachment], one: Attachment) -> dict[str, Any]:
    """Return the attachment before and behind one, for leafing through."""
    gallery = gallery_of(attachments)
    shown = [*gallery.before, *gallery.after, *gallery.others]
    at = next(i for i, other in enumerate(shown) if other.pk == one.pk)
    return {
        "previous": shown[at - 1] if at else None,
        "following": shown[at + 1] if at + 1 < len(shown) else None,
        "nth": at + 1,
        "total": len(shown),
    }
