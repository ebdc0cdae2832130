"""What each case is: drawn from the demo's words by a generator of its own for each batch."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from linli.site.demo.words import CALLERS, REQUESTS, Request

BATCH = 1_000
SPAN = dt.timedelta(days=365)
VARIETY = 4_000
"""Different texts. Each is one request with one or two sentences of others around it."""
SETTLED = dt.timedelta(days=9)
STEPS = ("received", "dispatched", "accepted", "in_progress", "reported", "followed_up", "closed")


@dataclass(frozen=True, slots=True)
class Text:
    """What is said. The words hold nobody's data."""

    request: Request
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One case to be: `moments` are those of STEPS, as far as it has come."""

    index: int
    text: int
    place: int
    address: str
    caller: str
    phone: str
    moments: tuple[dt.datetime, ...]
    answered: str
    satisfaction: str

    @property
    def state(self) -> str:
        return STEPS[len(self.moments) - 1]


def texts(seed: int) -> list[Text]:
    """Return the VARIETY texts of a seed."""
    rng = random.Random(f"{seed}:texts")  # noqa: S311 - invented cases, not secrets
    sentences = [s + "。" for request in REQUESTS for s in request.words.split("。") if len(s) > 5]
    found = []
    for number in range(VARIETY):
        request = REQUESTS[number % len(REQUESTS)]
        more = rng.sample(sentences, rng.randrange(1, 4))
        found.append(Text(request, request.title, "".join([request.words, *more])))
    return found


def batch(
    number: int, *, seed: int, cases: int, places: list[int], as_of: dt.datetime
) -> Iterator[Drawn]:
    """Yield the cases of one batch of BATCH, in the order in which they came in.

    `places` are weights: how often each place of the caller's list is drawn.
    """
    rng = random.Random(f"{seed}:{number}")  # noqa: S311
    first = number * BATCH
    count = min(BATCH, cases - first)
    where = rng.choices(range(len(places)), places, k=count)
    step = SPAN / cases
    for offset in range(count):
        index = first + offset
        received = as_of - SPAN + step * (index + rng.random())
        yield Drawn(
            index=index,
            text=rng.randrange(VARIETY),
            place=where[offset],
            address=f"{rng.randrange(1, 30)}号楼{rng.randrange(1, 6)}单元",
            caller=CALLERS[rng.randrange(len(CALLERS))],
            # 199-0000-xxxx: a block that, as far as known, no subscriber has.
            phone=f"+861990000{rng.randrange(10_000):04d}",
            moments=_moments(received, as_of=as_of, rng=rng),
            **_mood(rng),
        )


def _moments(
    received: dt.datetime, *, as_of: dt.datetime, rng: random.Random
) -> tuple[dt.datetime, ...]:
    """Return when each step was taken; a case older than SETTLED is closed, a younger one on its way."""
    slow = 30.0 if rng.random() < 0.06 else 1.0
    hours = (0.3, 0.7 * slow, 3 * slow, 60, 30, 0.1)
    moments = [received]
    for most in hours:
        moments.append(
            moments[-1] + dt.timedelta(seconds=round(3600 * most * rng.random() ** 2) + 60)
        )
    if as_of - received > SETTLED:
        # Whatever was drawn, it is over before the end of the span.
        squeeze = min(1.0, (as_of - received) / (moments[-1] - received) * 0.98)
        moments = [received + (moment - received) * squeeze for moment in moments]
    return tuple(moment for moment in moments if moment <= as_of)


def _mood(rng: random.Random) -> dict[str, str]:
    mood = rng.random()
    if mood < 0.86:
        satisfaction = rng.choice(("very", "satisfied", "satisfied", "basically"))
        return {"answered": "solved", "satisfaction": satisfaction}
    if mood < 0.94:
        return {"answered": "partly", "satisfaction": rng.choice(("basically", "satisfied", "not"))}
    return {"answered": "not_solved", "satisfaction": "not"}
