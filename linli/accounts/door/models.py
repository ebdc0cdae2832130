"""Sessions, phones that stay signed in, one-time codes, and the sign-in log."""

from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.accounts.door.choices import CODE_TRIES, PIN_TRIES, Means, Outcome


class Session(AbstractBaseSession):
    """A browser at the door or inside. The row says whose it is, so that it can be listed and ended.

    `user` is null while nobody has signed in. What the browser is called or where it stands is not kept.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, null=True, related_name="sessions")
    device = models.ForeignKey("accounts.Device", models.CASCADE, null=True)
    signed_in_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects: ClassVar = BaseSessionManager()

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        verbose_name = _("Session")  # type: ignore[assignment]
        verbose_name_plural = _("Session")  # type: ignore[assignment]
        constraints = [
            models.CheckConstraint(
                name="session_of_somebody_has_its_time",
                condition=Q(user__isnull=True) | Q(signed_in_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"session of {self.user_id}"


class Device(models.Model):
    """A phone that stays signed in behind a PIN. The cookie's token and the PIN are kept as hashes only."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="devices")
    name = models.CharField(_("Name"), max_length=40)
    token_hash = models.BinaryField(max_length=32, unique=True)
    pin_hash = models.CharField(max_length=128)
    wrong_pins = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Phone that stays signed in")
        constraints = [
            models.CheckConstraint(
                name="device_wrong_pins_counted", condition=Q(wrong_pins__lte=PIN_TRIES)
            ),
            models.CheckConstraint(
                name="device_ends_at_the_last_wrong_pin",
                condition=Q(wrong_pins__lt=PIN_TRIES) | Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="device_expires_later", condition=Q(expires_at__gt=F("made_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"device {self.pk} of {self.user_id}"


class OneTimeCode(models.Model):
    """A code that an administrator hands over in person; with it one sets a new password, once."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=128)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("One-time code")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at__isnull=True), name="code_one_open_each"
            ),
            models.CheckConstraint(name="code_tries_counted", condition=Q(tries__lte=CODE_TRIES)),
            models.CheckConstraint(
                name="code_expires_later", condition=Q(expires_at__gt=F("made_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"code of {self.user_id}"


class FactorReset(models.Model):
    """Second factors that were lost: one administrator asks, another one approves. None asks alone.

    `asked_by` is null when it was asked at the server itself (`linli account rescue`).
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="factor_resets")
    made_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("Reset of second factors")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(approved_at__isnull=True), name="reset_one_open_each"
            ),
            models.CheckConstraint(
                name="reset_approved_by_somebody",
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="reset_by_two_persons",
                condition=Q(approved_by__isnull=True)
                | Q(asked_by__isnull=True)
                | ~Q(asked_by=F("approved_by")),
            ),
            models.CheckConstraint(
                name="reset_never_for_oneself",
                condition=(Q(asked_by__isnull=True) | ~Q(asked_by=F("user")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("user"))),
            ),
        ]

    def __str__(self) -> str:
        return f"reset of {self.user_id}"


class SignIn(models.Model):
    """One coming in, or one refusal of somebody we know: who, when, by what. No address, no browser."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField()
    means = models.CharField(max_length=16, choices=Means.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)

    class Meta:
        verbose_name = _("Sign-in log")
        indexes = [models.Index(fields=["user", "-at"], name="sign_in_of_user")]
        constraints = [
            models.CheckConstraint(name="sign_in_means_known", condition=Q(means__in=Means.values)),
            models.CheckConstraint(
                name="sign_in_outcome_known", condition=Q(outcome__in=Outcome.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.outcome} {self.at:%Y-%m-%d %H:%M}"


class CacheEntry(models.Model):
    """What all web processes must know of each other for a while: tries counted, codes already used.

    `key` is an HMAC: a row tells nobody which address or account it counts.
    """

    key = models.BinaryField(primary_key=True, max_length=32)
    value = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("Cache entry")

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M:%S}"
