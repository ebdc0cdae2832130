"""Codes of imports, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    """How far an import is; derived, never stored."""

    LOOKED_AT = "looked_at", _("Looked at")
    WAITING = "waiting", _("Waits its turn")
    RUNNING = "running", _("Under way")
    BROKEN = "broken", _("Broken off")
    ENDED = "ended", _("Ended")


class ImportFault(models.TextChoices):
    """Why an import was broken off."""

    BROKEN = (
        "broken",
        _("It broke off several times at the same rows. Tell your administrator; nothing is lost."),
    )
    NOT_ALLOWED = (
        "not_allowed",
        _(
            "Your role does not include importing any more. If it should, ask your administrator; "
            "nothing is lost."
        ),
    )
    UNUSABLE = (
        "unusable",
        _("The file cannot be read by its map any more. Drop it again, with a map that fits."),
    )
