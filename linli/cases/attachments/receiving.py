"""From uploaded files to pictures that may be kept: scanned, checked by their bytes, drawn anew.

Runs before the operation, so that no row is locked while a picture is decoded. Nothing is written here.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal, RuleBroken
from linli.methods.pictures import MOST_BYTES, MOST_PIXELS, NotAPicture, Picture, redrawn
from linli.vault import scanning

_WHY: dict[str, Refusal] = {
    reason: Refusal(f"attachment.{reason}", text, "photos")
    for reason, text in {
        "empty": _("Photo %(n)s is empty: it did not come through. Please choose it again."),
        "heavy": _("Photo %(n)s is larger than %(megabytes)s MB. Send a smaller copy of it."),
        "kind": _(
            "File %(n)s is no photo that can be kept. Photos are JPEG, PNG or WebP; take a picture of "
            "anything else."
        ),
        "heic": _(
            "Photo %(n)s is in the format HEIC. On the phone choose “most compatible” in the camera's "
            "settings, or send a screenshot of it."
        ),
        "pdf": _(
            "File %(n)s is a PDF, and only photos are kept. Photograph the page, or send a screenshot."
        ),
        "size": _(
            "Photo %(n)s has more than %(megapixels)s million pixels. Send a smaller copy of it."
        ),
        "broken": _("Photo %(n)s is damaged or did not come through whole. Please send it again."),
    }.items()
}


@dataclass(frozen=True)
class Received:
    """A picture ready to be kept. `sent` is the SHA-256 of the bytes as they came."""

    sent: str
    picture: Picture


def receive_pictures(files: Sequence[Any]) -> tuple[list[Received], list[RuleBroken]]:
    """Return the pictures among the files, and why each of the others is none.

    Raises SCANNER_ABSENT, as nothing can be taken in then.
    """
    good: list[Received] = []
    bad: list[RuleBroken] = []
    for n, file in enumerate(files, start=1):
        try:
            good.append(_received(file))
        except NotAPicture as no:
            bad.append(
                _WHY[no.reason](
                    n=n, megabytes=MOST_BYTES // 1_000_000, megapixels=MOST_PIXELS // 1_000_000
                )
            )
        except RuleBroken as found:
            if found.refusal is scanning.SCANNER_ABSENT:
                raise
            bad.append(found)
    return good, bad


def _received(file: Any) -> Received:
    if file.size > MOST_BYTES:
        raise NotAPicture("heavy")
    data = file.read()
    scanning.check(data)
    return Received(hashlib.sha256(data).hexdigest(), redrawn(data))
