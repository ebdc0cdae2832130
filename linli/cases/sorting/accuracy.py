"""How often what was proposed was right: one count of an area's predictions, from which every figure of the page follows."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone

from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.cases.rules import Rate
from linli.cases.sorting.models import Prediction
from linli.cases.sorting.rules import is_worse
from linli.kernel.actor import Actor

PERIODS = (4, 12, 52)
"""Weeks that the page can look back."""
FEW = 5
"""A class with fewer decided cases is not listed among the worst."""
WORST, PAIRS = 8, 10


@dataclass
class Tally:
    """Counts of predictions. `decided`: a person said the category; `in_three`: hers stood among the three proposed."""

    predicted: int = 0
    decided: int = 0
    right: int = 0
    in_three: int = 0
    sure: int = 0
    passed: int = 0
    certainty: float = 0.0

    def add(self, row: dict[str, Any]) -> None:
        count, is_right = row["count"], row["code"] == row["final_id"]
        self.predicted += count
        self.certainty += row["certainty"]
        if row["final_id"] is None:
            return
        self.decided += count
        self.right += count if is_right else 0
        self.in_three += count if is_right else row["beside"]
        if row["is_sure"]:
            self.sure += count
            self.passed += count if is_right else 0

    @property
    def accuracy(self) -> Rate:
        """Return how many of the decided had been said right."""
        return Rate(self.right, self.decided)

    @property
    def among_three(self) -> Rate:
        return Rate(self.in_three, self.decided)

    @property
    def preselected(self) -> Rate:
        """Return how many of the decided stood chosen."""
        return Rate(self.sure, self.decided)

    @property
    def uncorrected(self) -> Rate:
        """Return how many of those that stood chosen nobody corrected."""
        return Rate(self.passed, self.sure)

    @property
    def mean_certainty(self) -> float | None:
        return self.certainty / self.predicted if self.predicted else None


@dataclass
class Week:
    """One week of the page; `is_worse`: clearly less often right than the weeks before it."""

    begins: dt.date
    tally: Tally = field(default_factory=Tally)
    is_worse: bool = False


@dataclass
class Accuracy:
    """Every figure of the page. `classes`: (code, tally), the worst first; `pairs`: (said, meant, count), most first."""

    whole: Tally
    weeks: list[Week]
    models: dict[int | None, Tally]
    classes: list[tuple[str, Tally]]
    pairs: list[tuple[str, str, int]]


def since(weeks: int, *, now: dt.datetime) -> dt.datetime:
    """Return the Monday, at midnight, with which the last `weeks` weeks begin, this one among them."""
    local = timezone.localtime(now)
    monday = local.date() - dt.timedelta(days=local.weekday() + 7 * (weeks - 1))
    return dt.datetime.combine(monday, dt.time(), tzinfo=timezone.get_default_timezone())


def predictions(actor: Actor, *, first: dt.datetime) -> QuerySet[Prediction]:
    """Return what was said of the cases that the actor may judge by, received from `first` on."""
    cases = Case.objects.seen_by(actor, permission=P.SEE_SORTING).filter(received_at__gte=first)
    rows: QuerySet[Prediction] = Prediction.objects.filter(
        case__in=cases, predicted_at__isnull=False
    ).exclude(code="")
    return rows


def accuracy(actor: Actor, *, weeks: int) -> Accuracy:
    """Return how good what was proposed has been in the actor's areas over the last weeks. One query."""
    first = since(weeks, now=actor.now)
    beside = Q(second=F("final")) | Q(third=F("final"))
    rows: Any = (
        predictions(actor, first=first)
        .annotate(week=TruncWeek("case__received_at", tzinfo=timezone.get_default_timezone()))
        .values("week", "model_id", "code", "final_id", "is_sure")
        .annotate(
            count=Count("pk"), certainty=Sum("probability"), beside=Count("pk", filter=beside)
        )
    )
    return _counted(rows.order_by(), first=first.date(), weeks=weeks)


def _counted(rows: Iterable[dict[str, Any]], *, first: dt.date, weeks: int) -> Accuracy:
    whole = Tally()
    by_week: dict[dt.date, Week] = {
        day: Week(day) for day in (first + dt.timedelta(weeks=n) for n in range(weeks))
    }
    models: dict[int | None, Tally] = defaultdict(Tally)
    classes: dict[str, Tally] = defaultdict(Tally)
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        week = timezone.localtime(row["week"]).date()
        whole.add(row)
        by_week.setdefault(week, Week(week)).tally.add(row)
        models[row["model_id"]].add(row)
        if row["final_id"] is not None:
            classes[row["final_id"]].add(row)
            if row["final_id"] != row["code"]:
                pairs[row["code"], row["final_id"]] += row["count"]
    listed = [by_week[day] for day in sorted(by_week)]
    before = Tally()
    for one in listed:
        one.is_worse = is_worse(one.tally.accuracy, before.accuracy)
        before.decided += one.tally.decided
        before.right += one.tally.right
    often = [(code, tally) for code, tally in classes.items() if tally.decided >= FEW]
    often.sort(key=lambda one: (one[1].accuracy.interval[1], -one[1].decided, one[0]))
    most = sorted(pairs.items(), key=lambda one: (-one[1], one[0]))
    return Accuracy(
        whole=whole,
        weeks=listed[::-1],
        models=dict(models),
        classes=[one for one in often if one[1].right < one[1].decided][:WORST],
        pairs=[(said, meant, count) for (said, meant), count in most[:PAIRS]],
    )


@dataclass(frozen=True)
class Which:
    """Which predictions a list shows: of a class said, of a class decided, only what was wrong, only what stood chosen."""

    said: str = ""
    meant: str = ""
    is_wrong: bool = True
    is_sure: bool = False


def listed(actor: Actor, which: Which, *, weeks: int) -> QuerySet[Prediction]:
    """Return the predictions behind a figure, the newest case first."""
    rows = predictions(actor, first=since(weeks, now=actor.now)).filter(final__isnull=False)
    if which.said:
        rows = rows.filter(code=which.said)
    if which.meant:
        rows = rows.filter(final__code=which.meant)
    if which.is_wrong:
        rows = rows.exclude(code=F("final"))
    if which.is_sure:
        rows = rows.filter(is_sure=True)
    return rows.select_related("case__place").order_by("-case__received_at", "-case")
