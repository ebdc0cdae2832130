"""What a person asks about her own data: found by her number, done case by case by the hotline's officer."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.accounts.queries import names_of
from linli.cases.flows import ENDED
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy import queries, rights
from linli.cases.privacy.collections import WORDS
from linli.cases.privacy.forms import CorrectForm, KnownForm, NumberForm
from linli.cases.privacy.wall import requester_of
from linli.cases.views.finding import case_or_404
from linli.kernel.http import ActorRequest, needs


@needs(P.RIGHTS)
def persons(request: ActorRequest) -> HttpResponse:
    """Find the cases of a person by the number that she left. It comes by POST, so that it stands in no address."""
    form = NumberForm(request.POST or None)
    cases: list[Case] | None = None
    if form.is_bound and form.is_valid():
        cases = queries.cases_of_number(form.cleaned_data["phone"], actor=request.actor)
    context = {"form": form, "cases": cases}
    return render(request, "privacy/persons.html", context, status=422 if form.errors else 200)


@needs(P.RIGHTS)
def person(request: ActorRequest, number: str) -> HttpResponse:
    """Show what the person of one case may ask for, what of it is possible now, and what was done before."""
    return _page(request, case_or_404(request, number, permission=P.RIGHTS))


@needs(P.RIGHTS)
@require_POST
def copy(request: ActorRequest, number: str) -> HttpResponse:
    """Show all that is kept of the person, to be printed, or send it as a file to take along."""
    found = case_or_404(request, number, permission=P.RIGHTS)
    form = KnownForm(request.POST, auto_id="id_copy_%s")
    kept: list[queries.Kept] = []
    if form.is_valid():
        asked = requester_of(found.pk, actor=request.actor, permission=P.RIGHTS)
        phone = asked.phone if asked else ""
        same = queries.cases_of_number(phone, actor=request.actor) if phone else []
        with form.catching():
            kept = rights.hand_out_copy(
                actor=request.actor,
                case_ids={found.pk, *(case.pk for case in same)},
                **form.cleaned_data,
            )
    if form.errors:
        return _page(request, found, copy_form=form)
    if "file" in request.POST:
        response: HttpResponse = JsonResponse(
            {"cases": [one.as_json() for one in kept]},
            json_dumps_params={"ensure_ascii": False, "indent": 1},
        )
        response["Content-Disposition"] = f'attachment; filename="linli-{found.number}.json"'
    else:
        response = render(request, "privacy/copy.html", {"case": found, "kept": kept})
    response["Cache-Control"] = "no-store"
    return response


@needs(P.RIGHTS)
@require_POST
def correct(request: ActorRequest, number: str) -> HttpResponse:
    """Put name or number right."""
    found = case_or_404(request, number, permission=P.RIGHTS)
    form = CorrectForm(request.POST, auto_id="id_correct_%s")
    if form.is_valid():
        with form.catching():
            rights.correct_requester(actor=request.actor, case_id=found.pk, **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("It is put right. The person can be told so."))
            return redirect("privacy:person", number=number)
    return _page(request, found, correct_form=form)


@needs(P.RIGHTS)
@require_POST
def delete(request: ActorRequest, number: str) -> HttpResponse:
    """Delete name and number before their time."""
    found = case_or_404(request, number, permission=P.RIGHTS)
    form = KnownForm(request.POST, auto_id="id_delete_%s")
    if form.is_valid():
        with form.catching():
            rights.delete_requester(actor=request.actor, case_id=found.pk, **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("Name and number are deleted. The person can be told so."))
            return redirect("privacy:person", number=number)
    return _page(request, found, delete_form=form)


def _page(
    request: ActorRequest,
    found: Case,
    *,
    copy_form: KnownForm | None = None,
    correct_form: CorrectForm | None = None,
    delete_form: KnownForm | None = None,
) -> HttpResponse:
    done = queries.rights_requests_of(found)
    people = names_of({row.user_id for row in done})
    context: dict[str, Any] = {
        "case": found,
        "requester": requester_of(found.pk, actor=request.actor, permission=P.RIGHTS),
        "copy_form": copy_form or KnownForm(auto_id="id_copy_%s"),
        "correct_form": correct_form or CorrectForm(auto_id="id_correct_%s"),
        "delete_form": delete_form or KnownForm(auto_id="id_delete_%s"),
        "is_open": found.state not in ENDED,
        "words_until": WORDS.kept_until(found.closed_at) if found.closed_at else None,
        "done": [{"asked": row, "person": people.get(row.user_id)} for row in done],
    }
    bad = any(form and form.errors for form in (copy_form, correct_form, delete_form))
    return render(request, "privacy/person.html", context, status=422 if bad else 200)
