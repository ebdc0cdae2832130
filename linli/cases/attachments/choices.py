"""Codes of attachments, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AttachmentKind(models.TextChoices):
    FROM_CALLER = "from_caller", _("From the caller")
    BEFORE = "before", _("Before handling")
    AFTER = "after", _("After handling")
    CONTACT_PROOF = "contact_proof", _("Proof of contact")
    IDENTITY_PROOF = "identity_proof", _("Proof of identity")
    SOURCE_ORDER = "source_order", _("The order as it came")


OF_THE_UNIT = (AttachmentKind.BEFORE, AttachmentKind.AFTER, AttachmentKind.CONTACT_PROOF)
"""Kinds that only the unit with the order adds: they prove its own work."""
OF_HELPERS = (AttachmentKind.BEFORE, AttachmentKind.AFTER)
"""Kinds that whoever helps adds at her co-task."""
PERSONAL = (
    AttachmentKind.CONTACT_PROOF,
    AttachmentKind.IDENTITY_PROOF,
    AttachmentKind.SOURCE_ORDER,
)
"""Kinds that show who asked: never shared with partners."""


class WithdrawReason(models.TextChoices):
    WRONG_CASE = "wrong_case", _("Belongs to another case")
    SHOWS_PERSON = "shows_person", _("Shows a person or a plate")
    UNCLEAR = "unclear", _("Cannot be made out")
    TWICE = "twice", _("There twice")
