"""Pages about personal data."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from linli.cases.forms import TakeCallForm
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy import operations
from linli.cases.privacy.forms import SharedTextForm
from linli.cases.views.finding import case_or_404
from linli.kernel.http import ActorRequest, needs
from linli.territory.queries import path_names


@needs(P.RECEIVE)
@require_POST
def intake_personal(request: ActorRequest) -> HttpResponse:
    """Return what would be taken out of the words as they stand now. A POST: words stand in no address."""
    form = TakeCallForm(request.POST, actor=request.actor, permission=P.RECEIVE)
    return render(request, "privacy/taken.html", {"form": form})


@needs(P.SHARE)
def shared(request: ActorRequest, number: str) -> HttpResponse:
    """Show the words beside what partners may read of them, and let it be written anew."""
    found = case_or_404(request, number, permission=P.SHARE)
    form = SharedTextForm(request.POST or None, initial={"shared_text": found.shared_text})
    if request.method == "POST" and form.is_valid():
        with form.catching():
            operations.write_shared_text(actor=request.actor, case_id=found.pk, **form.cleaned_data)
        if not form.errors:
            return redirect("cases:case", number=number)
    context = {"case": found, "form": form, "path": path_names(found.place)}
    return render(request, "privacy/shared.html", context, status=422 if form.errors else 200)
