"""In which part of a call somebody is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallState(models.TextChoices):
    """Follows from the moments that a call has; no column of its own."""

    RINGING = "ringing", _("It rings")
    TALKING = "talking", _("On the line")
    WRITING = "writing", _("Writing it down")
    ENDED = "ended", _("Ended")
