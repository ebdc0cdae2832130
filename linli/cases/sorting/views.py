"""How good what is proposed has been, the cases behind it, and which model serves."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.accounts.queries import names_of
from linli.cases.catalogue.models import Category
from linli.cases.permissions import CasePermission as P
from linli.cases.sorting import operations, queries
from linli.cases.sorting.accuracy import PERIODS, Which, listed
from linli.cases.sorting.accuracy import accuracy as measured
from linli.cases.sorting.forms import ModelFileForm
from linli.cases.sorting.models import SortingModel, SortingTerm
from linli.cases.sorting.rules import Figures
from linli.kernel.errors import RuleBroken
from linli.kernel.http import ActorRequest, needs

PAGE = 25
MODELS = 10
TERMS = 6


@needs(P.SEE_SORTING)
def accuracy(request: ActorRequest) -> HttpResponse:
    """Show how often what was proposed was right, where it was not, and whether it gets worse."""
    weeks = _weeks(request)
    found = measured(request.actor, weeks=weeks)
    names = _names()
    context = {
        "weeks": weeks,
        "periods": PERIODS,
        "found": found,
        "classes": [(names.get(code), code, tally) for code, tally in found.classes],
        "pairs": [
            (names.get(said), said, names.get(meant), meant, count)
            for said, meant, count in found.pairs
        ],
        "models": _served(found.models),
        "term": queries.term_at(request.actor.now),
        "loop_step": "sort",
    }
    return render(request, "sorting/accuracy.html", context)


@needs(P.SEE_SORTING)
def cases(request: ActorRequest) -> HttpResponse:
    """Show the cases behind a figure: what was said, what was decided, by whom."""
    weeks = _weeks(request)
    which = Which(
        said=request.GET.get("said", "")[:8],
        meant=request.GET.get("meant", "")[:8],
        is_wrong=request.GET.get("list", "") != "all",
        is_sure=request.GET.get("list", "") == "sure",
    )
    page = Paginator(listed(request.actor, which, weeks=weeks), PAGE).get_page(
        request.GET.get("page")
    )
    names = _names()
    deciders = names_of({row.decided_by for row in page if row.decided_by})
    context = {
        "weeks": weeks,
        "which": which,
        "said": names.get(which.said),
        "meant": names.get(which.meant),
        "page": page,
        "rows": [
            (
                row,
                names.get(row.code),
                names.get(row.final_id or ""),
                deciders.get(row.decided_by or 0),
            )
            for row in page
        ],
        "pager_query": f"weeks={weeks}&said={which.said}&meant={which.meant}&list={'sure' if which.is_sure else '' if which.is_wrong else 'all'}&",
        "loop_step": "sort",
    }
    return render(request, "sorting/cases.html", context)


@needs(P.SORTING_MODELS)
def models(request: ActorRequest) -> HttpResponse:
    """Show which model serves, and each model beside the one that served when it was tried."""
    return _models_page(request, form=ModelFileForm())


@needs(P.SORTING_MODELS)
@require_POST
def train(request: ActorRequest) -> HttpResponse:
    """Ask for a model of the closed cases."""
    return _answered(
        request,
        lambda: operations.ask_for_model(actor=request.actor),
        _(
            "Asked for. The worker makes it in some minutes; then it stands below beside the one in force."
        ),
    )


@needs(P.SORTING_MODELS)
@require_POST
def upload(request: ActorRequest) -> HttpResponse:
    """Keep a model's file."""
    form = ModelFileForm(request.POST, request.FILES)
    if form.is_valid():
        with form.catching():
            content = form.cleaned_data["file"].read()
            operations.upload_model(actor=request.actor, content=content)
        if not form.errors:
            messages.success(
                request,
                _("Kept. In a minute it stands below beside the one in force; then decide."),
            )
            return redirect("sorting:models")
    return _models_page(request, form=form, status=422)


@needs(P.SORTING_MODELS)
@require_POST
def put_in_force(request: ActorRequest, model_id: int) -> HttpResponse:
    """Let a model serve from now on; 0 is the starter model."""

    def act() -> None:
        try:
            operations.put_model_in_force(actor=request.actor, model_id=model_id or None)
        except SortingModel.DoesNotExist as gone:
            raise Http404 from gone

    said = _("In force. What was predicted before stays as it was said.")
    return _answered(request, act, said)


def _answered(request: ActorRequest, act: Any, said: str) -> HttpResponse:
    try:
        act()
    except RuleBroken as broken:
        return _models_page(request, form=ModelFileForm(), refused=broken, status=409)
    messages.success(request, said)
    return redirect("sorting:models")


def _models_page(
    request: ActorRequest,
    *,
    form: ModelFileForm,
    refused: RuleBroken | None = None,
    status: int = 200,
) -> HttpResponse:
    terms: list[SortingTerm] = list(queries.terms()[:TERMS])
    now = terms[0] if terms and terms[0].valid_to is None else None
    shown = list(queries.sorting_models()[:MODELS])
    before = terms[1].model if len(terms) > 1 else None
    people = names_of({one.user_id for one in shown} | {one.user_id for one in terms})
    context = {
        "form": form,
        "refused": refused,
        "now_serving": now,
        "before": before,
        "has_before": now is not None,
        "terms": [(one, people.get(one.user_id)) for one in terms],
        "models": [
            {
                "model": one,
                "by": people.get(one.user_id),
                "is_serving": now is not None and now.model_id == one.pk,
                "new": _figures(one, "new"),
                "pair": _pair(one),
            }
            for one in shown
        ],
        "is_being_made": any(one.is_waiting for one in shown),
        "learnable": queries.learnable_count(),
        "least": queries.LEAST_LEARNT,
        "loop_step": "sort",
    }
    return render(request, "sorting/models.html", context, status=status)


def _figures(model: SortingModel, which: str) -> Figures | None:
    told = (model.beside or {}).get(which)
    return Figures(**told) if told else None


def _pair(model: SortingModel) -> list[tuple[str, Figures | None]]:
    """Return (name, figures) of a model and of the one that served when it was tried."""
    against = (model.beside or {}).get("against")
    served = _("Model %(n)s") % {"n": against} if against else _("Starter model")
    new = _("Model %(n)s") % {"n": model.pk}
    return [(new, _figures(model, "new")), (served, _figures(model, "old"))]


def _served(tallies: dict[int | None, Any]) -> list[tuple[SortingModel | None, Any]]:
    found = queries.sorting_models().in_bulk([key for key in tallies if key is not None])
    return [
        (found.get(key) if key is not None else None, tally)
        for key, tally in sorted(tallies.items(), key=lambda one: -(one[0] or 0))
    ]


def _names() -> dict[str, Category]:
    return {one.code: one for one in Category.objects.all()}


def _weeks(request: ActorRequest) -> int:
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    return weeks if weeks in PERIODS else PERIODS[0]
