"""What the browser in hand has proved, and how a page asks for it again."""

import datetime as dt
import functools
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpResponse

from linli.accounts.door.rules import is_fresh, needs_second_factor
from linli.accounts.door.sessions import moment
from linli.kernel.http import ActorRequest, View

ENROLLED = "factor_enrolled_at"
"""Key in the session: when a second factor was set up in it, which shows it as well."""


def proved_at(request: Any) -> dt.datetime | None:
    """Return when the second factor was last shown in this session, or None. No query."""
    shown = [
        dt.datetime.fromtimestamp(record["at"], dt.UTC)
        for record in get_authentication_records(request, request.user)
        if record["method"] == "mfa"
    ]
    enrolled = moment(request.session.get(ENROLLED))
    return max([*shown, *([enrolled] if enrolled else [])], default=None)


def is_asked(request: Any) -> bool:
    """Return whether this person has to show a second factor at all. Nobody does in a demo."""
    return not request.user.is_demo and needs_second_factor(request.actor)


def freshly_proved(view: View) -> View:
    """Let a POST pass only within 15 minutes of a second factor, for those who have to show one.

    Others are asked for it first; what they sent is kept and taken up again afterwards.
    """

    @functools.wraps(view)
    def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_old = not is_fresh(proved_at(request), now=request.actor.now)
        if request.method == "POST" and is_old and is_asked(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded
