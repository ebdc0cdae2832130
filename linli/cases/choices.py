"""Codes of a case's fields, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Kinds of request: article 2 of Beijing's regulation of 2021-09-24, and praise by practice."""

    INQUIRY = "inquiry", _("Inquiry")
    HELP = "help", _("Help")
    COMPLAINT = "complaint", _("Complaint")
    REPORT = "report", _("Report of wrongdoing")
    SUGGESTION = "suggestion", _("Suggestion")
    PRAISE = "praise", _("Praise")


class Urgency(models.TextChoices):
    """Classes of time limit; a clock profile holds their limits."""

    EMERGENCY = "E1", _("Emergency")
    LIVELIHOOD = "E2", _("Livelihood")
    NORMAL = "N", _("Normal")
    COMPLEX = "C", _("Complex")


class Channel(models.TextChoices):
    HOTLINE = "12345_phone", _("12345 by telephone")
    WEB = "12345_web", _("12345 online")
    COMMUNITY_PHONE = "community_phone", _("Community's telephone")
    COUNTER = "counter", _("At the counter")
    VISIT = "visit", _("On a visit")
    TRANSFER = "transfer", _("From another platform")


class Confidentiality(models.TextChoices):
    NONE = "none", _("Not confidential")
    HIDE_IDENTITY = "hide_identity", _("Hide who asked")
    HIDE_CASE = "hide_case", _("Keep the whole case confidential")


class Resolution(models.TextChoices):
    SOLVED = "solved", _("Solved")
    PARTLY = "partly", _("Partly solved")
    NOT_SOLVED = "not_solved", _("Not solved")
    EXPLAINED = "explained", _("Explained: cannot be done now")


class Answered(models.TextChoices):
    """What the caller says of the result at follow-up."""

    SOLVED = "solved", _("Solved")
    PARTLY = "partly", _("Partly solved")
    NOT_SOLVED = "not_solved", _("Not solved")


class Satisfaction(models.TextChoices):
    VERY = "very", _("Very satisfied")
    SATISFIED = "satisfied", _("Satisfied")
    BASICALLY = "basically", _("Basically satisfied")
    NOT = "not", _("Not satisfied")


class Means(models.TextChoices):
    """By which means a requester was contacted."""

    PHONE = "phone", _("By telephone")
    VISIT = "visit", _("In person")
    MESSAGE = "message", _("By message")
