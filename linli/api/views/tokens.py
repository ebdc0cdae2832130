"""Tokens of other systems: who has one, for what, when it was last used; a new one; the end of one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli.accounts.door.proofs import freshly_proved
from linli.api import operations, queries
from linli.api.forms import TokenForm
from linli.api.models import AccessToken
from linli.api.permissions import ApiPermission as P
from linli.api.rest.routes import api
from linli.kernel.http import ActorRequest, needs

SHOWN = 100


@needs(P.TOKENS)
@never_cache
@freshly_proved
def tokens(request: ActorRequest) -> HttpResponse:
    """List the tokens of the area; make one, whose text is shown this once."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    made: tuple[AccessToken, str] | None = None
    if form.is_valid():
        with form.catching():
            made = operations.issue_token(actor=request.actor, **form.given())
            form = TokenForm()
    found = list(queries.tokens_of(request.actor)[:SHOWN])
    now = request.actor.now
    context = {
        "in_force": [one for one in found if one.holds(now)],
        "over": [one for one in found if not one.holds(now)],
        "form": form,
        "made": made[0] if made else None,
        "text": made[1] if made else "",
    }
    return render(request, "api/tokens.html", context, status=422 if form.errors else 200)


@needs(P.TOKENS)
@require_POST
@freshly_proved
def revoke(request: ActorRequest, token_id: int) -> HttpResponse:
    """Let a token open nothing from now on."""
    try:
        token = operations.revoke_token(actor=request.actor, token_id=token_id)
    except AccessToken.DoesNotExist as missing:
        raise Http404 from missing
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("api:tokens")


def description(request: HttpRequest) -> HttpResponse:
    """Describe the REST interface (OpenAPI 3.1), without a token: it holds no data."""
    return JsonResponse(api.get_openapi_schema(), json_dumps_params={"ensure_ascii": False})
