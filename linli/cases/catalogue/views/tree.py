"""The tree of categories as an administrator keeps it: the whole, and one category to change, move or end."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.cases.catalogue import operations, tree
from linli.cases.catalogue.models import Category
from linli.cases.catalogue.parts import holds_all
from linli.cases.catalogue.queries import categories_in_force
from linli.cases.catalogue.shipped import shipped
from linli.cases.catalogue.tree_forms import EndForm, MoveForm, NewCategoryForm, SaidForm
from linli.cases.permissions import CasePermission as P
from linli.kernel.http import ActorRequest, needs


@needs(P.SEE_CATALOGUE)
def whole(request: ActorRequest) -> HttpResponse:
    """Show the tree in force, what is to come, and what has ended."""
    return _tree_page(request)


def _tree_page(request: ActorRequest, *, form: NewCategoryForm | None = None) -> HttpResponse:
    now = request.actor.now
    may_change = holds_all(request.actor, P.CATALOGUE)
    counted = Category.objects.annotate(count=Count("entries")).order_by("code")
    rows = list(counted.select_related("successor"))
    context: dict[str, Any] = {
        "groups": _groups([one for one in rows if not one.is_over(now)]),
        "ended": [one for one in rows if one.is_over(now)],
        "may_change": may_change,
        "form": form or (NewCategoryForm(parent=None) if may_change else None),
    }
    failed = form is not None and form.errors
    return render(request, "catalogue/tree.html", context, status=422 if failed else 200)


def _groups(rows: list[Category]) -> list[dict[str, Any]]:
    """Return the rows by the first level they lie in, in the order of the codes."""
    return [
        {"first": group[0], "rows": group}
        for _code, found in groupby(rows, key=lambda one: one.code[:2])
        if (group := list(found))
    ]


@needs(P.CATALOGUE)
@require_POST
def begin(request: ActorRequest) -> HttpResponse:
    """Begin the tree with the categories that Linli brings along."""
    if not Category.objects.exists():
        done = operations.load_categories(actor=request.actor, rows=list(shipped()))
        messages.success(request, _("The tree begins with %(n)s categories.") % {"n": done.created})
    return redirect("catalogue:tree")


@needs(P.CATALOGUE)
@require_POST
def add_first(request: ActorRequest) -> HttpResponse:
    """Add a category of the first level, with its lead everywhere."""
    form = NewCategoryForm(request.POST, parent=None)
    if form.is_valid():
        with form.catching():
            made = tree.add_category(actor=request.actor, parent=None, **form.arguments(request))
            messages.success(request, _added(made))
            return redirect("catalogue:keep", code=made.code)
    return _tree_page(request, form=form)


@needs(P.CATALOGUE)
def keep(request: ActorRequest, code: str) -> HttpResponse:
    """Show one category with all that can be done to it."""
    return _page(request, code)


@needs(P.CATALOGUE)
@require_POST
def change(request: ActorRequest, code: str) -> HttpResponse:
    """Name a category anew, or its usual lead, limit or words."""
    form = SaidForm(request.POST)
    category = _found(code)
    if form.is_valid():
        with form.catching():
            tree.change_category(actor=request.actor, code=category.code, said=form.said())
            messages.success(request, _("Kept. Cases that stand show the new name too."))
            return redirect("catalogue:keep", code=code)
    return _page(request, code, change=form)


@needs(P.CATALOGUE)
@require_POST
def add_below(request: ActorRequest, code: str) -> HttpResponse:
    """Add a category below this one."""
    parent = _found(code)
    form = NewCategoryForm(request.POST, parent=parent)
    if form.is_valid():
        with form.catching():
            made = tree.add_category(actor=request.actor, parent=parent, **form.arguments(request))
            messages.success(request, _added(made))
            return redirect("catalogue:keep", code=code)
    return _page(request, code, add=form)


@needs(P.CATALOGUE)
@require_POST
def move(request: ActorRequest, code: str) -> HttpResponse:
    """Hang a category with all below it elsewhere."""
    category = _found(code)
    form = MoveForm(request.POST, at=request.actor.now)
    if form.is_valid():
        with form.catching():
            moved = tree.move_category(
                actor=request.actor,
                code=category.code,
                to=form.cleaned_data["about"],
                basis=form.cleaned_data["basis"],
            )
            said = _("Moved: it is %(code)s now, and follows the old one.")
            messages.success(request, said % {"code": moved.code})
            return redirect("catalogue:keep", code=moved.code)
    return _page(request, code, move=form)


@needs(P.CATALOGUE)
@require_POST
def end(request: ActorRequest, code: str) -> HttpResponse:
    """End a category; another follows it if it is in use."""
    category = _found(code)
    form = EndForm(request.POST, at=request.actor.now)
    if form.is_valid():
        with form.catching():
            tree.end_category(
                actor=request.actor,
                code=category.code,
                successor=form.cleaned_data["about"],
                valid_to=form.on(request),
            )
            messages.success(request, _("Its end is set. Cases that stand keep it."))
            return redirect("catalogue:keep", code=code)
    return _page(request, code, end=form)


def _added(made: Category) -> str:
    return _("Added: %(category)s") % {"category": made.shown}


def _found(code: str) -> Category:
    category = Category.objects.select_related("successor", "parent").filter(code=code).first()
    if category is None:
        raise Http404
    return category


def _page(request: ActorRequest, code: str, **sent: Any) -> HttpResponse:
    category = _found(code)
    now = request.actor.now
    stands = category.valid_to is None and holds_all(request.actor, P.CATALOGUE)
    forms: dict[str, Any] = {}
    if stands:
        forms = {
            "change": SaidForm(initial=SaidForm.filled_from(category)),
            "add": NewCategoryForm(parent=category),
            "move": MoveForm(at=now),
            "end": EndForm(at=now),
            **sent,
        }
    categories = list(categories_in_force(now))
    context: dict[str, Any] = {
        "category": category,
        "uses": tree.uses_of(category, at=now),
        "below": [one for one in categories if one.parent_id == category.code],
        "categories": [one for one in categories if not one.code.startswith(category.code)],
        "stands": stands,
        "forms": forms,
    }
    failed = any(form.errors for form in sent.values())
    return render(request, "catalogue/keep.html", context, status=422 if failed else 200)
