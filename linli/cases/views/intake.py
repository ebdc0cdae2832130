"""Taking a call."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from linli.cases import operations, queries
from linli.cases.calls import operations as calls
from linli.cases.calls.queries import call_in_hand, figures_of
from linli.cases.catalogue.queries import (
    Proposal,
    categories_in_force,
    find_categories,
    proposal_for,
)
from linli.cases.catalogue.rules import class_by
from linli.cases.choices import Kind, Urgency
from linli.cases.clocks.queries import Offer, offered, profile_for
from linli.cases.clocks.rules import class_of
from linli.cases.forms import TakeCallForm
from linli.cases.models import Case
from linli.cases.notices import SHIPPED
from linli.cases.permissions import CasePermission as P
from linli.cases.sorting.proposing import (
    PlaceMeant,
    Proposed,
    Sorted,
    places_in,
    sort_words,
    wake,
)
from linli.kernel.actor import Actor
from linli.kernel.clock import day_bounds
from linli.kernel.errors import RuleBroken
from linli.kernel.http import ActorRequest, View, needs
from linli.kernel.ids import read_number
from linli.methods.language import urgency, urgency_rules
from linli.methods.language.phone import NotATelephone, e164
from linli.territory.models import Place
from linli.territory.queries import find_places, with_paths
from linli.workforce.queries import on_duty

ON_DUTY_SHOWN = 4
OWN = "-"
"""What the page sends back in place of the category that stood chosen, once she has chosen for herself."""
EXAMPLES = {
    "E1": _("Danger to life or property: call the emergency line first"),
    "E2": _("Water, power, gas, heat, lift, sewer"),
    "N": _("Parking, noise, rubbish, property"),
    "C": _("Several departments, long history"),
}


@needs(P.RECEIVE)
def take_call(request: ActorRequest) -> HttpResponse:
    """Write down one call; after it the number is shown to be read to the caller."""
    actor = request.actor
    form = TakeCallForm(request.POST or None, actor=actor, permission=P.RECEIVE)
    if request.method == "POST" and form.is_valid():
        case = None
        with form.catching():
            case = _received(form, actor=actor)
        if case is not None:
            return redirect(f"{reverse('cases:take_call')}?received={case.number}")
    return _page(request, form)


def call_view(name: str) -> View:
    """Return the view of one step of a call: its own part of the page, or the page with all that was typed."""
    verb = getattr(calls, name)

    @needs(P.RECEIVE)
    @require_POST
    def step(request: ActorRequest) -> HttpResponse:
        refused = None
        try:
            verb(actor=request.actor)
        except RuleBroken as broken:
            refused = broken
        status = 409 if refused else 200
        if request.htmx:
            return render(
                request, "calls/phone.html", _phone(request.actor, refused), status=status
            )
        typed = {key: request.POST[key] for key in request.POST}
        form = TakeCallForm(
            initial=typed | {"wants_reply": "wants_reply" in typed},
            actor=request.actor,
            permission=P.RECEIVE,
        )
        return _page(request, form, refused=refused, status=status)

    return step


@needs(P.RECEIVE)
@require_POST
def intake_told(request: ActorRequest) -> HttpResponse:
    """Return what the caller may be told of the branch chosen, to be read out and changed."""
    branch = request.POST.get("goes", "")
    told = request.POST.get("told", "").strip()
    is_shipped = told in {str(text) for text in SHIPPED.values()}
    form = TakeCallForm(
        initial={
            "goes": branch,
            "told": SHIPPED.get(branch, "") if is_shipped or not told else told,
            "same_as": request.POST.get("same_as", ""),
            "cites": request.POST.get("cites", ""),
        },
        actor=request.actor,
        permission=P.RECEIVE,
    )
    return render(request, "cases/take_call.html#told", {"form": form})


def _received(form: TakeCallForm, *, actor: Actor) -> Case:
    data, draft = form.cleaned_data, _draft(form.cleaned_data)
    if not form.branch:
        return operations.receive(actor=actor, draft=draft, on_call=True)
    return operations.settle(
        actor=actor,
        draft=draft,
        disposition=form.branch,
        text=data["told"],
        same_as=read_number(data["same_as"]) or "",
        on_call=True,
        cites=data["cites"],
    )


def _page(
    request: ActorRequest,
    form: TakeCallForm,
    *,
    refused: RuleBroken | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    received = read_number(request.GET.get("received", ""))
    seen = Case.objects.seen_by(actor, permission=P.SEE)
    context = {
        "form": form,
        "limits": _limits(actor),
        "categories": categories_in_force(actor.now),
        "just_received": seen.filter(number=received).first() if received else None,
        "sort": _offer(request, Sorted()),
        "loop_step": "hear",
        **_phone(actor, refused),
    }
    wake(actor)
    return render(request, "cases/take_call.html", context, status=422 if form.errors else status)


def _phone(actor: Actor, refused: RuleBroken | None) -> dict[str, Any]:
    """Return the call in hand, why a step was refused, and how the day is going."""
    first, after = day_bounds(actor.now)
    return {
        "call": call_in_hand(actor),
        "call_refused": refused,
        "today": figures_of(actor.user_id or 0, first=first, after=after),
    }


@needs(P.RECEIVE)
@require_POST
def intake_hints(request: ActorRequest) -> HttpResponse:
    """Return what helps while she types: places that fit, who will lead, open cases there, earlier ones.

    A POST, so that a telephone number never stands in an address or a log.
    """
    actor = request.actor
    words = request.POST.get("place", "")
    places = find_places(words, within=actor.scopes(P.RECEIVE)) if words.strip() else []
    earlier: list[Case] = []
    try:
        earlier = queries.earlier_of(e164(request.POST.get("phone", "")), actor=actor)
    except NotATelephone:
        earlier = []
    said = request.POST.get("category", "").strip() or request.POST.get("category_pick", "")
    about = find_categories(said, at=actor.now)
    urgency = request.POST.get("urgency", "")
    meant = [] if places else _places_meant(request, words)
    place = places[0] if len(places) == 1 else None
    if place is None and (code := request.POST.get("place_code", "")):
        chosen = (one for one in (*places, *(m.place for m in meant)) if one.code == code)
        place = next(chosen, None)
    proposal = (
        proposal_for(category=about[0], place=place, urgency=urgency, at=actor.now)
        if len(about) == 1 and place
        else None
    )
    context = {
        "place_words": words,
        "candidates": with_paths(places),
        "meant": meant,
        "has_words": bool(request.POST.get("words", "").strip()),
        "about": about,
        "proposal": proposal,
        "limits": _limits_of(proposal, request) if proposal else None,
        "on_duty": on_duty(place, at=actor.now)[:ON_DUTY_SHOWN] if place else [],
        "open_here": queries.open_at(place, actor=actor) if place else [],
        "earlier": earlier,
    }
    return render(request, "cases/take_call.html#hints", context)


def _places_meant(request: ActorRequest, words: str) -> list[PlaceMeant]:
    """Return the places that the words of the place, else those of the matter, may mean."""
    told = words.strip() or request.POST.get("words", "")
    return places_in(told, actor=request.actor, permission=P.RECEIVE)


@needs(P.RECEIVE)
@require_POST
def sort_hint(request: ActorRequest) -> HttpResponse:
    """Return what the words seem to be about: one that stands chosen, or three to choose from. She decides.

    What she chose herself stays chosen while she writes on. Empty where nothing answers in time.
    """
    found = sort_words(
        request.POST.get("title", ""), request.POST.get("words", ""), actor=request.actor
    )
    return render(request, "cases/take_call.html#sort", {"sort": _offer(request, found)})


def _offer(request: ActorRequest, found: Sorted) -> dict[str, Any]:
    """Return the categories to choose from, which of them stands chosen, and which did by itself."""
    picked, preset = (request.POST.get(name, "") for name in ("category_pick", "category_preset"))
    is_own = picked != preset  # she chose it herself, or chose none
    sure = found.proposed[0].category.code if found.is_sure else ""
    is_kept = is_own or not found.proposed
    chosen = picked if is_kept else sure
    offered = list(found.proposed)
    if chosen and chosen not in {one.category.code for one in offered}:
        kept = find_categories(chosen, at=request.actor.now)
        offered = [*(Proposed(one, 0.0) for one in kept[:1]), *offered]
    return {
        "offered": offered,
        "chosen": chosen,
        "preset": OWN if is_own else chosen,
        "is_sure": bool(sure) and chosen == sure and not is_own,
    }


@needs(P.RECEIVE)
@require_POST
def urgency_hint(request: ActorRequest) -> HttpResponse:
    """Return what her words say of danger: the signs, the special lines, what may be said. She decides.

    Empty where there is no danger. A part of its own, so that nothing waits for it.
    """
    found = urgency.judge(request.POST.get("words", "")[: urgency.READ])
    english = get_language() == "en"
    guidance = urgency_rules.shipped().guidance
    context = {
        "is_emergency": found.urgent == urgency.Urgent.EMERGENCY,
        "is_fault": found.urgent == urgency.Urgent.LIVELIHOOD,
        "signs": [
            {"name": sign.en if english else sign.zh, "said": sign.said} for sign in found.signs[:3]
        ],
        "lines": [
            {"number": line.number, "name": line.en if english else line.zh} for line in found.lines
        ],
        "vulnerable": [sign.en if english else sign.zh for sign in found.vulnerable],
        "guidance": [
            step for code in found.guidance for step in guidance[code]["en" if english else "zh"]
        ],
    }
    return render(request, "cases/take_call.html#danger", context)


def _draft(data: dict[str, Any]) -> operations.Draft:
    names = "intake_key words title address occurred_at kind urgency name phone confidentiality wants_reply also"
    return operations.Draft(
        category=data.get("about"),
        place=data["where"],
        place_said=data.get("place_said", ""),
        leave=tuple(sorted(data["leave"])),
        **{name: data[name] for name in names.split()},
    )


def _limits_of(proposal: Proposal, request: ActorRequest) -> Offer | None:
    """Return the limits that the case would get if it were dispatched now."""
    kind, urgency = request.POST.get("kind", ""), request.POST.get("urgency", "")
    if kind not in Kind.values or urgency not in Urgency.values:
        return None
    entry_class = proposal.entry.clock_class if proposal.entry else ""
    case = Case(kind=kind, urgency=urgency, place=proposal.place)
    wanted = class_by(entry_class, class_of(kind=kind, urgency=urgency))
    ordinary, _override = offered(case, at=request.actor.now, clock_class=wanted)
    return ordinary


def _limits(actor: Actor) -> list[dict[str, Any]]:
    """Return each urgency with its limits in force over the actor's area; without words where none is."""
    area = next((code for _column, code in actor.scopes(P.RECEIVE)), None)
    profile = profile_for(Place.objects.filter(code=area).first(), at=actor.now)
    return [
        {
            "code": urgency.value,
            "label": urgency.label,
            "example": EXAMPLES[urgency.value],
            "first_contact": profile and profile.of(urgency).first_contact_words,
            "handling": profile and profile.of(urgency).handling_words,
        }
        for urgency in Urgency
    ]
