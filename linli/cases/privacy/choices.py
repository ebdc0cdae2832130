"""Codes of what people may ask about their own data, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Right(models.TextChoices):
    """Personal Information Protection Law of 2021-08-20, articles 45 (copy), 46 (correct), 47 (delete)."""

    COPY = "copy", _("A copy of what is kept")
    CORRECT = "correct", _("To put name or number right")
    DELETE = "delete", _("To delete name and number")


class Known(models.TextChoices):
    """How somebody was known to be the person herself, before anything was handed out or changed."""

    CALLED_BACK = "called_back", _("Called back at the number on record; she answered")
    IN_PERSON = "in_person", _("Came in person and showed an identity document")
    IN_WRITING = "in_writing", _("Wrote, with a copy of an identity document")
