"""Codes of places and organisations, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlaceLevel(models.TextChoices):
    """What people call the place. Which scope column it fills follows from its depth, not from this."""

    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    STREET = "street", _("Sub-district")
    COMMUNITY = "community", _("Community")
    VILLAGE = "village", _("Village")
    COMPOUND = "compound", _("Compound")
    BUILDING = "building", _("Building")
    ENTRANCE = "entrance", _("Entrance")


BELOW_COMMUNITY = (PlaceLevel.COMPOUND, PlaceLevel.BUILDING, PlaceLevel.ENTRANCE)
"""Levels without a scope column of their own."""


class Known(models.TextChoices):
    """How we know in which area a place lies."""

    OFFICIAL = "official", _("by its official code")
    STATED = "stated", _("as its source states it; the community is not known")
    BY_NAME = "by_name", _("by its name, which is also the community's")
    BY_HAND = "by_hand", _("placed by hand")
    SUCCESSION = "succession", _("from the area that was re-drawn")


class Succession(models.TextChoices):
    RENUMBERED = "renumbered", _("New code")
    MERGED = "merged", _("Merged")
    SPLIT = "split", _("Split")


class OrganisationKind(models.TextChoices):
    """Every kind of organisation that takes part in a community's work."""

    HOTLINE = "hotline", _("Hotline centre")
    DISTRICT = "district", _("District government")
    DEPARTMENT = "department", _("Department")
    UTILITY = "utility", _("Utility company")
    STREET = "street", _("Sub-district office")
    PARTY_COMMITTEE = "party_committee", _("Party committee")
    COMMITTEE = "committee", _("Residents' committee")
    SERVICE_STATION = "service_station", _("Service station")
    PROPERTY = "property", _("Property company")
    OWNERS = "owners_committee", _("Owners' committee")
    HOUSING = "housing", _("Housing-management unit")
    MEMBER = "member_unit", _("Member unit")
    VOLUNTEERS = "volunteer_team", _("Volunteer team")
    ASSOCIATION = "community_org", _("Community organisation")


CAN_LEAD = (
    OrganisationKind.DISTRICT,
    OrganisationKind.DEPARTMENT,
    OrganisationKind.UTILITY,
    OrganisationKind.STREET,
    OrganisationKind.COMMITTEE,
    OrganisationKind.SERVICE_STATION,
    OrganisationKind.PROPERTY,
    OrganisationKind.HOUSING,
)
"""Kinds that an order may be given to. The hotline asks back; parties, owners and partners take part."""
