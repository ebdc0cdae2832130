"""What its source said of a case, and who else used its words, go with its words."""

from collections.abc import Sequence

from django.db.models import Q

from linli.cases.models import Case, CaseLink
from linli.cases.privacy.collections import WORDS
from linli.cases.privacy.redactors import redacts


@redacts(WORDS.code)
def forget_same_words(case_ids: Sequence[int]) -> int:
    """Delete links and the hash by which equal words are known."""
    links = CaseLink.objects.filter(Q(case__in=case_ids) | Q(other__in=case_ids)).delete()[0]
    return links + Case._base_manager.filter(pk__in=case_ids).update(words_hash=None)
