"""Places and organisations."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import SCOPE_COLUMNS
from linli.kernel.scope import Scoped
from linli.methods.geo import Datum
from linli.territory import door_codes
from linli.territory.calendar.models import CalendarDay, CalendarYear
from linli.territory.choices import (
    BELOW_COMMUNITY,
    Known,
    OrganisationKind,
    PlaceLevel,
    Succession,
)

__all__ = [
    "CalendarDay",
    "CalendarYear",
    "Organisation",
    "OrganisationKind",
    "Place",
    "PlaceLevel",
    "Serving",
]


def only(field: str) -> Func:
    """Return a key as a range of one, so that an EXCLUDE needs no extension (btree_gist)."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


def never_twice(name: str, *fields: str) -> ExclusionConstraint:
    """Return the constraint that rows of equal `fields` never overlap in valid_from .. valid_to."""
    return apart(name, *(only(field) for field in fields))


def apart(name: str, *keys: Func, spans: str = "daterange") -> ExclusionConstraint:
    """Return the constraint that rows of equal `keys` (ranges of one) never overlap in valid_from .. valid_to.

    `spans`: the range type of these two, `tstzrange` for moments.
    """
    during = Func(F("valid_from"), F("valid_to"), function=spans)
    ranges = [(key, RangeOperators.OVERLAPS) for key in (*keys, during)]
    return ExclusionConstraint(name=name, expressions=ranges)


def ends_after_start(name: str) -> models.CheckConstraint:
    """Return the constraint that what ends has lasted at least a day; unknown ends are open."""
    either_open = Q(valid_from__isnull=True) | Q(valid_to__isnull=True)
    return models.CheckConstraint(
        name=name, condition=either_open | Q(valid_to__gt=F("valid_from"))
    )


class DatedQuerySet(models.QuerySet[Any]):
    """Rows that hold from a day (or moment) to another; the end itself is outside."""

    def on(self, day: dt.date) -> Self:
        """Return the rows that hold on a day (at a moment, where they hold by moments). An unknown end is open."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return self.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gt=day))

    def not_over(self, day: dt.date) -> Self:
        """Return the rows that hold on a day or will hold later."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))


class Named(models.Model):
    """What has a Chinese name and an English one. `is_english_derived`: spelled by rule, not given by anybody."""

    name = models.CharField(_("Name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    is_english_derived = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def label(self) -> str:
        """Return the name in the language in force."""
        return (self.name_en if is_english() else "") or self.name


def label_of(path: str = "") -> Any:
    """Return the expression that reads `label` in the database; `path` leads there, e.g. `lead__`."""
    if not is_english():
        return F(f"{path}name")
    return Coalesce(NullIf(F(f"{path}name_en"), Value("")), F(f"{path}name"))


def is_english() -> bool:
    """Return whether the reader's language is English."""
    return (get_language() or "").startswith("en")


def derived_is_there(name: str) -> models.CheckConstraint:
    """Return the constraint that an English name which is said to be derived is there."""
    return models.CheckConstraint(name=name, condition=Q(is_english_derived=False) | ~Q(name_en=""))


class Place(Named, Scoped):
    """One place. The four scope columns name its ancestors from the root of its territory down,
    itself included, so that "everything in X" is an equality on one column. A compound, building or
    entrance has no column of its own: it carries those of the area around it (`queries.inside`).

    `code`: 6, 9 or 12 digits for the national division codes (National Bureau of Statistics,
    edition of 2023-06-30); with a prefix (`xd-A3`, `cp-…`) for foreign territories and what lies below
    the community. `known_by` says how we know where a place lies; `valid_to` is set when it was re-drawn.
    """

    code = models.CharField(_("Place code"), max_length=32, unique=True, db_collation="C")
    short_name = models.CharField(_("Short name"), max_length=100)
    level = models.CharField(max_length=16, choices=PlaceLevel.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    door_code = models.CharField(
        _("Door code"), max_length=16, unique=True, null=True, db_collation="C"
    )
    source = models.CharField(_("Source"), max_length=32, blank=True)
    source_key = models.CharField(_("Number at the source"), max_length=64, blank=True)
    known_by = models.CharField(max_length=16, choices=Known.choices, default=Known.OFFICIAL)
    valid_from = models.DateField(_("From"), null=True)
    valid_to = models.DateField(_("To"), null=True)
    version = models.IntegerField(default=1)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Place")
        indexes = [models.Index(fields=["short_name"], name="place_short_name")]
        constraints = [
            models.CheckConstraint(
                name="place_level_known", condition=Q(level__in=PlaceLevel.values)
            ),
            models.CheckConstraint(name="place_known_by", condition=Q(known_by__in=Known.values)),
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=~Q(source_key=""),
                name="place_source_key",
            ),
            models.CheckConstraint(
                name="place_door_code_below_community",
                condition=Q(door_code__isnull=True) | Q(level__in=BELOW_COMMUNITY),
            ),
            ends_after_start("place_ends_after_start"),
            derived_is_there("place_english_derived"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """Return 0 for the root of a territory, 3 or more from the community down."""
        return sum(1 for column in SCOPE_COLUMNS if getattr(self, column)) - 1

    @property
    def scope_column(self) -> str:
        """Return the column on which an equality means "within this place", for an area."""
        return SCOPE_COLUMNS[self.depth]

    @property
    def short_label(self) -> str:
        """Return the short name in the language in force; in English there is one name only."""
        return (self.name_en if is_english() else "") or self.short_name or self.name

    @property
    def says_its_level(self) -> bool:
        """Return whether the name in the language in force ends with what kind of place it is."""
        return self.label.lower().endswith(str(self.get_level_display()).lower())

    @property
    def is_area(self) -> bool:
        """Return whether the place has a scope column of its own: it lies not below the community."""
        return self.level not in BELOW_COMMUNITY

    @property
    def shown_door_code(self) -> str:
        return door_codes.show(self.door_code) if self.door_code else ""


class AliasQuerySet(models.QuerySet[Any]):
    """What people call places beside their names."""

    def in_use(self) -> Self:
        """Return those that were confirmed often enough and that nobody has removed."""
        return self.filter(in_use_from__isnull=False, removed_at__isnull=True)


class PlaceAlias(models.Model):
    """俗称. What people call a place beside its names: in use once a choice of it was confirmed CONFIRMED times.

    `words` are in the form in which names are looked up. One that is removed stays as a row; a later choice begins anew.
    """

    CONFIRMED = 2

    place = models.ForeignKey(Place, models.CASCADE, related_name="aliases")
    words = models.CharField(_("What people say"), max_length=40, db_collation="C")
    confirmed_count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    in_use_from = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.BigIntegerField(null=True)
    version = models.IntegerField(default=1)

    objects: ClassVar = AliasQuerySet.as_manager()

    class Meta:
        verbose_name = _("Alias")
        constraints = [
            models.UniqueConstraint(
                fields=["words", "place"],
                condition=Q(removed_at__isnull=True),
                name="alias_once",
            ),
            models.CheckConstraint(name="alias_says_something", condition=~Q(words="")),
            models.CheckConstraint(
                name="alias_in_use_is_confirmed",
                condition=Q(in_use_from__isnull=True, confirmed_count__lt=2)
                | Q(in_use_from__isnull=False, confirmed_count__gte=2),
            ),
            models.CheckConstraint(
                name="alias_removal_is_whole",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words} → {self.place_id}"


class PlacePoint(models.Model):
    """Where a place lies, in one datum. `is_given`: from the source; else computed from such a point."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="points")
    datum = models.CharField(max_length=8, choices=[(datum.value, datum.value) for datum in Datum])
    longitude = models.DecimalField(_("Longitude"), max_digits=9, decimal_places=6)
    latitude = models.DecimalField(_("Latitude"), max_digits=8, decimal_places=6)
    is_given = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("Point")
        constraints = [
            models.UniqueConstraint(fields=["place", "datum"], name="point_once_a_datum"),
            models.CheckConstraint(
                name="point_datum_known", condition=Q(datum__in=[datum.value for datum in Datum])
            ),
            models.CheckConstraint(
                name="point_on_earth",
                condition=Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.longitude}, {self.latitude} ({self.datum})"


class PlaceSuccession(models.Model):
    """Which place took another's place, and when. `is_main`: what lay on the old one goes there."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Place, models.PROTECT, related_name="predecessions")
    kind = models.CharField(max_length=16, choices=Succession.choices)
    at = models.DateField(_("From"))
    is_main = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("Succession")
        constraints = [
            models.UniqueConstraint(fields=["place", "successor"], name="succession_once"),
            models.UniqueConstraint(
                fields=["place"], condition=Q(is_main=True), name="succession_one_main"
            ),
            models.CheckConstraint(
                name="succession_not_itself", condition=~Q(place=F("successor"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} → {self.successor_id}"


class DivisionDraft(models.Model):
    """A division file that an administrator is looking at: its rows, until they are applied."""

    name = models.CharField(max_length=200)
    rows = models.JSONField()
    refused = models.JSONField(default=list)
    made_at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Division file")

    def __str__(self) -> str:
        return self.name


class Organisation(Named):
    """Whoever an order can go to. Orders go to an organisation, never to a place.

    `place` is where it belongs; what it serves, and from when to when, stands in Serving. Root of the
    event stream of its servings, posts, appointments and duties.
    """

    code = models.CharField(_("Organisation code"), max_length=32, unique=True, db_collation="C")
    kind = models.CharField(max_length=32, choices=OrganisationKind.choices)
    place = models.ForeignKey(Place, models.PROTECT, related_name="organisations")
    is_open = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    version = models.IntegerField(default=1)

    serves: Place
    """Set by `queries.serving` only: the place around the one asked about that it serves."""

    class Meta:
        verbose_name = _("Organisation")
        constraints = [
            models.CheckConstraint(
                name="organisation_kind_known", condition=Q(kind__in=OrganisationKind.values)
            ),
            models.CheckConstraint(
                name="organisation_closed_has_time",
                condition=Q(is_open=True, closed_at__isnull=True, successor__isnull=True)
                | Q(is_open=False, closed_at__isnull=False),
            ),
            derived_is_there("organisation_english_derived"),
        ]

    def __str__(self) -> str:
        return self.name


class Serving(models.Model):
    """Which place an organisation serves, from when to when. Several may serve one place."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="servings")
    place = models.ForeignKey(Place, models.PROTECT, related_name="servings")
    valid_from = models.DateField(_("From"), null=True)
    valid_to = models.DateField(_("To"), null=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Serving")
        constraints = [
            never_twice("serving_never_twice", "organisation_id", "place_id"),
            ends_after_start("serving_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} · {self.place_id}"


class Post(models.Model):
    """A post of an organisation, whoever holds it. `seats`: how many people may hold it at once."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    title = models.CharField(_("Post"), max_length=60)
    title_en = models.CharField(_("English name"), max_length=100, blank=True)
    seats = models.PositiveSmallIntegerField(_("Seats"), default=1)
    valid_from = models.DateField(_("From"), null=True)
    valid_to = models.DateField(_("To"), null=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Post")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "title"],
                condition=Q(valid_to__isnull=True),
                name="post_one_open",
            ),
            models.CheckConstraint(name="post_has_seats", condition=Q(seats__gte=1)),
            ends_after_start("post_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.title


def day_of(at: dt.datetime) -> dt.date:
    """Return the day at the site on which a moment lies."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()
