"""How often something may be tried: few times for one account, many for one address.

A whole town hall sits behind one address, so the address alone shuts nobody out for long. Counted in
PostgreSQL by allauth's own limiter, beside its own limits in the settings.
"""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

TRIES = {"one_time_code": "300/m/ip,5/5m/key"}


def may_try(request: HttpRequest, what: str, *, of: str) -> bool:
    """Count one try at `what` for the account named `of`. Return False if there were too many."""
    counted = ratelimit.consume(
        request, app="linli", action=what, config=TRIES, key=of.strip().casefold()
    )
    return counted is not None
