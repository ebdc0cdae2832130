"""The first page of whoever works at several lists."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from linli.accounts.models import User
from linli.accounts.permissions import AccountsPermission
from linli.cases.permissions import CasePermission as P
from linli.kernel.http import ActorRequest, needs
from linli.web.home.panels import home_of


@needs(AccountsPermission.OWN)
def home(request: ActorRequest) -> HttpResponse:
    """Show what needs the reader now, what she waits for, how the work goes."""
    actor, user = request.actor, request.user
    page = home_of(actor, unit=user.organisation if isinstance(user, User) else None)
    if not page.now:
        return redirect("insight:overview" if actor.may(P.SEE_RATES) else "accounts:mine")
    return render(request, "web/home.html", {"home": page, "first": page.now[0]})
