"""A file of cases by the browser: looked at, taken in batches, its bad rows handed back."""

import io
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from linli.cases.imports.aside import handed_back, write_back
from linli.cases.imports.forms import FileForm
from linli.cases.imports.maps import CaseMap, read_map, shipped
from linli.cases.imports.models import ImportRun
from linli.cases.imports.operations import drop_import
from linli.cases.imports.running import Look, begin, load_territory, look, resumed, survey, take
from linli.cases.imports.tables import TOO_LARGE, TableFile
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.http import ActorRequest, needs
from linli.territory.permissions import TerritoryPermission

LARGEST = 50_000_000
"""Bytes that come by the browser, packed; three times as many once unpacked."""
PIECE = 1 << 20
LOOKED_AT = 1_000
"""Rows that are looked at before anything is taken: a page answers while somebody waits."""
AT_ONCE = 2
"""Batches taken by one request."""
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
    "place": _lazy("Place"),
    "unit": _lazy("Unit at the source"),
    "state": _lazy("State at the source"),
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
    data = file.read()
    text = own.read(PIECE).decode("utf-8-sig", errors="replace") if own else ""
    found = survey(
        _table(file.name or "", data), read_map(text, name=own.name or "") if own else None
    )
    _require_territory(found.case_map, actor=actor)
    pieces = (data[start : start + PIECE] for start in range(0, len(data), PIECE))
    return begin(found, actor=actor, map_text=text, pieces=pieces)


def _table(name: str, data: bytes) -> TableFile:
    return TableFile(name, lambda: io.BytesIO(data), limit=3 * LARGEST)


def _require_territory(case_map: CaseMap, *, actor: Actor) -> None:
    if case_map.places.way == "named":
        return
    root = case_map.places.root_row
    held = {code for _column, code in actor.scopes(P.IMPORT)}
    if root.code not in held or not actor.may(TerritoryPermission.LOAD):
        raise OTHER_TERRITORY(place=root.name)


def _own(request: ActorRequest, run_id: int) -> ImportRun:
    run = ImportRun.objects.filter(pk=run_id, user_id=request.actor.user_id).first()
    if run is None:
        raise Http404
    return run


def _map_of(run: ImportRun) -> CaseMap:
    return read_map(run.map_text, name=run.name) if run.map_text else shipped(run.source)


def _file_of(run: ImportRun) -> TableFile:
    return _table(run.name, b"".join(piece.data for piece in run.chunks.order_by("place")))


@needs(P.IMPORT)
def run(request: ActorRequest, run_id: int) -> HttpResponse:
    """Show one import: what it would do, how far it is, or what it did."""
    found = _own(request, run_id)
    case_map = _map_of(found)
    seen: Look | None = None
    if found.position == 0 and found.ended_at is None:
        seen = look(survey(_file_of(found), case_map), actor=request.actor, rows=LOOKED_AT)
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
    """Take the next batches. The page goes on by itself while it is open; it can be called again at any time."""
    found = _own(request, run_id)
    if found.ended_at is None:
        file, case_map = _file_of(found), _map_of(found)
        _require_territory(case_map, actor=request.actor)
        if found.position == 0:
            whole = survey(file, case_map)
            load_territory(whole, loader=request.actor)
        else:
            whole = resumed(found, file, case_map)
        take(whole, found, actor=request.actor, batches=AT_ONCE)
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
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}.set-aside.csv"'
    response.write("\ufeff")
    text = io.StringIO(newline="")
    write_back(handed_back(found, language="both"), text)
    response.write(text.getvalue())
    return response
