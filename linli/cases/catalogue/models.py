"""Categories, the dispatch catalogue, duty lists, copies."""

import datetime as dt
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Length, Right
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.choices import DUTY_BOUND, LEAD_KINDS, DraftKind, SevenFive
from linli.cases.choices import Urgency
from linli.cases.clocks.choices import ClockCode
from linli.territory.choices import CAN_LEAD, OrganisationKind
from linli.territory.models import (
    DatedQuerySet,
    Organisation,
    Place,
    apart,
    ends_after_start,
)

_STEP = 2
"""Characters of a category's code that one level takes."""


def ancestry(code: str) -> list[str]:
    """Return the codes from the first level down to this one: 010901 -> 01, 0109, 010901."""
    return [code[:end] for end in range(_STEP, len(code) + 1, _STEP)]


def _or_blank(field: str, values: Any) -> Q:
    return Q(**{f"{field}__in": ["", *values]})


def _one_of(name: str, key: str, text: str) -> models.CheckConstraint:
    """Return the constraint that either a row is named or a kind is, never both, never neither."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{key}__isnull": True}) & ~Q(**{text: ""})
        | Q(**{f"{key}__isnull": False, text: ""}),
    )


def _number(expression: Any) -> Func:
    """Return a number of a row as a range of one, for an EXCLUDE."""
    return Func(expression, expression, Value("[]"), function="int8range")


class Category(models.Model):
    """诉求类别. What a case is about, in a tree of two or three levels.

    The code holds the path, two characters a level. `usual_lead` is the kind of unit that leads such cases
    by common practice, `usual_class` its usual limit: a suggestion for a catalogue, never a rule. `words`: what people
    also say for it, by spaces. It is never deleted: it ends, and `successor` follows it. Unknown ends are open.
    """

    code = models.CharField(_("Category code"), max_length=8, unique=True, db_collation="C")
    parent = models.ForeignKey(
        "self", models.PROTECT, to_field="code", null=True, related_name="children"
    )
    name = models.CharField(_("Name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=80)
    usual_lead = models.CharField(_("Usual lead"), max_length=32, choices=LEAD_KINDS)
    usual_class = models.CharField(_("Usual limit"), max_length=4, choices=ClockCode.choices)
    tag = models.CharField(
        _("Seven haves, five qualities"), max_length=16, choices=SevenFive.choices, blank=True
    )
    words = models.CharField(_("Also said"), max_length=200, blank=True)
    valid_from = models.DateTimeField(_("From"), null=True)
    valid_to = models.DateTimeField(_("To"), null=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        to_field="code",
        null=True,
        related_name="predecessors",
        verbose_name=_("Followed by"),
    )
    version = models.IntegerField(default=1)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Category")
        ordering = ["code"]
        triggers = [
            pgtrigger.Protect(name="category_is_kept", operation=pgtrigger.Delete),
        ]
        constraints = [
            # One that was taken back before it began ends where it would have begun: it never was.
            models.CheckConstraint(
                name="category_ends_after_start",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="category_follows_what_ends",
                condition=Q(successor__isnull=True)
                | Q(valid_to__isnull=False) & ~Q(successor=F("code")),
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(valid_to__isnull=True),
                nulls_distinct=False,
                name="category_name_once_beside",
            ),
            models.CheckConstraint(
                name="category_code_is_path",
                condition=Q(code__regex=r"^([0-9A-Z]{2}){1,4}$")
                & (
                    Q(parent__isnull=True, code__regex=r"^..$")
                    | Q(
                        parent__isnull=False,
                        code=models.functions.Concat(F("parent"), Right("code", _STEP)),
                    )
                ),
            ),
            models.CheckConstraint(
                name="category_usual_lead_known", condition=Q(usual_lead__in=CAN_LEAD)
            ),
            models.CheckConstraint(
                name="category_usual_class_known", condition=Q(usual_class__in=ClockCode.values)
            ),
            models.CheckConstraint(
                name="category_tag_known", condition=_or_blank("tag", SevenFive.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def label(self) -> str:
        """Return the name in the language in force."""
        return self.name_en if (get_language() or "").startswith("en") else self.name

    def is_over(self, at: dt.datetime) -> bool:
        """Return whether it has ended at a moment."""
        return self.valid_to is not None and self.valid_to <= at

    @property
    def shown(self) -> str:
        """Return code and name, as the field of a form holds it."""
        return f"{self.code} {self.label}"

    @property
    def depth(self) -> int:
        return len(self.code) // _STEP

    @property
    def ancestry(self) -> list[str]:
        return ancestry(self.code)


class CatalogueEntry(models.Model):
    """派单目录条目. Who leads a category of cases in an area, from when to when.

    `urgency` blank: every urgency; `place` null: the whole installation. The lead is an organisation, or a
    kind of organisation that is found by the case's place. `clock_class` blank: by the case's own urgency.
    Never changed: a change ends this entry and begins another, so that an order's reason stands.
    """

    category = models.ForeignKey(Category, models.PROTECT, related_name="entries")
    urgency = models.CharField(_("Urgency"), max_length=4, choices=Urgency.choices, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, verbose_name=_("Area"))
    lead = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("Lead unit")
    )
    lead_kind = models.CharField(
        _("Lead by its kind"), max_length=32, choices=LEAD_KINDS, blank=True
    )
    clock_class = models.CharField(
        _("Clock class"), max_length=4, choices=ClockCode.choices, blank=True
    )
    basis = models.CharField(_("Legal basis"), max_length=500)
    valid_from = models.DateTimeField(_("From"))
    valid_to = models.DateTimeField(_("To"), null=True)
    made_at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    version = models.IntegerField(default=1)

    objects: ClassVar = DatedQuerySet.as_manager()

    helpers: list[tuple[int | None, str]]
    """Set by `queries.entries_for` only: (organisation id, kind) of each co-handler."""

    class Meta:
        verbose_name = _("Catalogue entry")
        constraints = [
            apart(
                "entry_apart",
                _number(F("category_id")),
                _number(Coalesce("place_id", Value(0))),
                # '', E1, E2, N and C differ in their last character.
                _number(Func(Right("urgency", 1), function="ascii")),
                spans="tstzrange",
            ),
            ends_after_start("entry_ends_after_start"),
            _one_of("entry_one_lead", "lead", "lead_kind"),
            models.CheckConstraint(
                name="entry_kind_can_lead", condition=_or_blank("lead_kind", CAN_LEAD)
            ),
            models.CheckConstraint(
                name="entry_urgency_known", condition=_or_blank("urgency", Urgency.values)
            ),
            models.CheckConstraint(
                name="entry_class_known", condition=_or_blank("clock_class", ClockCode.values)
            ),
            models.CheckConstraint(name="entry_says_basis", condition=~Q(basis="")),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="entry_is_final", exclude=["valid_to", "version"]),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.place_id} {self.valid_from:%Y-%m-%d}"

    @property
    def lead_shown(self) -> str:
        """Return the lead in words: its name, or its kind."""
        return self.lead.label if self.lead else str(self.get_lead_kind_display())


class CoHandler(models.Model):
    """协办单位. Who takes part beside the lead by an entry: an organisation, or a kind found by place."""

    entry = models.ForeignKey(CatalogueEntry, models.CASCADE, related_name="co_handlers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=32, choices=OrganisationKind.choices, blank=True)

    class Meta:
        verbose_name = _("Co-handler")
        ordering = ["pk"]
        constraints = [
            _one_of("co_handler_one", "organisation", "kind"),
            models.CheckConstraint(
                name="co_handler_kind_known", condition=_or_blank("kind", OrganisationKind.values)
            ),
            models.UniqueConstraint(
                fields=["entry", "organisation", "kind"],
                name="co_handler_once",
                nulls_distinct=False,
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="co_handler_is_final", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        return self.organisation.label if self.organisation else str(self.get_kind_display())


class DutyItem(models.Model):
    """职责清单事项. A category that a community's body may lead, from when to when (article 17).

    Of one organisation, or of a kind, in an area or (place null) everywhere. It covers what lies below the
    category too.
    """

    category = models.ForeignKey(Category, models.PROTECT, related_name="duty_items")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(
        _("Kind of organisation"),
        max_length=32,
        choices=[(kind.value, kind.label) for kind in DUTY_BOUND],
        blank=True,
    )
    place = models.ForeignKey(Place, models.PROTECT, null=True, verbose_name=_("Area"))
    basis = models.CharField(_("Legal basis"), max_length=500)
    valid_from = models.DateTimeField(_("From"))
    valid_to = models.DateTimeField(_("To"), null=True)
    made_at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    version = models.IntegerField(default=1)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Duty item")
        constraints = [
            apart(
                "duty_item_apart",
                _number(F("category_id")),
                _number(Coalesce("organisation_id", Value(0))),
                _number(Coalesce("place_id", Value(0))),
                # The two kinds and blank differ in length.
                _number(Length("kind")),
                spans="tstzrange",
            ),
            ends_after_start("duty_item_ends_after_start"),
            _one_of("duty_item_one", "organisation", "kind"),
            models.CheckConstraint(
                name="duty_item_kind_bound", condition=_or_blank("kind", DUTY_BOUND)
            ),
            models.CheckConstraint(name="duty_item_says_basis", condition=~Q(basis="")),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="duty_item_is_final", exclude=["valid_to", "version"]),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.organisation_id or self.kind} {self.valid_from:%Y-%m-%d}"

    @property
    def whose(self) -> str:
        return self.organisation.label if self.organisation else str(self.get_kind_display())


class CopiedUnit(models.Model):
    """抄送单位. Who got a copy of an order: sees the case, moves nothing (article 12)."""

    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, related_name="copies")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="copies")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("Copied unit")
        constraints = [
            models.UniqueConstraint(fields=["order", "organisation"], name="copied_unit_once")
        ]
        indexes = [models.Index(fields=["organisation", "-at"], name="copied_unit_recent")]
        triggers = [
            pgtrigger.Protect(name="copied_unit_is_final", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} → {self.organisation_id}"


class CatalogueDraft(models.Model):
    """A file that an administrator is looking at: its rows as they were read, until applied.

    `what` it states the whole of: the catalogue, the duty lists, the tree of categories.
    """

    what = models.CharField(max_length=12, choices=DraftKind.choices, default=DraftKind.ENTRIES)
    name = models.CharField(max_length=200)
    rows = models.JSONField()
    made_at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Catalogue file")
        constraints = [
            models.CheckConstraint(
                name="catalogue_draft_what_known", condition=Q(what__in=DraftKind.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name
