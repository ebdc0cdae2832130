"""How the bytes of a picture leave, after a view has found it within the reader's scope."""

import structlog
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import ngettext

from linli.cases.attachments.models import STORE, Attachment
from linli.kernel.http import ActorRequest
from linli.kernel.seal import SealBroken
from linli.vault.store import NotKept

log = structlog.get_logger("linli.attachments")


def say_what_came(request: ActorRequest, count: int, refused: list[str]) -> None:
    """Say how many photos are there now, and of each other one why it is not."""
    words = ngettext("%(count)s photo is there.", "%(count)s photos are there.", count)
    messages.success(request, words % {"count": count})
    for one in refused:
        messages.error(request, one)


def send_picture(
    request: ActorRequest, one: Attachment, *, named: str, is_small: bool
) -> HttpResponse:
    """Send a picture, whole or small. `named` begins the neutral name under which a browser keeps it."""
    etag = quote_etag(f"{one.pk}{'s' if is_small else ''}")
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return known
    response = bytes_of(one, named=named, name=one.small if is_small else one.content)
    response["ETag"] = etag
    # Asked again each time, answered without the bytes: who lost the right to see it sees it no more.
    response["Cache-Control"] = "private, no-cache"
    return response


def bytes_of(one: Attachment, *, named: str, name: str) -> HttpResponse:
    """Return the bytes kept under `name`, never to be stored on the way. Raises Http404 where they are lost."""
    try:
        content = b"".join(STORE.read(name))
    except (NotKept, SealBroken) as lost:
        log.error("picture lost", attachment=str(one.pk), kind=type(lost).__name__)
        raise Http404 from lost
    response = HttpResponse(content, content_type="image/jpeg")
    # A name that tells nothing: whose photo it was, the phone's own name may have said.
    neutral = f"{named}-{one.kind.replace('_', '-')}-{one.seq}-{one.nth}.jpg"
    response["Content-Disposition"] = f'inline; filename="{neutral}"'
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response
