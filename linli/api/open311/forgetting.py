"""The point of a request goes with its words: it may be somebody's door."""

from collections.abc import Sequence

from linli.api.open311.models import SentRequest
from linli.cases.privacy.collections import WORDS
from linli.cases.privacy.redactors import redacts


@redacts(WORDS.code)
def forget_points(case_ids: Sequence[int]) -> int:
    """Delete tokens and points."""
    return SentRequest.objects.filter(case__in=case_ids).delete()[0]
