"""Cases in the same words: told when they come in, so that nobody solves one matter twice unaware."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from linli.cases.bulk import insert_many, prepared_cursor
from linli.cases.choices import LinkKind
from linli.cases.models import Case, CaseLink, Requester
from linli.methods.language.normal import bare_words

SHORTEST = 12
"""Letters below which equal words say nothing: two people write “停水了” of two different pipes."""


def hash_of(words: str) -> bytes | None:
    """Return 16 bytes, equal for words that differ in spaces, punctuation, width or case only; None if too short."""
    bare = bare_words(words)
    if len(bare) < SHORTEST:
        return None
    return hashlib.blake2b(bare.encode(errors="replace"), digest_size=16).digest()


def link_same_words(rows: Sequence[tuple[Case, Requester]], *, at: dt.datetime) -> None:
    """Link new cases (already written) to the first of their city in the same words. At most two statements.

    The first one is looked up by its key, case by case, however many cases there are and whatever the database
    knows of their distribution.

    The same person asking again is a duplicate; equal words of different people are related: each of them
    keeps a number and an answer. So is a case whose requester this actor may not look for. Links say nothing
    that the words do not; they are no event.
    """
    keys = {
        (case.city_code, bytes(case.words_hash))
        for case, _who in rows
        if case.words_hash and case.city_code
    }
    if not keys:
        return
    cities, hashes = zip(*keys, strict=True)
    with prepared_cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.city_code, asked.words_hash, first.id, r.phone_index, r.account_index
            FROM unnest(%s::text[], %s::bytea[]) AS asked(city_code, words_hash)
            CROSS JOIN LATERAL (
                SELECT c.id FROM cases_case c
                WHERE c.words_hash = asked.words_hash AND c.city_code = asked.city_code
                ORDER BY c.id LIMIT 1
            ) AS first
            LEFT JOIN LATERAL (
                SELECT phone_index, account_index FROM cases_requester
                WHERE case_id = first.id OFFSET 0
            ) AS r ON true
            """,
            [list(cities), list(hashes)],
        )
        first = {(row[0], bytes(row[1])): row[2:] for row in cursor.fetchall()}
    links = []
    for case, requester in rows:
        if not case.words_hash or not case.city_code:
            continue
        other_id, phone, account = first[case.city_code, bytes(case.words_hash)]
        if other_id == case.pk:
            continue
        same = _same(requester.phone_index, phone) or _same(requester.account_index, account)
        kind = LinkKind.DUPLICATE if same else LinkKind.RELATED
        links.append(CaseLink(case=case, other_id=other_id, kind=kind, at=at))
    insert_many(links)


def _same(one: Any, other: Any) -> bool:
    return one is not None and other is not None and bytes(one) == bytes(other)
