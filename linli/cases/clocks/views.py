"""Limits as an administrator sees them: what is in force where, the profiles and their versions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.cases.clocks import operations, queries
from linli.cases.clocks.forms import ProfileForm, TermForm, filled_from
from linli.cases.clocks.models import ClockTerm
from linli.cases.permissions import CasePermission as P
from linli.kernel.http import ActorRequest, needs


@needs(P.CLOCKS)
def clocks(request: ActorRequest) -> HttpResponse:
    """Show what is in force where and the newest version of each profile."""
    return _page(request)


@needs(P.CLOCKS)
@require_POST
def put_in_force(request: ActorRequest) -> HttpResponse:
    """Put a version in force."""
    form = TermForm(request.POST, actor=request.actor, permission=P.CLOCKS)
    if form.is_valid():
        with form.catching():
            operations.put_in_force(actor=request.actor, **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("In force. Orders dispatched before keep their limits."))
            return redirect("clocks:clocks")
    return _page(request, form=form)


@needs(P.CLOCKS)
@require_POST
def end_term(request: ActorRequest, term_id: int) -> HttpResponse:
    """End a term now, or take back one that has not begun."""
    try:
        operations.end_term(actor=request.actor, term_id=term_id)
    except ClockTerm.DoesNotExist as gone:
        raise Http404 from gone
    messages.success(request, _("Ended. From now on the wider area's limits apply there."))
    return redirect("clocks:clocks")


@needs(P.CLOCKS)
def profile(request: ActorRequest, code: str) -> HttpResponse:
    """Show every version of a profile, the newest first."""
    versions = list(queries.versions_of(code))
    if not versions:
        raise Http404
    return render(request, "clocks/profile.html", {"versions": versions, "newest": versions[0]})


@needs(P.CLOCKS)
def add_version(request: ActorRequest) -> HttpResponse:
    """Write down a new version; `from` names the profile whose figures the form starts with."""
    initial: dict[str, Any] = {}
    standing = queries.versions_of(request.GET.get("from", "")).first()
    if standing is not None:
        initial = filled_from(standing)
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.catching():
            added = operations.add_version(
                actor=request.actor,
                code=data["code"],
                name=data["name"],
                name_en=data["name_en"],
                basis=data["basis"],
                basis_en=data["basis_en"],
                times=data["working_times"],
                classes=form.limits(),
            )
        if not form.errors:
            messages.success(
                request,
                _("Version %(n)s stands. Put it in force where it is to apply.")
                % {"n": added.version},
            )
            return redirect("clocks:profile", code=added.code)
    context = {"form": form, "standing": standing}
    return render(request, "clocks/add.html", context, status=422 if form.errors else 200)


def _page(request: ActorRequest, form: TermForm | None = None) -> HttpResponse:
    context = {
        "terms": queries.terms(at=request.actor.now),
        "profiles": queries.newest_versions(),
        "form": form or TermForm(actor=request.actor, permission=P.CLOCKS),
    }
    failed = form is not None and form.errors
    return render(request, "clocks/clocks.html", context, status=422 if failed else 200)
