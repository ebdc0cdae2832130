"""Problems and what hangs on them."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.accounts.models import User
from linli.cases.models import Case, Category
from linli.kernel.actor import Actor
from linli.kernel.scope import Scoped, ScopedQuerySet
from linli.problems import flows, rules
from linli.problems.choices import GiftKind
from linli.territory.models import Organisation, Place


def _together(name: str, *fields: str) -> models.CheckConstraint:
    """Return the constraint that some columns are given together or not at all."""
    none = Q(**{f"{field}__isnull": True for field in fields})
    every = Q(**{f"{field}__isnull": False for field in fields})
    return models.CheckConstraint(name=name, condition=none | every)


def _somebody_else(name: str, one: str, other: str) -> models.CheckConstraint:
    """Return the constraint that two acts are never of the same person."""
    return models.CheckConstraint(
        name=name, condition=Q(**{f"{other}__isnull": True}) | ~Q(**{other: F(one)})
    )


def _money(label: Any, **given: Any) -> Any:
    """Return a column of yuan."""
    return models.DecimalField(label, max_digits=12, decimal_places=2, **given)


def _person() -> Any:
    return models.ForeignKey(User, models.PROTECT, null=True, related_name="+")


class ProblemQuerySet(ScopedQuerySet):
    def locked(self, problem_id: int, *, actor: Actor, permission: str) -> "Problem":
        """Return one problem, locked for this transaction. Raises Problem.DoesNotExist outside the scope."""
        return (
            self.seen_by(actor, permission=permission)
            .select_for_update(of=("self",))
            .select_related("place", "category")
            .get(pk=problem_id)
        )

    def standing(self) -> Self:
        """Return the problems that take in new cases of their kind."""
        return self.filter(state__in=flows.STANDING)


class Problem(Scoped):
    """问题. Repeated cases of a kind (`category`) at a place, taken as one. Root of its own event stream.

    `measured_at`: when the measure was last done; the watch of calls runs from then to `watched_until`.
    """

    form_key = models.UUIDField(unique=True, default=uuid.uuid4)
    state = models.CharField(
        max_length=32, choices=flows.PROBLEM.choices, default=flows.PROBLEM.initial
    )
    state_since = models.DateTimeField()
    version = models.IntegerField(default=1)
    title = models.CharField(_("What the problem is"), max_length=100)
    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("Place"))
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("Category"))
    gathered_at = models.DateTimeField()
    cause = models.TextField(_("Cause"), blank=True)
    owner = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("Owner")
    )
    measure = models.TextField(_("What was done"), blank=True)
    measured_at = models.DateTimeField(null=True)
    watched_until = models.DateTimeField(null=True)
    recurred_count = models.PositiveIntegerField(default=0)
    set_aside_because = models.TextField(_("Why it is none"), blank=True)

    objects: ClassVar = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("Problem")
        constraints = [
            flows.PROBLEM.check(),
            models.UniqueConstraint(
                fields=["place", "category"],
                condition=Q(state__in=flows.STANDING),
                name="problem_one_of_a_kind",
            ),
            models.CheckConstraint(
                name="problem_planned_is_whole",
                condition=~Q(state__in=("in_hand", "watched", "solved"))
                | (~Q(cause="") & Q(owner__isnull=False)),
            ),
            models.CheckConstraint(
                name="problem_watched_has_measure",
                condition=~Q(state__in=("watched", "solved"))
                | (~Q(measure="") & Q(measured_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="problem_watch_is_whole",
                condition=Q(measured_at__isnull=True, watched_until__isnull=True)
                | Q(watched_until__gt=F("measured_at")),
            ),
            models.CheckConstraint(
                name="problem_set_aside_says_why",
                condition=~Q(state="set_aside") | ~Q(set_aside_because=""),
            ),
        ]
        indexes = [
            models.Index(fields=[column, "-state_since"], name=f"problem_{column.split('_')[0]}")
            for column in ("city_code", "district_code", "street_code", "community_code")
        ]
        triggers = [flows.PROBLEM.trigger()]

    def __str__(self) -> str:
        return self.title

    @property
    def state_now(self) -> Any:
        return flows.PROBLEM.state(self.state)


class ProblemCase(models.Model):
    """问题中的诉求. A case of a problem; `is_after`: it came after the measure."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="parts")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    is_after = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("Case of a problem")
        constraints = [models.UniqueConstraint(fields=["case"], name="problem_case_once")]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.case_id}"


class ProblemStep(models.Model):
    """步骤. A step of the plan, with the day until which it is to be done."""

    form_key = models.UUIDField(unique=True, default=uuid.uuid4)
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="steps")
    words = models.CharField(_("Step"), max_length=200)
    due_on = models.DateField(_("Until"))
    done_at = models.DateTimeField(null=True)
    done_by = _person()

    class Meta:
        verbose_name = _("Step of a plan")
        constraints = [
            models.CheckConstraint(name="step_says_what", condition=~Q(words="")),
            _together("step_done_is_whole", "done_at", "done_by"),
        ]

    def __str__(self) -> str:
        return self.words


class Fund(models.Model):
    """经费. Money applied for, granted, spent (yuan). `source`: from which funds it is asked."""

    form_key = models.UUIDField(unique=True, default=uuid.uuid4)
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="funds")
    source = models.CharField(_("From which funds"), max_length=100)
    applied = _money(_("Applied for (yuan)"))
    applied_at = models.DateTimeField()
    applied_by = _person()
    granted = _money(_("Granted (yuan)"), null=True)
    granted_at = models.DateTimeField(null=True)
    granted_by = _person()
    spent = _money(_("Spent (yuan)"), default=0)

    class Meta:
        verbose_name = _("Money for a problem")
        constraints = [
            models.CheckConstraint(name="fund_applied_is_money", condition=Q(applied__gt=0)),
            models.CheckConstraint(
                name="fund_applied_is_whole",
                condition=Q(applied_at__isnull=False, applied_by__isnull=False),
            ),
            _together("fund_granted_is_whole", "granted", "granted_at", "granted_by"),
            models.CheckConstraint(
                name="fund_granted_within",
                condition=Q(granted__isnull=True) | Q(granted__gte=0, granted__lte=F("applied")),
            ),
            models.CheckConstraint(
                name="fund_spent_within_grant",
                condition=Q(spent=0)
                | Q(granted__isnull=False, spent__gt=0, spent__lte=F("granted")),
            ),
            _somebody_else("fund_granted_by_another", "applied_by", "granted_by"),
        ]

    def __str__(self) -> str:
        return self.source

    @property
    def left(self) -> Any:
        """Return what of the grant is not spent, in yuan."""
        return (self.granted or 0) - self.spent


class Spending(models.Model):
    """支出. Money spent of a grant (yuan), with its receipt; accounted for when somebody else has checked it."""

    form_key = models.UUIDField(unique=True, default=uuid.uuid4)
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="spendings")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="spendings")
    words = models.CharField(_("What for"), max_length=200)
    receipt = models.CharField(_("Number of the receipt"), max_length=64)
    amount = _money(_("Spent (yuan)"))
    spent_at = models.DateTimeField()
    spent_by = _person()
    checked_at = models.DateTimeField(null=True)
    checked_by = _person()

    class Meta:
        verbose_name = _("Spending")
        constraints = [
            models.CheckConstraint(name="spending_is_money", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="spending_has_receipt", condition=~Q(receipt="")),
            models.CheckConstraint(
                name="spending_is_whole",
                condition=Q(spent_at__isnull=False, spent_by__isnull=False),
            ),
            _together("spending_checked_is_whole", "checked_at", "checked_by"),
            _somebody_else("spending_checked_by_another", "spent_by", "checked_by"),
        ]

    def __str__(self) -> str:
        return f"{self.words} {self.amount}"


class Gift(models.Model):
    """物料与人工. Material or labour by an organisation: promised, delivered, verified by somebody else."""

    form_key = models.UUIDField(unique=True, default=uuid.uuid4)
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="gifts")
    kind = models.CharField(_("Material or labour"), max_length=16, choices=GiftKind.choices)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("By whom")
    )
    words = models.CharField(_("What is given"), max_length=200)
    amount = models.DecimalField(_("Amount"), max_digits=10, decimal_places=2)
    unit = models.CharField(_("Counted in"), max_length=16)
    promised_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    delivered_by = _person()
    verified_at = models.DateTimeField(null=True)
    verified_by = _person()

    class Meta:
        verbose_name = _("Material and labour")
        constraints = [
            models.CheckConstraint(name="gift_kind_known", condition=Q(kind__in=GiftKind.values)),
            models.CheckConstraint(name="gift_is_something", condition=Q(amount__gt=0)),
            _together("gift_delivered_is_whole", "delivered_at", "delivered_by"),
            _together("gift_verified_is_whole", "verified_at", "verified_by"),
            models.CheckConstraint(
                name="gift_verified_after_delivery",
                condition=Q(verified_at__isnull=True) | Q(delivered_at__isnull=False),
            ),
            _somebody_else("gift_verified_by_another", "delivered_by", "verified_by"),
        ]

    def __str__(self) -> str:
        return f"{self.words} {self.amount} {self.unit}"


class ProblemThreshold(models.Model):
    """问题门槛. How many cases of a kind within how many days an area takes as one problem."""

    place = models.OneToOneField(Place, models.PROTECT, related_name="+", verbose_name=_("Area"))
    minimum = models.PositiveIntegerField(_("Cases"))
    days = models.PositiveIntegerField(_("Within days"))
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("Threshold of problems")
        constraints = [
            models.CheckConstraint(
                name="threshold_in_reason",
                condition=Q(
                    minimum__gte=rules.FEWEST,
                    minimum__lte=rules.MOST,
                    days__gte=rules.SHORTEST,
                    days__lte=rules.LONGEST,
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.minimum}/{self.days}"
