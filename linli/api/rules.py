"""Rules of tokens, and how one is written. Pure."""

import datetime as dt
import hashlib
import secrets

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal

LONGEST = dt.timedelta(days=366)
"""A token is looked at again every year by somebody: none holds for ever."""
PREFIX = "linli_"
SHOWN = 12

NO_SUCH_ACCOUNT = Refusal(
    "token.no_such_account",
    _(
        "No open account that you look after has this user name. Open one for the other system first, and give "
        "it a role over its area."
    ),
    "username",
)
NOT_AN_AREA = Refusal(
    "token.not_an_area",
    _("“%(place)s” is no area of yours: choose your city, district, sub-district or community."),
    "place_code",
)
WITHOUT_ROLE = Refusal(
    "token.without_role",
    _(
        "The account %(name)s holds no role in “%(place)s” that includes any of this. Give it the role first: a "
        "token never opens more than its account may."
    ),
    "scopes",
)
HOLDS_TOO_LONG = Refusal(
    "token.holds_too_long",
    _("A token holds from tomorrow on, for a year at most. Choose a day in between."),
    "expires_on",
)


def new_token() -> str:
    """Return a token nobody can guess: 256 bits behind a prefix by which leaks are found in files."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """Return what is kept of a token. It is random and long, so that no salt is needed."""
    return hashlib.sha256(token.encode()).digest()
