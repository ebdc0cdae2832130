"""Attachments go with what they show: proofs of who asked with the requester, all others with the words."""

from collections.abc import Sequence

from linli.cases.attachments.choices import PERSONAL
from linli.cases.attachments.parts import forget_attachments
from linli.cases.privacy.collections import REQUESTER, WORDS
from linli.cases.privacy.redactors import redacts


@redacts(REQUESTER.code)
def forget_proofs_of_persons(case_ids: Sequence[int]) -> int:
    """Delete what shows who asked."""
    return forget_attachments(case_ids, kinds=PERSONAL)


@redacts(WORDS.code)
def forget_photos(case_ids: Sequence[int]) -> int:
    """Delete every photo of the cases."""
    return forget_attachments(case_ids)
