"""The calendar as an administrator sees it: a year at a glance, a new file compared and applied."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.kernel.errors import RuleBroken
from linli.kernel.http import ActorRequest, needs
from linli.territory.calendar import operations, queries
from linli.territory.calendar.files import difference, read_year, write_year
from linli.territory.calendar.forms import ApplyForm, YearForm
from linli.territory.calendar.models import CalendarYear
from linli.territory.calendar.months import kind_of, months_of, named
from linli.territory.permissions import TerritoryPermission as P

_FIRST, _LAST = 1990, 2199
_LOOK_BACK = 3
"""Years behind this one that the page leads to; an older one is opened by its address."""


@needs(P.CALENDAR)
def calendar(request: ActorRequest, year: int | None = None) -> HttpResponse:
    """Show a year's days, this year's if none is named, with the form for a new file."""
    return _page(request, year=year)


@needs(P.CALENDAR)
@require_POST
def compare(request: ActorRequest) -> HttpResponse:
    """Show what a file would change, before anything is applied."""
    form = YearForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form=form)
    year, file = form.cleaned_data["year"], form.cleaned_data["file"]
    try:
        days = read_year(file.read(), year=year)
    except RuleBroken as broken:
        form.add_error(broken.field, broken.message)
        return _page(request, form=form)
    known = CalendarYear.objects.filter(pk=year).first()
    changes = [
        {
            "date": change.date,
            "before": kind_of(change.date, change.before),
            "after": kind_of(change.date, change.after),
            "before_name": named(change.before.name),
            "after_name": named(change.after.name),
        }
        for change in difference(queries.days_of(year), days)
    ]
    context = {
        "year": year,
        "known": known,
        "changes": changes,
        "working_count": sum(day.is_working for day in days.values()),
        "content": write_year(days),
        "source": file.name[:100],
        "seen_version": known.version if known else 0,
    }
    return render(request, "territory/calendar_difference.html", context)


@needs(P.CALENDAR)
@require_POST
def apply(request: ActorRequest) -> HttpResponse:
    """Apply the days of a difference that was looked at."""
    form = ApplyForm(request.POST)
    if not form.is_valid():
        raise BadRequest("not a difference of ours")
    data = form.cleaned_data
    try:
        days = read_year(data["content"].encode(), year=data["year"])
        operations.apply_year(
            actor=request.actor,
            year=data["year"],
            days=days,
            source=data["source"],
            seen_version=data["seen_version"],
        )
    except RuleBroken as broken:
        return _page(request, year=data["year"], refused=broken)
    messages.success(
        request,
        _("The days of %(year)s apply. Deadlines that rest on them are computed anew.")
        % {"year": data["year"]},
    )
    return redirect("calendar:year", year=data["year"])


def _page(
    request: ActorRequest,
    *,
    year: int | None = None,
    form: YearForm | None = None,
    refused: RuleBroken | None = None,
) -> HttpResponse:
    today = timezone.localtime(request.actor.now).date()
    shown = year or today.year
    if not _FIRST <= shown <= _LAST:
        raise Http404
    days = queries.days_of(shown)
    recent = CalendarYear.objects.filter(year__gte=min(shown, today.year - _LOOK_BACK))
    known_years = {row.year: row for row in recent.order_by("year")}
    context = {
        "year": shown,
        "known": known_years.get(shown),
        "years": sorted({*known_years, today.year, today.year + 1, shown}),
        "known_years": list(known_years),
        "months": months_of(shown, days),
        "working_count": sum(day.is_working for day in days.values()),
        "today": today,
        "form": form or YearForm(initial={"year": shown}),
        "refused": refused,
    }
    bad = refused is not None or (form is not None and form.errors)
    return render(request, "territory/calendar.html", context, status=422 if bad else 200)
