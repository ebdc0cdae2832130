from django.urls import path

from linli.api.open311 import views as open311
from linli.api.views import links, tokens

app_name = "api"
urlpatterns = [
    path("systems/", links.home, name="home"),
    path("systems/endpoints/", links.open_endpoint, name="open_endpoint"),
    path("systems/endpoints/<uuid:key>/end/", links.end_endpoint, name="end_endpoint"),
    path("systems/deliveries/<uuid:key>/", links.send_again, name="send_again"),
    path("systems/orders/<uuid:key>/", links.try_again, name="try_again"),
    path("systems/tokens/", tokens.tokens, name="tokens"),
    path("systems/tokens/<int:token_id>/revoke/", tokens.revoke, name="revoke"),
    path("api/v1/openapi.json", tokens.description, name="description"),
    path("open311/discovery.<str:form>", open311.discovery, name="discovery"),
    path("open311/v2/services.<str:form>", open311.services, name="services"),
    path("open311/v2/services/<str:code>.<str:form>", open311.definition, name="definition"),
    path("open311/v2/requests.<str:form>", open311.requests, name="requests"),
    path("open311/v2/requests/<str:number>.<str:form>", open311.one_request, name="request"),
    path("open311/v2/tokens/<str:token>.<str:form>", open311.token, name="open311_token"),
    path("open311/v2/servicerequestupdates.<str:form>", open311.updates, name="updates"),
]
