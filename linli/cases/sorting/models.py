"""Models of categories as rows, which is in force, and what was predicted of each case."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.models import Category
from linli.cases.sorting.choices import ModelFault, Origin
from linli.territory.models import DatedQuerySet, apart, ends_after_start


class SortingModel(models.Model):
    """分类模型. A file that says what a message is about, learnt from closed cases or uploaded. Never changed once made.

    `content` is the file whole, `digest` its SHA-256, `card` what it says of itself: hash and count of the rows, version,
    labels, figures. `beside`: its figures and those of the model then in force, on the same cases held back.
    """

    version = models.IntegerField(default=1)
    origin = models.CharField(_("Where it comes from"), max_length=16, choices=Origin.choices)
    user_id = models.BigIntegerField()
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=16, choices=ModelFault.choices, null=True)
    digest = models.CharField(max_length=64, unique=True, null=True, db_collation="C")
    content = models.BinaryField(null=True)
    card = models.JSONField(null=True)
    beside = models.JSONField(null=True)

    class Meta:
        verbose_name = _("Sorting model")
        constraints = [
            models.CheckConstraint(
                name="sorting_model_origin_known", condition=Q(origin__in=Origin.values)
            ),
            models.CheckConstraint(
                name="sorting_model_is_whole",
                condition=Q(
                    made_at__isnull=True,
                    digest__isnull=True,
                    content__isnull=True,
                    card__isnull=True,
                    beside__isnull=True,
                )
                | Q(
                    made_at__isnull=False,
                    digest__isnull=False,
                    content__isnull=False,
                    card__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="sorting_model_fault_is_whole",
                condition=Q(failed_at__isnull=True, fault__isnull=True)
                | Q(failed_at__isnull=False, fault__in=ModelFault.values, made_at__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="sorting_model_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__digest__isnull=False)
                & (
                    pgtrigger.Q(old__digest__df=pgtrigger.F("new__digest"))
                    | pgtrigger.Q(old__content__df=pgtrigger.F("new__content"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {(self.digest or '')[:12]}"

    @property
    def short_digest(self) -> str:
        return (self.digest or "")[:12]

    @property
    def is_waiting(self) -> bool:
        """Return whether it is still to be made."""
        return self.made_at is None and self.failed_at is None

    @property
    def row_count(self) -> int:
        """Return of how many rows it was made, by its own card."""
        return int((self.card or {}).get("made_of", {}).get("rows", 0))

    @property
    def rows_hash(self) -> str:
        """Return the hash of the rows, by its own card."""
        return str((self.card or {}).get("made_of", {}).get("sha256", ""))


class SortingTerm(models.Model):
    """施行的分类模型. Which model serves from when to when, and who put it in force. No model: the starter model."""

    model = models.ForeignKey(SortingModel, models.PROTECT, null=True, related_name="terms")
    valid_from = models.DateTimeField(_("From"))
    valid_to = models.DateTimeField(_("To"), null=True)
    user_id = models.BigIntegerField()

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Model in force")
        constraints = [
            apart("sorting_term_apart", spans="tstzrange"),
            ends_after_start("sorting_term_ends_after_start"),
        ]
        triggers = [pgtrigger.ReadOnly(name="sorting_term_is_final", exclude=["valid_to"])]

    def __str__(self) -> str:
        return f"{self.model_id or 'starter'} {self.valid_from:%Y-%m-%d}"


def _share(name: str) -> Any:
    return Q(**{f"{name}__range": (0, 1)})


class Prediction(models.Model):
    """类别预测. What a model said of a case when it came in, and what people decided.

    `model` None: the starter model. `code`, `second`, `third`: codes in force then, blank where there was nothing to go by.
    `is_sure`: it was certain enough to stand chosen. `final` is the category last decided, by whom and when;
    where it is not `code`, the prediction was corrected.
    """

    case = models.OneToOneField(
        "cases.Case", models.CASCADE, primary_key=True, related_name="prediction"
    )
    model = models.ForeignKey(SortingModel, models.PROTECT, null=True, related_name="+")
    predicted_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=8, blank=True, db_collation="C")
    probability = models.FloatField(default=0)
    second = models.CharField(max_length=8, blank=True, db_collation="C")
    second_probability = models.FloatField(default=0)
    third = models.CharField(max_length=8, blank=True, db_collation="C")
    third_probability = models.FloatField(default=0)
    is_sure = models.BooleanField(default=False)
    final = models.ForeignKey(
        Category, models.PROTECT, to_field="code", null=True, related_name="+"
    )
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Prediction")
        constraints = [
            models.CheckConstraint(
                name="prediction_probabilities_ordered",
                condition=_share("probability")
                & _share("second_probability")
                & _share("third_probability")
                & Q(
                    probability__gte=F("second_probability"),
                    second_probability__gte=F("third_probability"),
                ),
            ),
            models.CheckConstraint(
                name="prediction_sure_of_something", condition=Q(is_sure=False) | ~Q(code="")
            ),
            models.CheckConstraint(
                name="prediction_made_before_it_says",
                condition=Q(predicted_at__isnull=False) | Q(code="", model__isnull=True),
            ),
            models.CheckConstraint(
                name="prediction_decision_is_whole",
                condition=Q(final__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(final__isnull=False, decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["case"],
                condition=Q(predicted_at__isnull=True),
                name="prediction_to_make",
            ),
        ]
        triggers = [
            # What was said stays said: the figures of a model are not mended afterwards.
            pgtrigger.Protect(
                name="prediction_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__predicted_at__isnull=False)
                & (
                    pgtrigger.Q(old__code__df=pgtrigger.F("new__code"))
                    | pgtrigger.Q(old__probability__df=pgtrigger.F("new__probability"))
                    | pgtrigger.Q(old__predicted_at__df=pgtrigger.F("new__predicted_at"))
                    | pgtrigger.Q(old__model__df=pgtrigger.F("new__model"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def ranked(self) -> list[tuple[str, float]]:
        """Return (code, probability) of what was proposed, best first."""
        given = (
            (self.code, self.probability),
            (self.second, self.second_probability),
            (self.third, self.third_probability),
        )
        return [(code, share) for code, share in given if code]
