"""Who acts: passed as an argument to every read and write, never looked up from the air."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

SCOPE_COLUMNS = ("city_code", "district_code", "street_code", "community_code")


@dataclass(frozen=True, slots=True)
class Grant:
    """One role held over one area. `column` is one of SCOPE_COLUMNS, `code` the area's code."""

    role: str
    permissions: frozenset[str]
    column: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a job at work, at a moment.

    `now` is the time by which every rule of this act is judged. There is no nameless actor: a
    background job has one too, with the permissions of its task. `proved_at` is when she last showed who
    she is by a second proof; `is_asked` is False for those of whom none is asked (the people of a demo).
    """

    user_id: int | None
    name: str
    grants: tuple[Grant, ...]
    now: dt.datetime
    organisation_id: int | None = None
    channel: str = "web"
    proved_at: dt.datetime | None = None
    is_asked: bool = True

    def may(self, permission: str) -> bool:
        """Return whether any role held includes the permission."""
        return any(permission in grant.permissions for grant in self.grants)

    def scopes(self, permission: str) -> Iterator[tuple[str, str]]:
        """Yield (column, code) of each area over which the permission is held."""
        for grant in self.grants:
            if permission in grant.permissions and grant.column and grant.code:
                yield grant.column, grant.code

    def at(self, moment: dt.datetime) -> "Actor":
        """Return the same person at another moment (seeding, replays, tests)."""
        return replace(self, now=moment)
