"""Reads of the knowledge base, each for one reader's area."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from linli.kernel.actor import Actor
from linli.knowledge.models import Article, ArticleVersion
from linli.knowledge.permissions import KnowledgePermission as P
from linli.knowledge.rules import SOON, one_within_other, overlap
from linli.territory.models import Organisation
from linli.territory.serving import held_by

UNITS = 300


def readable(actor: Actor) -> QuerySet[Article]:
    """Return the articles of the actor's areas and of those around them."""
    rows: QuerySet[Article] = Article.objects.seen_by(actor, permission=P.SEE)
    return rows


def article_for(article_id: int, *, actor: Actor, permission: str) -> Article:
    """Return an article over which the permission is held. Raises Article.DoesNotExist."""
    rows = Article.objects.seen_by(actor, permission=permission)
    found: Article = rows.select_related("place", "owner").get(pk=article_id)
    return found


def versions(actor: Actor) -> QuerySet[ArticleVersion]:
    """Return the versions that the actor may read, with their articles."""
    rows: QuerySet[ArticleVersion] = ArticleVersion.objects.filter(
        article__in=readable(actor)
    ).select_related("article__place", "article__owner")
    return rows


def shown(actor: Actor, *, which: str, on: dt.date) -> QuerySet[ArticleVersion]:
    """Return the versions of a list: `waiting`, `look` (expiring, expired, review due), else what is in force."""
    rows = versions(actor)
    if which == "waiting":
        return rows.waiting().order_by("written_at", "pk")  # type: ignore[attr-defined]
    rows = rows.in_force()  # type: ignore[attr-defined]
    if which == "look":
        rows = rows.filter(Q(review_on__lte=on) | Q(valid_to__lte=on + SOON))
    return rows.order_by("question", "pk")


def said_in(rows: QuerySet[ArticleVersion], words: str) -> QuerySet[ArticleVersion]:
    """Return those of the versions in which every one of the words stands."""
    for word in words.replace("\0", "").split()[:8]:
        rows = rows.filter(
            Q(question__icontains=word)
            | Q(variants__icontains=word)
            | Q(answer__icontains=word)
            | Q(source__icontains=word)
        )
    return rows


def answer_in_force(version_id: int, *, actor: Actor, on: dt.date) -> ArticleVersion | None:
    """Return a version that may be told on a day to anybody, None if it may not."""
    rows = versions(actor).in_force().valid_on(on)  # type: ignore[attr-defined]
    found: ArticleVersion | None = rows.filter(pk=version_id, audience="everyone").first()
    return found


def contradicting(version: ArticleVersion, *, actor: Actor) -> list[ArticleVersion]:
    """Return other articles in force that answer the same question at the same time in the same area."""
    rows = versions(actor).in_force().filter(asked_key=version.asked_key)  # type: ignore[attr-defined]
    others: Iterable[Any] = rows.exclude(article=version.article_id)
    return [
        other
        for other in others
        if overlap(version.span, other.span)
        and one_within_other(version.article.scope, other.article.scope)
    ]


def units_of(actor: Actor, permission: str) -> QuerySet[Organisation]:
    """Return the open organisations that may keep an article: those of the actor's areas."""
    rows: QuerySet[Organisation] = Organisation.objects.filter(
        held_by(actor, permission, through="place__") | Q(pk=actor.organisation_id or 0)
    )
    return rows.filter(is_open=True).order_by("name")[:UNITS]
