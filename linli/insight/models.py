"""What is counted: what each case adds to a day, and the sums that pages read. All of it can be made anew."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.kernel.scope import scope_column


def _count() -> models.IntegerField:
    return models.IntegerField(default=0)


class Measured(models.Model):
    """The measures of a day.

    `received`: cases that came in on it; `closed`: cases closed on it, and still so; `dispatched`: orders that their
    present lead got on it; `reported`: orders reported back on it, `late` those of them after their limit. The
    others are of orders whose handling limit ends on the day: all of them (`due`), first contact made, made
    `in_time`, caller reached and answered (`valid`), answered and not explained as impossible now (`solvable`),
    of these `solved`; at least basically `satisfied`.
    """

    received = _count()
    closed = _count()
    dispatched = _count()
    reported = _count()
    late = _count()
    due = _count()
    contacted = _count()
    in_time = _count()
    valid = _count()
    solvable = _count()
    solved = _count()
    satisfied = _count()

    class Meta:
        abstract = True


MEASURES = tuple(field.name for field in Measured._meta.local_fields)


class Contribution(Measured):
    """增量. What one case adds to one day: the finest grain, from which the sums are kept and made anew.

    `contact_due_at` stands only where the first contact of an order is still owed: whether that order counts
    as assessed is decided by the clock, when the page is drawn. The area columns are codes of places; an order's
    keep those of its dispatch.
    """

    case_id = models.BigIntegerField()
    day = models.DateField()
    city_code = scope_column()
    district_code = scope_column()
    street_code = scope_column()
    community_code = scope_column()
    category_code = models.CharField(max_length=8, blank=True, db_collation="C")
    unit_id = models.BigIntegerField(default=0)
    contact_due_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Contribution")
        indexes = [
            models.Index(fields=["case_id"], name="contribution_of_case"),
            models.Index(
                fields=["day"],
                condition=models.Q(contact_due_at__isnull=False),
                name="contribution_owes_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id} on {self.day}"


class DailyCount(Measured):
    """日计数. The sums of a day for one cell.

    A cell is an area with all its categories ("") or one of them at any depth; or a unit (area "") in the same
    way. A row that would be all zero does not stand.
    """

    day = models.DateField()
    area_code = models.CharField(max_length=32, blank=True, db_collation="C")
    category_code = models.CharField(max_length=8, blank=True, db_collation="C")
    unit_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("Daily count")
        constraints = [
            models.UniqueConstraint(
                fields=["area_code", "unit_id", "category_code", "day"], name="daily_count_cell"
            ),
            models.CheckConstraint(
                name="daily_count_not_below_zero",
                condition=models.Q(**{f"{name}__gte": 0 for name in MEASURES}),
            ),
            models.CheckConstraint(
                name="daily_count_of_area_or_unit",
                condition=models.Q(area_code="", unit_id__gt=0)
                | (~models.Q(area_code="") & models.Q(unit_id=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.area_code or self.unit_id} {self.category_code}"
