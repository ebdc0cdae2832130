"""Years whose holidays are announced, and their days."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarYear(models.Model):
    """A year whose holidays are known. A year without a row goes by the weekday rule, provisionally."""

    year = models.IntegerField(_("Year"), primary_key=True)
    version = models.IntegerField(default=1)
    source = models.CharField(_("Source"), max_length=100)
    applied_at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("Calendar year")
        constraints = [
            models.CheckConstraint(
                name="calendar_year_in_range",
                condition=models.Q(year__gte=1990, year__lte=2199),
            )
        ]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """One day of a known year. Every day of the year has its row, working or not."""

    date = models.DateField(_("Date"), primary_key=True)
    year = models.ForeignKey(CalendarYear, models.CASCADE, related_name="days")
    is_working = models.BooleanField(_("Working day"))
    name = models.CharField(_("Holiday"), max_length=50, blank=True)

    class Meta:
        verbose_name = _("Calendar day")
        constraints = [
            models.CheckConstraint(
                name="calendar_day_in_its_year", condition=models.Q(date__year=models.F("year"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"
