"""Codes of a duty shift's fields, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DutyKind(models.TextChoices):
    DUTY = "duty", _("On duty")
    DESK = "desk", _("At the desk")
    GATE = "gate", _("At the gate")
    PATROL = "patrol", _("Patrol")
