"""A place: who serves it, who is on duty, its open cases, what lies in it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, Window
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.cases.permissions import CasePermission
from linli.cases.queries import open_inside
from linli.kernel.http import ActorRequest, needs
from linli.territory import operations
from linli.territory.models import Organisation, Place, PlaceAlias, PlaceSuccession, day_of
from linli.territory.permissions import TerritoryPermission as P
from linli.territory.queries import aliases as known_aliases
from linli.territory.queries import find_places, with_paths
from linli.territory.serving import around, held_by, own_areas, serving
from linli.web.places import picture
from linli.web.places.finding import may_manage, place_or_404
from linli.web.places.forms import EstablishForm, OpenPlaceForm, levels_in
from linli.web.templatetags.linli import called
from linli.workforce.queries import on_duty

CASES = 10
BELOW = 100
ALIASES = 50


@needs(P.SEE)
def home(request: ActorRequest) -> HttpResponse:
    """Find a place by name, code or door code; without words, the reader's own areas."""
    asked = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found: list[Place] = []
    if asked:
        found = with_paths(find_places(asked, within=list(request.actor.scopes(P.SEE))))
        if len(found) == 1:
            return redirect("places:place", code=found[0].code)
    context = {
        "asked": asked,
        "found": found,
        "areas": with_paths(own_areas(request.actor, P.SEE)),
        "may_load": request.actor.may(P.MANAGE),
    }
    return render(
        request, "web/places/home.html", context, status=404 if asked and not found else 200
    )


@needs(P.SEE)
def aliases(request: ActorRequest) -> HttpResponse:
    """Show what people call the places of the reader's areas beside their names."""
    rows = known_aliases().filter(held_by(request.actor, P.SEE, through="place__"))
    page = Paginator(rows, ALIASES).get_page(request.GET.get("page"))
    with_paths([one.place for one in page])
    context = {"page": page, "may_remove": request.actor.may(P.MANAGE)}
    return render(request, "web/places/aliases.html", context)


@needs(P.MANAGE)
@require_POST
def remove_alias(request: ActorRequest, alias_id: int) -> HttpResponse:
    """Let words lead to a place no longer."""
    try:
        gone = operations.remove_alias(actor=request.actor, alias_id=alias_id)
    except PlaceAlias.DoesNotExist as unknown:
        raise Http404 from unknown
    words = _("“%(words)s” leads to %(place)s no longer.")
    messages.success(request, words % {"words": gone.words, "place": gone.place.label})
    return redirect("places:aliases")


@needs(P.SEE)
def place(request: ActorRequest, code: str) -> HttpResponse:
    """Show one place."""
    return _page(request, place_or_404(code, actor=request.actor))


def _page(
    request: ActorRequest,
    shown: Place,
    *,
    open_form: OpenPlaceForm | None = None,
    unit_form: EstablishForm | None = None,
) -> HttpResponse:
    actor = request.actor
    steps = around(shown)
    units = serving(shown, on=day_of(actor.now))
    children = list(
        Place.objects.filter(parent=shown, valid_to=None).order_by("level", "code")[: BELOW + 1]
    )
    successions = list(
        PlaceSuccession.objects.filter(Q(place=shown) | Q(successor=shown)).select_related(
            "place", "successor"
        )
    )
    levels = levels_in(shown)
    is_manager = shown.valid_to is None and may_manage(shown, actor=actor)
    context: dict[str, Any] = {
        "place": shown,
        "path": steps[:-1],
        "points": [] if shown.is_area else list(shown.points.order_by("-is_given")),
        "units": units,
        "duty": on_duty(shown, at=actor.now, among=units),
        "children": children[:BELOW],
        "more": len(children) > BELOW,
        "successions": [step for step in successions if step.place_id == shown.pk],
        "predecessions": [step for step in successions if step.successor_id == shown.pk],
        "open_form": (open_form or OpenPlaceForm(levels=levels)) if is_manager and levels else None,
        "unit_form": (unit_form or EstablishForm(auto_id="unit_%s")) if is_manager else None,
    }
    if actor.may(CasePermission.SEE):
        cases = list(open_inside(shown, actor=actor).annotate(total=Window(Count("pk")))[:CASES])
        context |= {"cases": cases, "case_count": cases[0].total if cases else 0}
    failed = any(form is not None and form.errors for form in (open_form, unit_form))
    return render(request, "web/places/place.html", context, status=422 if failed else 200)


@needs(P.MANAGE)
@require_POST
def open_place(request: ActorRequest, code: str) -> HttpResponse:
    """Open a compound, building or entrance in this place."""
    shown = place_or_404(code, actor=request.actor, permission=P.MANAGE)
    form = OpenPlaceForm(request.POST, levels=levels_in(shown))
    if form.is_valid():
        with form.catching():
            made = operations.open_place(
                actor=request.actor, parent_code=shown.code, **form.cleaned_data
            )
            said = _("Opened: %(place)s, door code %(door)s")
            messages.success(request, said % {"place": made.name, "door": made.shown_door_code})
            return redirect("places:place", code=shown.code)
    return _page(request, shown, open_form=form)


@needs(P.MANAGE)
@require_POST
def establish(request: ActorRequest, code: str) -> HttpResponse:
    """Open an organisation that belongs to this place."""
    shown = place_or_404(code, actor=request.actor, permission=P.MANAGE)
    form = EstablishForm(request.POST, auto_id="unit_%s")
    if form.is_valid():
        data = form.cleaned_data
        with form.catching():
            unit = operations.establish(actor=request.actor, place_code=shown.code, **data)
            return redirect("places:organisation", code=unit.code)
    return _page(request, shown, unit_form=form)


@needs(P.SEE)
def organisations(request: ActorRequest, code: str) -> HttpResponse:
    """Show who serves a place as a drawing, and the same as a list."""
    shown = place_or_404(code, actor=request.actor)
    steps = around(shown)
    units = serving(shown, on=day_of(request.actor.now))
    tiers: list[dict[str, Any]] = [
        {"key": key, "heading": str(heading), "units": _of_kinds(units, kinds)}
        for key, heading, kinds in picture.TIERS
    ]
    told = [
        (tier["key"], tier["heading"], [called(unit) for unit in tier["units"]]) for tier in tiers
    ]
    more = _("and %(count)s more")
    context = {
        "place": shown,
        "path": steps[:-1],
        "tiers": [tier for tier in tiers if tier["units"]],
        "pictures": [
            (size, picture.draw(called(shown), told, width=width, more=more))
            for size, width in (("wide", picture.WIDE), ("narrow", picture.NARROW))
        ],
    }
    return render(request, "web/places/organisations.html", context)


def _of_kinds(units: list[Organisation], kinds: tuple[str, ...]) -> list[Organisation]:
    return sorted(
        (unit for unit in units if unit.kind in kinds),
        key=lambda unit: (kinds.index(unit.kind), unit.name),
    )
