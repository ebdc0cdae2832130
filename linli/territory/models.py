"""Places and organisations."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import SCOPE_COLUMNS
from linli.kernel.scope import Scoped
from linli.territory.calendar.models import CalendarDay, CalendarYear

__all__ = [
    "CalendarDay",
    "CalendarYear",
    "Organisation",
    "OrganisationKind",
    "Place",
    "PlaceLevel",
]


class PlaceLevel(models.TextChoices):
    """What people call the place. Which scope column it fills follows from its depth, not from this."""

    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    STREET = "street", _("Sub-district")
    COMMUNITY = "community", _("Community")
    VILLAGE = "village", _("Village")
    COMPOUND = "compound", _("Compound")
    BUILDING = "building", _("Building")
    ENTRANCE = "entrance", _("Entrance")


class Place(Scoped):
    """One place. The four scope columns name its ancestors from the root of its territory down,
    itself included, so that "everything in X" is an equality on one column.

    `code`: 6, 9 or 12 digits for the national division codes (National Bureau of Statistics,
    edition of 2023-06-30); with a prefix (`xd-A3`) for compounds and foreign territories.
    """

    code = models.CharField(_("Place code"), max_length=32, unique=True, db_collation="C")
    name = models.CharField(_("Name"), max_length=100)
    short_name = models.CharField(_("Short name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    level = models.CharField(max_length=16, choices=PlaceLevel.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")

    class Meta:
        verbose_name = _("Place")
        indexes = [models.Index(fields=["short_name"], name="place_short_name")]
        constraints = [
            models.CheckConstraint(
                name="place_level_known", condition=models.Q(level__in=PlaceLevel.values)
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """Return 0 for the root of a territory, 3 or more from the community down."""
        return sum(1 for column in SCOPE_COLUMNS if getattr(self, column)) - 1

    @property
    def scope_column(self) -> str:
        """Return the column on which an equality means "within this place"."""
        return SCOPE_COLUMNS[self.depth]


class OrganisationKind(models.TextChoices):
    HOTLINE = "hotline", _("Hotline centre")
    DISTRICT = "district", _("District government")
    DEPARTMENT = "department", _("Department")
    STREET = "street", _("Sub-district office")
    COMMITTEE = "committee", _("Residents' committee")
    PROPERTY = "property", _("Property company")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def serving(self, place: Place) -> Self:
        """Return the organisations whose own place is this place or one around it."""
        codes = [code for code in place.scope.values() if code]
        return self.filter(place__code__in=codes, is_open=True)


class Organisation(models.Model):
    """Whoever an order can go to. Orders go to an organisation, never to a place."""

    code = models.CharField(_("Organisation code"), max_length=32, unique=True, db_collation="C")
    name = models.CharField(_("Name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    kind = models.CharField(max_length=16, choices=OrganisationKind.choices)
    place = models.ForeignKey(Place, models.PROTECT, related_name="organisations")
    is_open = models.BooleanField(default=True)

    objects: ClassVar = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Organisation")
        constraints = [
            models.CheckConstraint(
                name="organisation_kind_known",
                condition=models.Q(kind__in=OrganisationKind.values),
            )
        ]

    def __str__(self) -> str:
        return self.name
