"""Codes of the catalogue, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.territory.choices import CAN_LEAD, OrganisationKind

DUTY_BOUND = (OrganisationKind.COMMITTEE, OrganisationKind.SERVICE_STATION)
"""A community's own bodies. They lead only what stands on their duty list: article 17 of Beijing's
regulation of 2021-09-24."""

LEAD_KINDS = [(kind.value, kind.label) for kind in OrganisationKind if kind in CAN_LEAD]


class DraftKind(models.TextChoices):
    """What a file that somebody looks at states the whole of."""

    ENTRIES = "entries", _("Dispatch catalogue")
    DUTIES = "duties", _("Duty lists")
    CATEGORIES = "categories", _("Categories")


class SevenFive(models.TextChoices):
    """Seven haves and five qualities (七有五性): what a category's cases say of life in the city."""

    CHILDCARE = "childcare", _("Care for children")
    SCHOOLING = "schooling", _("Schooling")
    INCOME = "income", _("Fair income")
    SICK = "sick", _("Care when ill")
    OLD = "old", _("Care when old")
    HOUSING = "housing", _("Housing")
    WEAK = "weak", _("Support for the weak")
    CONVENIENCE = "convenience", _("Convenience")
    LIVEABILITY = "liveability", _("Liveability")
    DIVERSITY = "diversity", _("Diversity")
    FAIRNESS = "fairness", _("Fairness")
    SAFETY = "safety", _("Safety")
