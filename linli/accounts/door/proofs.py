"""What the browser in hand has proved, and how a page asks for it again."""

import datetime as dt
import functools
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpResponse

from linli.accounts.door.rules import is_fresh, needs_second_factor
from linli.accounts.door.sessions import PIN_GIVEN, moment
from linli.kernel.actor import Actor
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


def shown_at(request: Any, actor: Actor) -> dt.datetime | None:
    """Return when somebody last showed a second proof in this session, or None. No query.

    A phone that stays signed in, with its PIN, is one for those whose role reaches no further than a community.
    """
    pin = None if needs_second_factor(actor) else moment(request.session.get(PIN_GIVEN))
    return max([at for at in (proved_at(request), pin) if at is not None], default=None)


def is_asked(request: Any) -> bool:
    """Return whether this person has to show a second factor to come in. Nobody does in a demo."""
    return bool(request.actor.is_asked) and needs_second_factor(request.actor)


def freshly_proved(view: View) -> View:
    """Let a POST pass only within 15 minutes of a second factor, for those who have to show one to come in.

    Others are asked for it first; what they sent is kept and taken up again afterwards.
    """

    @functools.wraps(view)
    def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_old = not is_fresh(proved_at(request), now=request.actor.now)
        if request.method == "POST" and is_old and is_asked(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded
