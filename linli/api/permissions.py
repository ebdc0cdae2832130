"""What may be done with tokens and links, and which role includes it."""

from enum import StrEnum

from linli.accounts.permissions import ADMINISTRATOR, allow


class ApiPermission(StrEnum):
    USE = "api.use"
    """Held by a token itself, by no role."""
    TOKENS = "api.tokens"
    DELIVER = "api.deliver"


allow(ADMINISTRATOR, ApiPermission.TOKENS, ApiPermission.DELIVER)
