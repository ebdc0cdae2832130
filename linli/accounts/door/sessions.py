"""Django's database sessions, in rows that say whose they are."""

import datetime as dt
from typing import Any, cast

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from linli.accounts.door.models import Session
from linli.kernel import clock

USER, DEVICE, SIGNED_IN, SEEN = "_auth_user_id", "device", "signed_in_at", "seen_at"
BEFORE = "came_before"
PIN_GIVEN = "pin_given_at"
"""Keys inside a session. Moments are ISO text."""


class SessionStore(DatabaseStore):
    """What `SESSION_ENGINE` names."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        if USER in data:
            row.user_id = int(data[USER])
            # A session opened past the door (a test's browser) begins when it is first written.
            row.signed_in_at = moment(data.get(SIGNED_IN)) or clock.now()
            row.device_id = data.get(DEVICE)
            row.seen_at = moment(data.get(SEEN))
        return row


def moment(text: str | None) -> dt.datetime | None:
    """Return the moment that stands in a session, or None."""
    return dt.datetime.fromisoformat(text) if text else None
