"""Codes of the fields of sorting, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    TRAINED = "trained", _("Learnt from closed cases")
    UPLOADED = "uploaded", _("From a file")


class ModelFault(models.TextChoices):
    """Why a model was not made."""

    TOO_FEW = "too_few", _("Too few closed cases with a category. Let more be closed, then train.")
    NO_ANALYSIS = (
        "no_analysis",
        _(
            "The worker lacks the packages for training: pip install 'linli[analysis]'. Then train again."
        ),
    )
    SAME = (
        "same",
        _(
            "Nothing was closed since: it would be the same as one in the list. Train when more is closed."
        ),
    )
    BROKEN = "broken", _("It broke off several times. Your administrator finds why in the log.")
