"""The frame of the interface: tokens as bearers, refusals as problems, tags of answers."""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer

from linli.api.calling import NO_TOKEN, Caller, Refused, bearer_of, call_of
from linli.api.choices import Scope
from linli.api.rest import problems
from linli.kernel.errors import RuleBroken

ROOT = "/api/v1/"
REFUSED = frozenset({401, 403, 404, 409, 422, 429})


class ApiRequest(HttpRequest):
    """A request that came in by a token."""

    auth: Caller


class Bearer(HttpBearer):
    """A token in the header; `scopes`: one of these is needed."""

    def __init__(self, *scopes: Scope) -> None:
        self.scopes = scopes
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller:
        return call_of(bearer_of(request), *self.scopes)

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        return call_of(token, *self.scopes)


class Interface(NinjaAPI):
    """NinjaAPI with our refusals and tags."""

    def create_response(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Give each answer to a GET its tag; one that the caller has already comes as 304."""
        response: HttpResponse = super().create_response(request, *args, **kwargs)
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
        response["Cache-Control"] = "no-store" if request.method == "POST" else "private, no-cache"
        if request.method == "GET" and response.status_code == 200:
            tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            response["ETag"] = tag
            return get_conditional_response(request, etag=tag, response=response) or response
        return response

    def get_root_path(self, path_params: dict[str, Any]) -> str:
        return ROOT

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Say of refusals that they are problem+json."""
        described = super().get_openapi_schema(**kwargs)
        for path in described["paths"].values():
            for method in path.values():
                for status, answer in method["responses"].items():
                    if int(status) >= 400 and "application/json" in answer.get("content", {}):
                        shape = answer["content"].pop("application/json")
                        answer["content"][problems.CONTENT_TYPE] = shape
        return described


def answering(api: NinjaAPI) -> None:
    """Let an interface answer refusals as problems."""

    def no_token(request: HttpRequest, failed: Exception) -> HttpResponse:
        return problems.of_door(request, Refused(401, NO_TOKEN))

    table: dict[type[Exception], Callable[..., HttpResponse]] = {
        RuleBroken: problems.of_rule,
        Refused: problems.of_door,
        ObjectDoesNotExist: problems.of_missing,
        Http404: problems.of_missing,
        ValidationError: problems.of_shape,
        HttpError: problems.of_http,
        AuthenticationError: no_token,
    }
    for kind, handler in table.items():
        api.add_exception_handler(kind, partial(handler))
