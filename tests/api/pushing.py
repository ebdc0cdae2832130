"""The other end of a push, inside an installation of its own: who may push, and a unit that handles what came."""

import datetime as dt

from linli.accounts.models import User
from linli.accounts.queries import actor_of
from linli.api.hooks.operations import open_endpoint
from linli.api.operations import issue_token
from linli.cases import operations
from linli.cases.models import WorkOrder
from linli.kernel import clock
from tests.builders import the_town
from tests.cases.people import a_user


def a_platform(url: str) -> str:
    """Build the town, a token that pushes, and an endpoint for the results; return the token."""
    town = the_town()
    now = clock.now()
    administrator = town.actor("administrator", now=now)
    pusher = a_user(town, "administrator", place="110000")
    token, text = issue_token(
        actor=administrator,
        name="市平台",
        username=pusher.username,
        place_code="110000",
        scopes=["platform:push", "events:read"],
        expires_at=now + dt.timedelta(days=1),
        per_minute=60_000,
    )
    wish = {"kind": "results", "source": "platform", "url": url}
    open_endpoint(actor=administrator, token_id=token.pk, **wish)
    return text


def handle_all() -> None:
    """Let the committee handle every order, by the real operations."""
    user = User.objects.get(username="li")
    for case_id in WorkOrder.objects.order_by("pk").values_list("case", flat=True):
        worker = actor_of(user, now=clock.now())
        operations.accept(actor=worker, case_id=case_id)
        operations.contact(actor=worker, case_id=case_id, means="phone", was_reached=True)
        operations.report(
            actor=worker,
            case_id=case_id,
            resolution="solved",
            public_reply="修好了，请您试用。",
            evidence="完工单",
        )
