"""Walking along the chain: where it is whole, and what happened where it is not. No database.

The walk takes rows in the order of their positions. A row that does not follow the one before it is
explained by its neighbours: if a later row follows, this one was inserted or moved; if its own leaf is
genuine, what stood before it was cut out; otherwise it was changed.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from linli.journal.chain import GENESIS, Key, grown, root_of
from linli.journal.faults import Fault
from linli.journal.heads import Head

WINDOW = 256
"""How far ahead a row is looked for that follows. A longer inserted run reads as a cut."""


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the order with its event's content, or None where the event is gone."""

    position: int
    event_id: int
    leaf: bytes
    node: bytes
    link: bytes
    key_id: int
    text: bytes | None
    shown: str
    stream: tuple[str, int] | None


@dataclass
class Walk:
    """One pass over the chain. `count` and `last` (position) are right once `faults` is used up."""

    keys: Mapping[int, Key]
    heads: Mapping[int, Head]
    count: int = 0
    last: int = 0
    _link: bytes = GENESIS
    _tops: list[bytes] = field(default_factory=list)
    _strays: list[Link] = field(default_factory=list)
    _is_grown: bool = True
    _heads_agree: bool = True

    def faults(self, links: Iterator[Link]) -> Iterator[Fault]:
        """Yield what is wrong, in the order of positions."""
        ahead = deque(islice(links, WINDOW))
        while ahead:
            here = ahead.popleft()
            ahead.extend(islice(links, 1))
            gap = range(self.last + 1, here.position)
            self.last = here.position
            if here.key_id not in self.keys:
                yield _fault("key", here, key_id=here.key_id)
            elif not self._follows(here):
                self._is_grown = False
                yield from self._put_back(here)
                if not self._follows(here):
                    if any(self._follows(later) for later in ahead):
                        self._strays.append(here)
                        continue
                    yield from self._cut(here, gap)
            elif gap:
                self._is_grown = False
                yield _fault("renumbered", here, wanted=gap.start)
            yield from self._take(here)
        for stray in self._strays:
            yield _fault("inserted", stray)

    def _follows(self, row: Link) -> bool:
        key = self.keys.get(row.key_id)
        return key is not None and key.link(self._link, row.event_id, row.leaf) == row.link

    def _is_genuine(self, row: Link) -> bool:
        key = self.keys.get(row.key_id)
        return key is None or row.text is None or key.leaf(row.event_id, row.text) == row.leaf

    def _put_back(self, here: Link) -> Iterator[Fault]:
        """Report the rows that were passed over and belong before this one."""
        while stray := next((row for row in self._strays if self._follows(row)), None):
            self._strays.remove(stray)
            self._link = stray.link
            yield _fault("moved", stray, before=here.position)

    def _cut(self, here: Link, gap: range) -> Iterator[Fault]:
        if gap:
            yield _fault("missing", here, first=gap.start, last=gap.stop - 1)
        elif self._is_genuine(here):
            yield _fault("cut_out", here)

    def _take(self, here: Link) -> Iterator[Fault]:
        self.count += 1
        self._link = here.link
        if here.text is None:
            yield _fault("gone", here)
        elif not self._is_genuine(here):
            yield _fault("changed", here)
        root = b""
        if self._is_grown:
            self._tops = grown(self._tops, here.position, here.leaf)
            if self._tops[-1] != here.node:
                yield _fault("node", here)
        head = self.heads.get(here.position)
        if head and self._heads_agree:
            root = root_of(self._tops) if self._is_grown else bytes.fromhex(head.root)
            if (head.link, head.root) != (here.link.hex(), root.hex()):
                self._heads_agree = False
                yield _fault("head", here, at=head.at)


def _fault(code: str, here: Link, **facts: object) -> Fault:
    named = {"position": here.position, "event_id": here.event_id, "event": here.shown, **facts}
    return Fault(code, named, here.stream)
