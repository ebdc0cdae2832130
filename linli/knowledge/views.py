"""The knowledge base on screens: ask and list, one article with its history, write, approve."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from linli.accounts.queries import names_of
from linli.kernel.errors import RuleBroken
from linli.kernel.http import ActorRequest, needs
from linli.knowledge import operations
from linli.knowledge.finding import find_answers
from linli.knowledge.forms import ArticleForm
from linli.knowledge.models import Article, ArticleVersion
from linli.knowledge.permissions import KnowledgePermission as P
from linli.knowledge.queries import article_for, contradicting, said_in, shown
from linli.territory.models import day_of
from linli.territory.serving import holds

ON_A_PAGE = 30
LISTS = ("force", "waiting", "look")


@needs(P.SEE)
def home(request: ActorRequest) -> HttpResponse:
    """Answer a question, and list what stands: in force, waiting for a second person, to be looked at."""
    actor, today = request.actor, day_of(request.actor.now)
    asked = request.GET.get("q", "").strip()[:200]
    which = request.GET.get("list", "")
    which = which if which in LISTS else "force"
    rows = shown(actor, which=which, on=today)
    answers = None
    if asked:
        answers = find_answers(asked, actor=actor, on=today)
        rows = said_in(rows, asked).exclude(pk__in=[one.pk for one in answers.found])
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "answers": answers,
        "which": which,
        "page": page,
        "entries": [(one, one.needs_a_look(today), one.is_valid(today)) for one in page],
        "pager_query": urlencode({"list": which, "q": asked}) + "&",
    }
    return render(request, "knowledge/home.html", context)


def _article(request: ActorRequest, article_id: int, permission: str) -> Article:
    try:
        return article_for(article_id, actor=request.actor, permission=permission)
    except Article.DoesNotExist as missing:
        raise Http404 from missing


@needs(P.SEE)
def article(request: ActorRequest, article_id: int) -> HttpResponse:
    """Show what an article says, what waits, what it contradicts, and every version there was."""
    return _page(request, _article(request, article_id, P.SEE))


def _page(
    request: ActorRequest, found: Article, *, refused: RuleBroken | None = None, reason: str = ""
) -> HttpResponse:
    actor, today = request.actor, day_of(request.actor.now)
    rows: list[ArticleVersion] = list(found.versions.order_by("-number"))
    for one in rows:
        one.article = found
    current = next((one for one in rows if one.is_in_force), None)
    waiting = next((one for one in rows if one.is_waiting), None)
    people = names_of(
        {
            who
            for one in rows
            for who in (one.author_id, one.approved_by, one.declined_by, one.ended_by)
            if who
        }
    )
    told = waiting or current
    context = {
        "article": found,
        "current": current,
        "waiting": waiting,
        "history": [
            {
                "version": one,
                "writer": people.get(one.author_id),
                "approver": people.get(one.approved_by or 0),
                "decliner": people.get(one.declined_by or 0),
            }
            for one in rows
        ],
        "contradicting": contradicting(told, actor=actor) if told else [],
        "is_valid": current is not None and current.is_valid(today),
        "needs_a_look": current is not None and current.needs_a_look(today),
        "may_write": holds(actor, P.WRITE, found.place),
        "may_approve": holds(actor, P.APPROVE, found.place),
        "is_own": waiting is not None and waiting.author_id == actor.user_id,
        "refused": refused,
        "reason": reason,
    }
    return render(request, "knowledge/article.html", context, status=409 if refused else 200)


@needs(P.WRITE)
def new(request: ActorRequest) -> HttpResponse:
    """Write a new article; what is refused stays in the form."""
    form = ArticleForm(request.POST or None, actor=request.actor)
    if not request.POST and (asked := request.GET.get("q", "")[:200]):
        form.initial["question"] = asked
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.catching():
            made = operations.write_article(
                actor=request.actor,
                place=data["where"],
                owner=form.units[data["owner"]],
                draft=form.draft,
                form_key=data["form_key"],
            )
            return redirect("knowledge:article", made.article_id)
    return _form(request, form)


@needs(P.WRITE)
def edit(request: ActorRequest, article_id: int) -> HttpResponse:
    """Write an article anew; the version in force stays until a second person approves."""
    found = _article(request, article_id, P.WRITE)
    last = found.versions.order_by("-number").first()
    form = ArticleForm(request.POST or None, actor=request.actor, version=last)
    if request.method == "POST" and form.is_valid():
        with form.catching():
            operations.write_version(
                actor=request.actor,
                article_id=found.pk,
                draft=form.draft,
                form_key=form.cleaned_data["form_key"],
            )
            return redirect("knowledge:article", found.pk)
    return _form(request, form, found)


def _form(request: ActorRequest, form: ArticleForm, found: Article | None = None) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"form": form, "article": found}
    return render(request, "knowledge/write.html", context, status=status)


def _decided(
    request: ActorRequest, article_id: int, decide: Callable[..., Any], **more: str
) -> HttpResponse:
    """Take a decision on the very version that was shown; a refusal stands on the article's page."""
    found = _article(request, article_id, P.APPROVE)
    number = request.POST.get("shown", "")
    try:
        decide(
            actor=request.actor,
            article_id=found.pk,
            number=int(number) if number.isdecimal() and len(number) < 9 else 0,
            **more,
        )
    except RuleBroken as broken:
        return _page(request, found, refused=broken, reason=more.get("reason", ""))
    return redirect("knowledge:article", found.pk)


@needs(P.APPROVE)
@require_POST
def approve(request: ActorRequest, article_id: int) -> HttpResponse:
    """Put the version that was shown in force."""
    return _decided(request, article_id, operations.approve)


@needs(P.APPROVE)
@require_POST
def decline(request: ActorRequest, article_id: int) -> HttpResponse:
    """Send the version that was shown back to its writer."""
    reason = request.POST.get("reason", "")
    return _decided(request, article_id, operations.decline, reason=reason)


@needs(P.APPROVE)
@require_POST
def end(request: ActorRequest, article_id: int) -> HttpResponse:
    """End what is in force."""
    return _decided(request, article_id, operations.end_article)
