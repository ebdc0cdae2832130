"""Codes of what is sent out, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EndpointKind(models.TextChoices):
    EVENTS = "events", _("What happens to cases")
    RESULTS = "results", _("Results of the platform's orders")


class DeliveryState(models.TextChoices):
    """How far a delivery is; derived, never stored."""

    WAITING = "waiting", _("Waits")
    DELIVERED = "delivered", _("Delivered")
    DEAD = "dead", _("Given up")


class DeliveryFault(models.TextChoices):
    """Why a try failed."""

    ANSWER = "answer", _("The other side answered with an error")
    SILENT = "silent", _("No answer in time")
    UNREACHED = "unreached", _("The other side cannot be reached")
    INSECURE = "insecure", _("Its certificate is not valid")
    PRIVATE = "private", _("Its address lies in a private network that is not allowed")


FOLLOWED = (
    *("case.received", "case.supplemented", "case.categorised", "case.dispatched"),
    *("case.answered", "case.transferred", "case.referred", "case.merged", "case.declined"),
    *("case.reopened", "case.closed", "case.imported"),
    *("order.accepted", "order.contacted", "order.objected", "order.ruled_elsewhere"),
    *("order.paused", "order.resumed", "order.extended", "order.held", "order.hold_cleared"),
    *("order.reported", "order.verified", "order.sent_back", "order.followed_up"),
    *("order.reworked", "order.handed_over"),
)
"""Events that a hook may be told of."""
RESULTS = (
    "order.reported",
    "case.closed",
    *("case.answered", "case.transferred", "case.referred", "case.merged", "case.declined"),
)
"""Events that are a result for the platform an order came from."""
