"""Taking a call."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from linli.cases import operations, queries
from linli.cases.catalogue.queries import categories_in_force, find_categories, proposal_for
from linli.cases.choices import Urgency
from linli.cases.clocks.queries import profile_for
from linli.cases.forms import TakeCallForm
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.http import ActorRequest, needs
from linli.kernel.ids import read_number
from linli.methods.language.phone import NotATelephone, e164
from linli.territory.models import Place
from linli.territory.queries import find_places, with_paths

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
            case = operations.receive(actor=actor, draft=_draft(form.cleaned_data))
        if case is not None:
            return redirect(f"{reverse('cases:take_call')}?received={case.number}")
    received = read_number(request.GET.get("received", ""))
    seen = Case.objects.seen_by(actor, permission=P.SEE)
    context = {
        "form": form,
        "limits": _limits(actor),
        "categories": categories_in_force(actor.now),
        "just_received": seen.filter(number=received).first() if received else None,
        "loop_step": "hear",
    }
    return render(request, "cases/take_call.html", context, status=422 if form.errors else 200)


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
    about = find_categories(request.POST.get("category", ""), at=actor.now)
    context = {
        "place_words": words,
        "candidates": with_paths(places),
        "about": about,
        "proposal": proposal_for(
            category=about[0],
            place=places[0],
            urgency=request.POST.get("urgency", ""),
            at=actor.now,
        )
        if len(about) == 1 and len(places) == 1
        else None,
        "open_here": queries.open_at(places[0], actor=actor) if len(places) == 1 else [],
        "earlier": earlier,
    }
    return render(request, "cases/take_call.html#hints", context)


def _draft(data: dict[str, Any]) -> operations.Draft:
    names = "intake_key words title address occurred_at kind urgency name phone confidentiality wants_reply also"
    return operations.Draft(
        category=data.get("about"),
        place=data["where"],
        leave=tuple(sorted(data["leave"])),
        **{name: data[name] for name in names.split()},
    )


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
