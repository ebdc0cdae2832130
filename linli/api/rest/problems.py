"""How a refusal is told to a program: problem+json (RFC 9457), its sentence in both languages."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from linli.api.calling import Refused
from linli.kernel.errors import NOT_ALLOWED, Refusal, RuleBroken

CONTENT_TYPE = "application/problem+json"
LANGUAGES = ("zh-hans", "en")

NOT_AS_DOCUMENTED = Refusal(
    "api.not_as_documented",
    _(
        "The request is not as documented; see “errors” for the fields. Mend them and send it again."
    ),
)
NOT_THERE = Refusal(
    "api.not_there",
    _("There is nothing by this name or number in the area of this token."),
)
NOT_READABLE = Refusal("api.not_readable", _("The body cannot be read. Send JSON in UTF-8."))


def both(broken: RuleBroken) -> dict[str, str]:
    """Return the sentence of a refusal in each language."""
    said = {}
    for language in LANGUAGES:
        with translation.override(language):
            said[language] = broken.message
    return said


def problem(
    broken: RuleBroken, *, status: int, errors: Sequence[dict[str, str]] = (), wait: int = 0
) -> HttpResponse:
    """Return the answer. `errors`: fields and what is wrong with each; `wait`: seconds until the next try."""
    body: dict[str, Any] = {
        "type": f"urn:linli:problem:{broken.code}",
        "title": broken.code,
        "status": status,
        "detail": broken.message,
        "details": both(broken),
    }
    named = [{"field": broken.field, "message": broken.message}] if broken.field else []
    body["errors"] = [*errors, *named]
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE
    )
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if wait:
        response["Retry-After"] = str(wait)
    return response


def of_rule(request: HttpRequest, broken: RuleBroken) -> HttpResponse:
    """Answer 403 for what the role does not include, 422 where one field is wrong, else 409."""
    if broken.refusal is NOT_ALLOWED:
        return problem(broken, status=403)
    return problem(broken, status=422 if broken.field else 409)


def of_door(request: HttpRequest, refused: Refused) -> HttpResponse:
    return problem(refused.broken, status=refused.status, wait=refused.wait)


def of_missing(request: HttpRequest, missing: Exception) -> HttpResponse:
    return problem(NOT_THERE(), status=404)


def of_shape(request: HttpRequest, wrong: Any) -> HttpResponse:
    """Answer 422 and name each field: its way in the body, or its name in the address or the headers."""
    errors = [{"field": _way(one["loc"]), "message": str(one["msg"])} for one in wrong.errors]
    return problem(NOT_AS_DOCUMENTED(), status=422, errors=errors)


def _way(steps: Sequence[Any]) -> str:
    """Return the way to a field without the inner name of what holds it."""
    inner = steps[2:] if steps[0] == "body" else steps[1:]
    return ".".join(map(str, inner)) or str(steps[0])


def of_http(request: HttpRequest, failed: Any) -> HttpResponse:
    """Answer what the framework itself refuses: a body that is no JSON."""
    return problem(NOT_READABLE(), status=failed.status_code)
