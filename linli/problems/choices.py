"""Codes of what is given for a problem, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GiftKind(models.TextChoices):
    MATERIAL = "material", _("Material")
    LABOUR = "labour", _("Labour")
