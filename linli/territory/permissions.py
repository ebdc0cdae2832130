"""What may be done with places. Roles of this floor's upper rooms include it from `accounts`."""

from enum import StrEnum


class TerritoryPermission(StrEnum):
    LOAD = "territory.load"
    CALENDAR = "territory.calendar"
    SEE = "territory.see"
    MANAGE = "territory.manage"
