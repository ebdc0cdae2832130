"""Who sees which rows. Three doors, and no other: `seen_by`, `public`, `everywhere`."""

from typing import Any, Self

import structlog
from django.db import models

from linli.kernel.actor import SCOPE_COLUMNS, Actor

log = structlog.get_logger("linli.scope")


def scope_column() -> Any:
    """Return a column that copies the code of an area onto a row."""
    return models.CharField(max_length=32, null=True, db_collation="C")


class Scoped(models.Model):
    """Rows that belong to a place carry copies of the codes of the areas around it."""

    city_code = scope_column()
    district_code = scope_column()
    street_code = scope_column()
    community_code = scope_column()

    class Meta:
        abstract = True

    @property
    def scope(self) -> dict[str, str | None]:
        return {column: getattr(self, column) for column in SCOPE_COLUMNS}


class ScopedQuerySet(models.QuerySet[Any]):
    """Reads that say for whom they read."""

    def shared_with(self, actor: Actor, *, permission: str) -> models.Q | None:
        """Return the rows an organisation sees because it has a part in them. Rooms say which."""
        return None

    def seen_by(self, actor: Actor, *, permission: str) -> Self:
        """Return the rows within the areas over which the actor holds the permission."""
        seen = models.Q(pk__in=())
        for column, code in actor.scopes(permission):
            seen |= models.Q(**{column: code})
        shared = self.shared_with(actor, permission=permission) if actor.may(permission) else None
        return self.filter(seen | shared if shared is not None else seen)

    def everywhere(self, reason: str) -> Self:
        """Return all rows, for work that serves no single person. The reason goes to the log."""
        log.info("everywhere", table=self.model._meta.db_table, reason=reason)
        return self.all()
