"""What is found of a case goes with its words."""

from collections.abc import Sequence

from linli.cases.privacy.collections import WORDS
from linli.cases.privacy.redactors import redacts
from linli.cases.searching.parts import forget_words


@redacts(WORDS.code)
def delete_search_rows(case_ids: Sequence[int]) -> int:
    """Delete the search rows: their grams are the words in another form."""
    return forget_words(case_ids)
