"""A file of cases by the browser: looked at, handed to the worker, its bad rows handed back."""

import io
from collections import defaultdict
from collections.abc import Iterator
from typing import IO, Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from linli.cases.imports.aside import handed_back, lines_back
from linli.cases.imports.choices import ImportState
from linli.cases.imports.forms import FileForm
from linli.cases.imports.maps import read_map
from linli.cases.imports.models import ImportRun
from linli.cases.imports.operations import ask_for_import, drop_import
from linli.cases.imports.running import Look, begin, look, survey
from linli.cases.imports.tables import TOO_LARGE, TableFile
from linli.cases.imports.turns import LARGEST, file_of, map_of, may_bring
from linli.cases.permissions import CasePermission as P
from linli.jobs.queries import has_worker
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.http import ActorRequest, needs

PIECE = 1 << 20
LOOKED_AT = 1_000
"""Rows that are looked at before anything is taken: a page answers while somebody waits."""
SHOWN, RECORDS = 50, 8
"""Reasons shown on the page, and records named for each; the file that is handed back has them all."""
RUNS = 20
NAV = "imports:paste"

WHAT: dict[str, Any] = {
    "number": _lazy("Number at the source"),
    "words": _lazy("What happened"),
    "received": _lazy("Received at the source"),
    "title": _lazy("Title"),
    "address": _lazy("Where exactly"),
    "name": _lazy("Caller's name"),
    "phone": _lazy("Caller's telephone"),
    "account": _lazy("Caller's account"),
    "occurred": _lazy("When it happened"),
    "due": _lazy("Due at the source"),
    "closed": _lazy("Closed at the source"),
    "reply": _lazy("Result at the source"),
    "updated": _lazy("Changed at the source"),
    "place": _lazy("Place"),
    "unit": _lazy("Unit at the source"),
    "state": _lazy("State at the source"),
    "category": _lazy("Category"),
    "kind": _lazy("Kind of request"),
    "urgency": _lazy("Urgency"),
    "channel": _lazy("Channel"),
}

OTHER_TERRITORY = Refusal(
    "import.other_territory",
    _lazy(
        "This map brings a territory of its own (%(place)s), which you do not look after. Have the file imported at "
        "the server: linli import cases."
    ),
    "file",
)


@needs(P.IMPORT)
def home(request: ActorRequest) -> HttpResponse:
    """Take a file and keep it sealed until it is in; show one's own imports."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with form.catching():
            run = _begun(form.cleaned_data["file"], form.cleaned_data["map"], actor=request.actor)
            return redirect("imports:run", run_id=run.pk)
    runs = ImportRun.objects.filter(user_id=request.actor.user_id).order_by("-pk")[:RUNS]
    context = {"form": form, "runs": runs, "loop_step": "hear", "nav_current": NAV}
    return render(request, "imports/home.html", context, status=422 if form.errors else 200)


def _begun(file: UploadedFile, own: UploadedFile | None, *, actor: Actor) -> ImportRun:
    if (file.size or 0) > LARGEST:
        raise TOO_LARGE(limit=LARGEST // 1_000_000)
    text = own.read(PIECE).decode("utf-8-sig", errors="replace") if own else ""
    case_map = read_map(text, name=own.name or "") if own else None
    found = survey(TableFile(file.name or "", lambda: reopened(file), limit=3 * LARGEST), case_map)
    if not may_bring(found.case_map, actor=actor):
        raise OTHER_TERRITORY(place=found.case_map.places.root_row.name)
    return begin(found, actor=actor, map_text=text, pieces=file.chunks(PIECE))


def reopened(file: UploadedFile) -> IO[bytes]:
    """Return an uploaded file at its beginning."""
    return cast(IO[bytes], _Again(file))


class _Again(io.RawIOBase):
    """An uploaded file, read from its beginning again and again; only its owner closes it."""

    def __init__(self, file: UploadedFile) -> None:
        self.file = file
        file.seek(0)

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self.file.seek(offset, whence))

    def readinto(self, into: Any) -> int:
        data = self.file.read(len(into))
        into[: len(data)] = data
        return len(data)


def _own(request: ActorRequest, run_id: int) -> ImportRun:
    run = ImportRun.objects.filter(pk=run_id, user_id=request.actor.user_id).first()
    if run is None:
        raise Http404
    return run


@needs(P.IMPORT)
def run(request: ActorRequest, run_id: int) -> HttpResponse:
    """Show one import: what it would do, how far it is, or what it did."""
    found = _own(request, run_id)
    case_map = map_of(found)
    seen: Look | None = None
    if found.state == ImportState.LOOKED_AT:
        first = survey(file_of(found), case_map, rows=LOOKED_AT)
        seen = look(first, actor=request.actor, rows=LOOKED_AT)
    language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    told = found.set_aside + found.doubtful
    reasons: Iterator[tuple[int, str]] = iter(())
    if seen is not None:
        reasons = ((row.record, why.message) for row, why in (*seen.refused, *seen.doubts))
    elif told:
        rows = handed_back(found, language=language, stop=LOOKED_AT)
        reasons = ((row.record, row.reason) for row in rows)
    context: dict[str, Any] = {
        "run": found,
        "map": case_map,
        "columns": [(WHAT[what], columns) for what, columns in case_map.named_columns],
        "seen": seen,
        "first": [(draft, case, _state(draft)) for draft, case in seen.first] if seen else [],
        "reasons": _grouped(reasons),
        "told": told,
        "percent": found.position * 100 // found.total,
        "is_moving": found.state in (ImportState.WAITING, ImportState.RUNNING),
        "has_worker": has_worker() if found.turn_at and not found.ended_at else True,
        "open_words": seen.left_open[:SHOWN] if seen else [],
        "loop_step": "hear",
        "nav_current": NAV,
    }
    return render(request, "imports/run.html", context)


def _grouped(reasons: Iterator[tuple[int, str]]) -> list[tuple[str, list[int], int]]:
    """Return (reason, its first records, how many more), the most frequent first."""
    records: dict[str, list[int]] = defaultdict(list)
    for record, reason in reasons:
        records[reason].append(record)
    often = sorted(records.items(), key=lambda one: -len(one[1]))[:SHOWN]
    return [(reason, found[:RECORDS], max(0, len(found) - RECORDS)) for reason, found in often]


def _state(draft: Any) -> str:
    history = draft.history
    if history is None or history.state == "received":
        return _("waits for dispatch")
    if history.state == "closed":
        return _("closed")
    return (
        _("order to %(unit)s") % {"unit": history.unit.label}
        if history.unit
        else _("waits for dispatch")
    )


@needs(P.IMPORT)
@require_POST
def take_on(request: ActorRequest, run_id: int) -> HttpResponse:
    """Hand the file to the worker, also after it was broken off. It goes on also when nobody looks."""
    found = _own(request, run_id)
    ask_for_import(actor=request.actor, run_id=found.pk)
    return redirect("imports:run", run_id=run_id)


@needs(P.IMPORT)
@require_POST
def drop(request: ActorRequest, run_id: int) -> HttpResponse:
    """Lay a file aside of which nothing is in yet."""
    found = _own(request, run_id)
    drop_import(actor=request.actor, run_id=found.pk)
    messages.success(
        request, _("“%(name)s” was laid aside; nothing of it is in.") % {"name": found.name}
    )
    return redirect("imports:home")


@needs(P.IMPORT)
def set_aside(request: ActorRequest, run_id: int) -> HttpResponse:
    """Send the rows that were set aside or taken with a doubt, to be mended and imported again."""
    found = _own(request, run_id)
    rows = lines_back(handed_back(found, language="both"))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}.set-aside.csv"'
    return cast(HttpResponse, response)
