"""Writes of the knowledge base: write, approve, decline, end. A version is put in force by somebody who did not write it."""

import datetime as dt
import uuid
from dataclasses import asdict, dataclass

from django.db import connection

from linli.kernel.actor import Actor
from linli.kernel.events import record
from linli.kernel.operation import operation
from linli.knowledge.choices import Audience
from linli.knowledge.events import (
    ArticleApproved,
    ArticleDeclined,
    ArticleEnded,
    ArticleWritten,
)
from linli.knowledge.models import Article, ArticleVersion
from linli.knowledge.permissions import KnowledgePermission as P
from linli.knowledge.rules import (
    ENDS_BEFORE,
    IS_OVER,
    NO_REASON,
    NOT_IN_FORCE,
    NOT_WAITING,
    NOTHING_SAID,
    OUTSIDE,
    SAME_PERSON,
    asked_key,
)
from linli.methods.language.normal import clean_words
from linli.territory.models import Organisation, Place, day_of
from linli.territory.serving import holds


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a version is to say. Days are whole days; `valid_to` is the last one, None for no end."""

    question: str
    answer: str
    source: str
    valid_from: dt.date
    review_on: dt.date
    valid_to: dt.date | None = None
    variants: str = ""
    steps: str = ""
    materials: str = ""
    clause: str = ""
    source_date: dt.date | None = None
    audience: str = Audience.EVERYONE


@operation(P.WRITE)
def write_article(
    *, actor: Actor, place: Place, owner: Organisation, draft: Draft, form_key: uuid.UUID
) -> ArticleVersion:
    """Write a new article; it waits for a second person. The same form twice is one article.

    Raises RuleBroken: outside the actor's area, a question, answer or source lacking, days the wrong way round.
    """
    if (twice := _sent_before(form_key)) is not None:
        return twice
    if not holds(actor, P.WRITE, place):
        raise OUTSIDE(place=place.label)
    article = Article.objects.create(place=place, owner=owner, version=0, **place.scope)
    return _write(article, draft, number=1, form_key=form_key, actor=actor)


@operation(P.WRITE)
def write_version(
    *, actor: Actor, article_id: int, draft: Draft, form_key: uuid.UUID
) -> ArticleVersion:
    """Write an article anew; what is in force stays so until a second person approves. A version that waited gives way.

    Raises Article.DoesNotExist outside the actor's area, RuleBroken.
    """
    if (twice := _sent_before(form_key)) is not None:
        return twice
    article = _locked(article_id, actor=actor, permission=P.WRITE)
    rows = ArticleVersion.objects.filter(article=article)
    rows.waiting().update(ended_at=actor.now, ended_by=actor.user_id)
    last = rows.order_by("-number").values_list("number", flat=True).first() or 0
    return _write(article, draft, number=last + 1, form_key=form_key, actor=actor)


@operation(P.APPROVE)
def approve(*, actor: Actor, article_id: int, number: int) -> ArticleVersion:
    """Put a version in force; the one before ends. Raises Article.DoesNotExist, RuleBroken: one's own, decided, over."""
    article, version = _waiting(article_id, number, actor=actor)
    if version.author_id == actor.user_id:
        raise SAME_PERSON()
    if version.valid_to is not None and version.valid_to < day_of(actor.now):
        raise IS_OVER(day=version.valid_to.isoformat())
    standing = ArticleVersion.objects.filter(article=article).in_force()
    before = standing.values_list("number", flat=True).first()
    standing.update(ended_at=actor.now, ended_by=actor.user_id)
    version.approved_at, version.approved_by = actor.now, actor.user_id
    version.save(update_fields=["approved_at", "approved_by"])
    _happened(
        article, ArticleApproved(article_id=article.pk, number=number, before=before), actor=actor
    )
    return version


@operation(P.APPROVE)
def decline(*, actor: Actor, article_id: int, number: int, reason: str) -> ArticleVersion:
    """Send a version back to its writer, saying what is to be mended. Raises Article.DoesNotExist, RuleBroken."""
    article, version = _waiting(article_id, number, actor=actor)
    if not reason.strip():
        raise NO_REASON()
    version.declined_at, version.declined_by = actor.now, actor.user_id
    version.decline_reason = clean_words(reason)[:500]
    version.save(update_fields=["declined_at", "declined_by", "decline_reason"])
    _happened(article, ArticleDeclined(article_id=article.pk, number=number), actor=actor)
    return version


@operation(P.APPROVE)
def end_article(*, actor: Actor, article_id: int, number: int) -> ArticleVersion:
    """End what is in force: from now on nobody is told it. Raises Article.DoesNotExist, RuleBroken."""
    article = _locked(article_id, actor=actor, permission=P.APPROVE)
    version = ArticleVersion.objects.filter(article=article, number=number).in_force().first()
    if version is None:
        raise NOT_IN_FORCE()
    version.ended_at, version.ended_by = actor.now, actor.user_id
    version.save(update_fields=["ended_at", "ended_by"])
    _happened(article, ArticleEnded(article_id=article.pk, number=number), actor=actor)
    return version


def _sent_before(form_key: uuid.UUID) -> ArticleVersion | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [form_key.int % 2**63])
    return ArticleVersion.objects.filter(form_key=form_key).first()


def _locked(article_id: int, *, actor: Actor, permission: str) -> Article:
    rows = Article.objects.seen_by(actor, permission=permission).select_for_update(of=("self",))
    found: Article = rows.get(pk=article_id)
    return found


def _waiting(article_id: int, number: int, *, actor: Actor) -> tuple[Article, ArticleVersion]:
    article = _locked(article_id, actor=actor, permission=P.APPROVE)
    version = ArticleVersion.objects.filter(article=article, number=number).waiting().first()
    if version is None:
        raise NOT_WAITING()
    return article, version


def _write(
    article: Article, draft: Draft, *, number: int, form_key: uuid.UUID, actor: Actor
) -> ArticleVersion:
    said = asdict(draft)
    for name, value in said.items():
        if isinstance(value, str):
            said[name] = clean_words(value)
    if not (said["question"] and said["answer"] and said["source"]):
        raise NOTHING_SAID()
    if draft.valid_to is not None and draft.valid_to < draft.valid_from:
        raise ENDS_BEFORE()
    assert actor.user_id is not None
    version = ArticleVersion.objects.create(
        article=article,
        number=number,
        form_key=form_key,
        asked_key=asked_key(said["question"]),
        author_id=actor.user_id,
        written_at=actor.now,
        **said,
    )
    _happened(article, ArticleWritten(article_id=article.pk, number=number), actor=actor)
    return version


def _happened(article: Article, event: object, *, actor: Actor) -> None:
    article.version += 1
    Article.objects.everywhere("the version of a locked article").filter(pk=article.pk).update(
        version=article.version
    )
    record(event, actor=actor, kind="article", stream=article.pk, seq=article.version)
