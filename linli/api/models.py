"""Tokens of other systems."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.accounts.models import User
from linli.api.choices import Scope
from linli.api.hooks.models import Delivery as Delivery
from linli.api.hooks.models import Endpoint as Endpoint
from linli.api.open311.models import SentRequest as SentRequest
from linli.api.platform.models import PlatformOrder as PlatformOrder
from linli.territory.models import Place


class AccessToken(models.Model):
    """访问令牌. A key by which another system acts for an account, within its roles, an area and some scopes.

    Kept as a hash; `shown_start` is how people tell one from another. Root of its own event stream.
    """

    name = models.CharField(_("What it is for"), max_length=64)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("Account"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("Area"))
    scopes = ArrayField(models.CharField(max_length=16), verbose_name=_("May be used to"))
    token_hash = models.BinaryField(max_length=32, unique=True)
    shown_start = models.CharField(max_length=12)
    per_minute = models.PositiveIntegerField(_("Requests a minute"), default=300)
    issuer_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("Holds until"))
    used_at = models.DateTimeField(_("Last used"), null=True)
    revoked_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("Access token")
        constraints = [
            models.CheckConstraint(
                name="token_scopes_known",
                condition=Q(scopes__contained_by=Scope.values) & ~Q(scopes=[]),
            ),
            models.CheckConstraint(
                name="token_expires_later", condition=Q(expires_at__gt=F("made_at"))
            ),
            models.CheckConstraint(name="token_may_ask", condition=Q(per_minute__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]

    def holds(self, at: dt.datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at
