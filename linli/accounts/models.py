"""Users and the roles they hold."""

import datetime as dt
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.accounts.door.models import (
    CacheEntry,
    Device,
    FactorReset,
    OneTimeCode,
    Session,
    SignIn,
)
from linli.accounts.permissions import ROLES
from linli.territory.models import (
    DatedQuerySet,
    Organisation,
    Place,
    Post,
    ends_after_start,
    never_twice,
)

__all__ = [
    "Appointment",
    "CacheEntry",
    "Device",
    "FactorReset",
    "OneTimeCode",
    "RoleGrant",
    "Session",
    "SignIn",
    "User",
]


class UserManager(BaseUserManager["User"]):
    """Users come with their unit: every page names it beside the person."""

    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().select_related("organisation")


class User(AbstractBaseUser):
    """A person who signs in. `is_demo` users have no password and exist only in a demo.

    Root of the event stream of her roles, proofs, phones and sessions.
    """

    username = models.CharField(_("User name"), max_length=64, unique=True)
    staff_number = models.CharField(_("Staff number"), max_length=32, unique=True, null=True)
    display_name = models.CharField(_("Name"), max_length=64)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    objects: ClassVar = UserManager()
    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = _("User")

    def __str__(self) -> str:
        return self.display_name


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def in_force(self, at: dt.datetime) -> Self:
        """Return the grants valid at a moment; the end itself is outside."""
        return self.filter(valid_from__lte=at).exclude(valid_to__lte=at)


class RoleGrant(models.Model):
    """A role held by a user over a place from when to when.

    Given with an appointment, it ends the night the post ends.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(_("Role"), max_length=32)
    place = models.ForeignKey(Place, models.PROTECT)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    appointment = models.ForeignKey(
        "accounts.Appointment", models.CASCADE, null=True, related_name="grants"
    )

    objects: ClassVar = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("Role grant")
        constraints = [
            models.CheckConstraint(
                name="role_grant_role_known", condition=models.Q(role__in=sorted(ROLES))
            ),
            models.CheckConstraint(
                name="role_grant_ends_after_start",
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gt=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.place_id}"


class Appointment(models.Model):
    """A post held by a user from a day to a day. In another organisation than one's own: held crosswise."""

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments")
    post = models.ForeignKey(Post, models.PROTECT, related_name="appointments")
    valid_from = models.DateField(_("From"))
    valid_to = models.DateField(_("To"), null=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Appointment")
        constraints = [
            never_twice("appointment_never_twice", "user_id", "post_id"),
            ends_after_start("appointment_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.post_id}"

    @property
    def is_cross(self) -> bool:
        """Return whether the post belongs to another organisation than the user's own (交叉任职)."""
        return self.user.organisation_id != self.post.organisation_id
