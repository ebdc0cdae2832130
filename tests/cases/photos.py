"""Photos for tests: drawn here, tiny, one different from the other."""

import hashlib
import io
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from linli.cases.attachments import operations
from linli.cases.attachments.models import Attachment
from linli.cases.attachments.receiving import Received
from linli.cases.models import Case
from linli.methods.pictures import redrawn
from tests.builders import Town


def a_photo(shade: int = 90, *, size: tuple[int, int] = (600, 450), **options: Any) -> bytes:
    """Return JPEG bytes; shades 10 apart are different photos."""
    out = io.BytesIO()
    Image.new("RGB", size, (shade, 120, 90)).save(out, "JPEG", **options)
    return out.getvalue()


def a_file(data: bytes, name: str = "IMG_0001.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type=kind)


def received(*shades: int) -> list[Received]:
    """Return photos ready for the operation."""
    sent = [a_photo(shade) for shade in shades]
    return [Received(hashlib.sha256(data).hexdigest(), redrawn(data)) for data in sent]


def attached(
    town: Town, case: Case, *shades: int, who: Any = "worker", kind: str = "after", **given: Any
) -> list[Attachment]:
    """Add photos by the real operation."""
    actor = town.actor(who) if isinstance(who, str) else who
    given.setdefault("form_key", uuid.uuid4())
    return operations.attach(
        actor=actor, case_id=case.pk, kind=kind, pictures=received(*(shades or (90,))), **given
    )
