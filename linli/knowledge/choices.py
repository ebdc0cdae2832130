"""Whom an article is for, and how a version stands."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Audience(TextChoices):
    EVERYONE = "everyone", _("May be told to anybody")
    STAFF = "staff", _("For staff only, not to be read out")
