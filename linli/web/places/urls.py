from django.urls import path

from linli.web.places import divisions, organisations, views

app_name = "places"
urlpatterns = [
    path("places/", views.home, name="home"),
    path("places/aliases/", views.aliases, name="aliases"),
    path("places/aliases/<int:alias_id>/remove/", views.remove_alias, name="remove_alias"),
    path("places/divisions/", divisions.divisions, name="divisions"),
    path("places/divisions/<int:draft_id>/", divisions.difference_page, name="difference"),
    path("places/<slug:code>/", views.place, name="place"),
    path("places/<slug:code>/organisations/", views.organisations, name="organisations"),
    path("places/<slug:code>/open/", views.open_place, name="open_place"),
    path("places/<slug:code>/establish/", views.establish, name="establish"),
    path("organisations/<slug:code>/", organisations.organisation, name="organisation"),
    path("organisations/<slug:code>/serve/", organisations.serve, name="serve"),
    path("organisations/<slug:code>/stop/", organisations.stop_serving, name="stop_serving"),
    path("organisations/<slug:code>/posts/", organisations.open_post, name="open_post"),
    path("organisations/<slug:code>/appoint/", organisations.appoint, name="appoint"),
    path("organisations/<slug:code>/leave/", organisations.end_appointment, name="end_appointment"),
    path("organisations/<slug:code>/close/", organisations.close, name="close"),
]
