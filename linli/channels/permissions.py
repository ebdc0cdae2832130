"""What may be done with messages, and which role includes it."""

from enum import StrEnum

from linli.accounts.permissions import ADMINISTRATOR, COMMUNITY_WORKER, ROLES, allow


class ChannelsPermission(StrEnum):
    READ = "channels.read"
    ROBOTS = "channels.robots"
    DELIVERIES = "channels.deliveries"
    SEND = "channels.send"


P = ChannelsPermission
for _role in ROLES.values():
    allow(_role, P.READ)
allow(COMMUNITY_WORKER, P.ROBOTS)
allow(ADMINISTRATOR, P.ROBOTS, P.DELIVERIES, P.SEND)
