"""The search row of a case."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class GramsField(models.Field):
    """A tsvector written from a list of grams as they are; no text-search parser touches them."""

    def db_type(self, connection: Any) -> str:
        return "tsvector"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "array_to_tsvector(%s::text[])"

    def get_prep_value(self, value: Any) -> Any:
        return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


@GramsField.register_lookup
class Holds(models.Lookup):
    """`grams__holds=query`: the row holds what a tsquery (as text) asks for."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, given = self.process_lhs(compiler, connection)
        return f"{column} @@ %s::tsquery", [*given, self.rhs]


class CaseSearch(models.Model):
    """检索行. What the words of a case are found by. Written in the transaction that writes the words."""

    case = models.OneToOneField(
        "cases.Case", models.CASCADE, primary_key=True, related_name="search_row"
    )
    grams = GramsField()

    class Meta:
        verbose_name = _("Search row")
        indexes = [GinIndex(fields=["grams"], name="case_search_grams")]

    def __str__(self) -> str:
        return str(self.case_id)
