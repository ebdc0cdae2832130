"""Beside the operator's form: what the knowledge base answers while she types, and telling it with one tap."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from linli.cases.choices import Disposition
from linli.cases.forms import TakeCallForm
from linli.cases.permissions import CasePermission as P
from linli.kernel.http import ActorRequest, needs
from linli.knowledge.finding import find_answers
from linli.knowledge.queries import answer_in_force
from linli.territory.models import day_of


@needs(P.RECEIVE)
@require_POST
def answer_hint(request: ActorRequest) -> HttpResponse:
    """Return the articles that answer her words and may be told, or that none is known; empty where nobody can say."""
    words = f"{request.POST.get('title', '')}\n{request.POST.get('words', '')}"
    today = day_of(request.actor.now)
    answers = find_answers(words, actor=request.actor, on=today, to_tell=True)
    return render(request, "cases/answers.html", {"answers": answers})


@needs(P.RECEIVE)
@require_POST
def tell_answer(request: ActorRequest) -> HttpResponse:
    """Return the branch “answered at once” with an article's answer in what the caller is told; she may change it."""
    given = request.POST.get("version", "")
    version_id = int(given) if given.isdecimal() and len(given) < 10 else 0
    cited = answer_in_force(version_id, actor=request.actor, on=day_of(request.actor.now))
    told = request.POST.get("told", "")
    branch = request.POST.get("goes", "")
    if cited is not None:
        parts = (cited.answer, cited.steps, cited.materials)
        told = "\n".join(part for part in parts if part)
        branch = Disposition.ANSWER_NOW.value
    form = TakeCallForm(
        initial={
            "goes": branch,
            "told": told,
            "same_as": request.POST.get("same_as", ""),
            "cites": cited.pk if cited else "",
        },
        actor=request.actor,
        permission=P.RECEIVE,
    )
    context = {"form": form, "cited": cited, "is_gone": cited is None}
    return render(request, "cases/tell.html", context)
