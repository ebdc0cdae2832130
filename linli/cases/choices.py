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


class Disposition(models.TextChoices):
    """What becomes of a request: dispatched, or one of the branches of article 11 (2021-09-24)."""

    ANSWER_NOW = "answer_now", _("Answered at once")
    EMERGENCY_LINE = "emergency_line", _("For an emergency line")
    STATUTORY_ROUTE = "statutory_route", _("Has a statutory route of its own")
    PETITION_OPEN = "petition_open", _("A petition about it is open")
    BEYOND_DUTY = "beyond_duty", _("Beyond the duty of any unit")
    DUPLICATE = "duplicate_no_new_facts", _("Same matter, no new facts")
    SECRET = "secret_or_privacy", _("Touches secrets or somebody's privacy")
    UNLAWFUL = "unlawful_or_indecent", _("Unlawful or indecent")


class ApplicationKind(models.TextChoices):
    """What a lead may ask the level above for."""

    PAUSE = "pause", _("Pause")
    EXTENSION = "extension", _("Extension")
    HOLD = "hold", _("Hold on the ledger")
    EXCLUSION = "exclusion", _("Exclusion from the rates")
    ESCALATION = "escalation", _("Help from above")


class ApplicationReason(models.TextChoices):
    """Grounds of an application; `rules.REASONS` says which kind knows which. Our defaults."""

    WAITING_FOR_REQUESTER = "waiting_for_requester", _("Waiting for the requester")
    SEASON = "season", _("Weather, or a season fixed by law")
    THIRD_PARTY_TEST = "third_party_test", _("A third party's test or survey")
    WORK_IN_PROGRESS = "work_in_progress", _("Work has begun and needs longer")
    SEVERAL_UNITS = "several_units", _("Several units have to act")
    MATERIAL = "material", _("Material or parts are on their way")
    HISTORY = "history", _("Left over from earlier times")
    FUNDS = "funds", _("No funds yet")
    PLANNING = "planning", _("Depends on a plan or project")
    LAW = "law", _("The law does not allow it yet")
    NOT_OURS_TO_SOLVE = "not_ours_to_solve", _("Outside what any unit can solve")
    FORCE_MAJEURE = "force_majeure", _("Beyond anybody's control")
    WRONG_FACTS = "wrong_facts", _("The facts stated were not so")
    NO_POWER = "no_power", _("The unit has no power over it")
    DISAGREEMENT = "disagreement", _("Units do not agree")


class SupervisionReason(models.TextChoices):
    """Why the hotline keeps an eye on an order (reference practice)."""

    OVERDUE = "overdue", _("Overdue")
    REFUSED = "refused", _("Refused by a unit")
    REPEATED = "repeated", _("Asked three times or more")
    SENSITIVE = "sensitive", _("Sensitive")


class LinkKind(models.TextChoices):
    """Who else wrote the same words."""

    DUPLICATE = "duplicate", _("The same person, in the same words")
    RELATED = "related", _("Somebody else, in the same words")
