"""What came of an order that was pushed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What came of one push of an order; `refused` is the only one after which it is not here."""

    TAKEN = "taken", _("Taken")
    KNOWN = "known", _("Was here already")
    CHANGED = "changed", _("Changed at its source")
    OUTDATED = "outdated", _("Older than what is known")
    REFUSED = "refused", _("Refused")
