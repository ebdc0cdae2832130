"""Django's cache on a PostgreSQL table of ours: the same for every web process, and after a restart.

It carries the limits of tries and the codes already used, so an addition is one atomic statement, and
values are JSON: whoever can write the table can run nothing in our processes.
"""

import datetime as dt
import json
import math
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from linli.kernel import clock
from linli.kernel.seal import blind_index

FOREVER = dt.timedelta(days=3650)


class PostgresCache(BaseCache):
    """What `CACHES` names. `timeout` is in seconds."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def _row(self, key: str, version: int | None) -> bytes:
        return blind_index("cache", self.make_key(key, version=version))

    def _until(self, timeout: Any, now: dt.datetime) -> dt.datetime:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return now + (FOREVER if seconds is None else dt.timedelta(seconds=seconds))

    def _run(self, statement: str, given: list[Any]) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            return cursor.fetchone() if cursor.description else None

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        found = self._run(
            "SELECT value FROM accounts_cacheentry WHERE key = %s AND expires_at > %s",
            [self._row(key, version), clock.now()],
        )
        return json.loads(found[0]) if found else default

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        now = clock.now()
        self._run(
            """
            INSERT INTO accounts_cacheentry (key, value, expires_at) VALUES (%s, %s, %s)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
            """,
            [self._row(key, version), json.dumps(value), self._until(timeout, now)],
        )

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Set what is not there. Of two processes that add at once, one is told True."""
        now = clock.now()
        added = self._run(
            """
            INSERT INTO accounts_cacheentry AS held (key, value, expires_at) VALUES (%s, %s, %s)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
            WHERE held.expires_at <= %s
            RETURNING 1
            """,
            [self._row(key, version), json.dumps(value), self._until(timeout, now), now],
        )
        return added is not None

    def count(self, key: str, *, seconds: int) -> tuple[int, int]:
        """Count one more under a key. Returns how many there are since the first, and in how many seconds
        the count begins anew; it does `seconds` after its first. Atomic."""
        now = clock.now()
        count, ends = self._run(
            """
            INSERT INTO accounts_cacheentry AS held (key, value, expires_at) VALUES (%s, '1', %s)
            ON CONFLICT (key) DO UPDATE SET
                value = CASE WHEN held.expires_at <= %s THEN '1' ELSE to_jsonb(held.value::int + 1) END,
                expires_at = CASE WHEN held.expires_at <= %s THEN excluded.expires_at ELSE held.expires_at END
            RETURNING value::int, expires_at
            """,
            [self._row(key, None), self._until(seconds, now), now, now],
        )
        return count, max(1, math.ceil((ends - now).total_seconds()))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        now = clock.now()
        touched = self._run(
            "UPDATE accounts_cacheentry SET expires_at = %s WHERE key = %s AND expires_at > %s RETURNING 1",
            [self._until(timeout, now), self._row(key, version), now],
        )
        return touched is not None

    def delete(self, key: str, version: int | None = None) -> bool:
        deleted = self._run(
            "DELETE FROM accounts_cacheentry WHERE key = %s RETURNING 1", [self._row(key, version)]
        )
        return deleted is not None

    def clear(self) -> None:
        self._run("DELETE FROM accounts_cacheentry", [])
