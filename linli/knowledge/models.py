"""Articles of the knowledge base and their versions."""

import datetime as dt
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.kernel.scope import Scoped, ScopedQuerySet
from linli.knowledge.choices import Audience
from linli.knowledge.permissions import KnowledgePermission as P
from linli.knowledge.rules import SOON, ways_of
from linli.territory.models import Organisation, Place


class ArticleQuerySet(ScopedQuerySet):
    def shared_with(self, actor: Actor, *, permission: str) -> Q | None:
        """Return, to be read, the articles of the areas around one's own: a city's rule holds in each community."""
        if permission != P.SEE:
            return None
        held = [code for _column, code in actor.scopes(permission)]
        rows = Place.objects.filter(code__in=held).values_list(*SCOPE_COLUMNS)
        around = {code for row in rows for code in row if code}
        return Q(place__code__in=around)


class Article(Scoped):
    """知识条目. One question that is answered for a place and all below it. What it says stands in its versions."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("Holds in"))
    owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("Unit that keeps it")
    )
    version = models.IntegerField(default=1)

    objects: ClassVar = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("Article")

    def __str__(self) -> str:
        return self.shown_number

    @property
    def shown_number(self) -> str:
        return f"K{self.pk:05d}"


class VersionQuerySet(models.QuerySet[Any]):
    def in_force(self) -> Self:
        """Return what was put in force by a second person and not ended; also what is not yet or no more valid."""
        return self.filter(approved_at__isnull=False, ended_at__isnull=True)

    def waiting(self) -> Self:
        """Return what waits for a second person."""
        return self.filter(
            approved_at__isnull=True, declined_at__isnull=True, ended_at__isnull=True
        )

    def valid_on(self, day: dt.date) -> Self:
        """Return what holds on a day; the last day is within."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


_DECISIONS = (
    *("approved_by", "approved_at", "declined_by", "declined_at", "decline_reason"),
    *("ended_by", "ended_at"),
)
_WAITS = Q(approved_at__isnull=True, declined_at__isnull=True, ended_at__isnull=True)


class ArticleVersion(models.Model):
    """知识版本. What an article says. Never changed once written; put in force by somebody who did not write it.

    `variants`: other ways of asking, one a line. `source` with `clause` and `source_date` is what is cited.
    `valid_to` is the last day. `ended_at`: replaced by the next version, or the article ended.
    """

    article = models.ForeignKey(Article, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    form_key = models.UUIDField(unique=True)
    question = models.CharField(_("Question"), max_length=200)
    asked_key = models.CharField(max_length=200)
    variants = models.TextField(_("Other ways of asking"), blank=True)
    answer = models.TextField(_("Answer"))
    steps = models.TextField(_("Steps"), blank=True)
    materials = models.TextField(_("What to bring"), blank=True)
    source = models.CharField(_("Source"), max_length=200)
    clause = models.CharField(_("Article of the source"), max_length=100, blank=True)
    source_date = models.DateField(_("Date of the source"), null=True)
    valid_from = models.DateField(_("Valid from"))
    valid_to = models.DateField(_("Valid to"), null=True)
    audience = models.CharField(
        _("For whom"), max_length=16, choices=Audience.choices, default=Audience.EVERYONE
    )
    review_on = models.DateField(_("To be reviewed on"))
    author_id = models.BigIntegerField()
    written_at = models.DateTimeField()
    approved_by = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    declined_by = models.BigIntegerField(null=True)
    declined_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(_("What is to be mended"), max_length=500, blank=True)
    ended_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Version of an article")
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="article_version_number"),
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(approved_at__isnull=False, ended_at__isnull=True),
                name="article_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["article"], condition=_WAITS, name="article_one_waiting"
            ),
            models.CheckConstraint(
                name="article_second_person",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | (
                    Q(approved_by__isnull=False, approved_at__isnull=False)
                    & ~Q(approved_by=F("author_id"))
                ),
            ),
            models.CheckConstraint(
                name="article_decline_is_whole",
                condition=Q(declined_by__isnull=True, declined_at__isnull=True, decline_reason="")
                | (
                    Q(
                        declined_by__isnull=False,
                        declined_at__isnull=False,
                        approved_at__isnull=True,
                    )
                    & ~Q(decline_reason="")
                ),
            ),
            models.CheckConstraint(
                name="article_end_is_whole",
                condition=Q(ended_by__isnull=True, ended_at__isnull=True)
                | Q(ended_by__isnull=False, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="article_says_something",
                condition=~Q(question="") & ~Q(answer="") & ~Q(source=""),
            ),
            models.CheckConstraint(
                name="article_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="article_audience_known", condition=Q(audience__in=Audience.values)
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_key"],
                condition=Q(approved_at__isnull=False, ended_at__isnull=True),
                name="article_asked",
            )
        ]
        triggers = [pgtrigger.ReadOnly(name="article_version_is_final", exclude=list(_DECISIONS))]

    def __str__(self) -> str:
        return f"{self.article_id} #{self.number}"

    @property
    def is_waiting(self) -> bool:
        return self.approved_at is None and self.declined_at is None and self.ended_at is None

    @property
    def is_in_force(self) -> bool:
        return self.approved_at is not None and self.ended_at is None

    @property
    def ways(self) -> list[str]:
        """Return the ways in which it is asked for."""
        return ways_of(self.question, self.variants)

    @property
    def span(self) -> tuple[dt.date, dt.date | None]:
        return self.valid_from, self.valid_to

    def is_valid(self, on: dt.date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def needs_a_look(self, on: dt.date) -> bool:
        """Return whether its review is due or its last day is near or past."""
        near = self.valid_to is not None and self.valid_to <= on + SOON
        return near or self.review_on <= on
