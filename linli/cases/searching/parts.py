"""How the search row keeps step with the words: by the operation that writes them, in its transaction."""

import json
from collections.abc import Iterable, Sequence

from django.db import connection

from linli.cases.bulk import prepared_cursor
from linli.cases.models import Case
from linli.cases.searching.models import CaseSearch
from linli.methods.language.grams import grams_of, vector_of


def index_words(cases: Sequence[Case], *, reply: str = "") -> None:
    """Write the search rows of cases anew, in one statement for any number.

    A case is found by its title, its words, where exactly it is, and the `reply` to the caller. Notes of
    contacts and calls back are not searched: they hold what was said in confidence.
    """
    assert connection.in_atomic_block
    given = [
        {
            "case_id": case.pk,
            "grams": vector_of(grams_of(case.title, case.words, case.address, reply)),
        }
        for case in cases
    ]
    with prepared_cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO cases_casesearch (case_id, grams)
            SELECT case_id, grams FROM json_populate_recordset(NULL::cases_casesearch, %s::json)
            ON CONFLICT (case_id) DO UPDATE SET grams = EXCLUDED.grams
            """,
            [json.dumps(given, ensure_ascii=False)],
        )


def forget_words(case_ids: Iterable[int]) -> int:
    """Remove the search rows of cases whose words are deleted; return how many there were."""
    removed, _kinds = CaseSearch.objects.filter(case__in=list(case_ids)).delete()
    return removed
