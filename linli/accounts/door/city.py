"""The city's own sign-in (OpenID Connect): it says who somebody is, by staff number; it opens no account.

allauth's code flow with PKCE; ours is that the answer's signature is always verified, and that whoever has no
account here stays outside. The second factor is asked here all the same.
"""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from requests import RequestException

from linli.accounts.models import User

PROVIDER = "city"


class CityAdapter(DefaultSocialAccountAdapter):
    """Where allauth asks us whose account an answer of the city's sign-in means."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the account by staff number. Nothing is kept of the answer, and no account is opened."""
        answer = sociallogin.account.extra_data.get("id_token", {})
        number = str(answer.get(settings.LINLI.oidc_claim) or "").strip()
        user = User.objects.filter(staff_number=number, is_demo=False).first() if number else None
        if user is None:
            raise ImmediateHttpResponse(_refused(request, is_unknown=True))
        sociallogin.user = user

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        raise ImmediateHttpResponse(_refused(request, is_unknown=False))


def _refused(request: HttpRequest, *, is_unknown: bool) -> HttpResponse:
    return render(
        request, "accounts/door/city_refused.html", {"is_unknown": is_unknown}, status=403
    )


class VerifyingAdapter(OpenIDConnectOAuth2Adapter):
    """allauth's, but a token fetched by ourselves is verified like any other."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        self.did_fetch_access_token = False
        found: dict[str, Any] = super()._decode_id_token(app, id_token)
        return found


def _adapter(request: HttpRequest) -> VerifyingAdapter:
    if not settings.LINLI.oidc_server:
        raise Http404
    return VerifyingAdapter(request, PROVIDER)


@never_cache
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the city's sign-in."""
    try:
        response: HttpResponse = OAuth2LoginView.adapter_view(_adapter(request))(request)
    except RequestException:  # it is asked for its addresses first, and may be down
        return _refused(request, is_unknown=False)
    return response


@never_cache
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the city's answer."""
    response: HttpResponse = OAuth2CallbackView.adapter_view(_adapter(request))(request)
    return response
