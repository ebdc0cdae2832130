"""Addresses of the frame itself; the rooms have their own."""

from django.urls import path

from linli.web import views, who_may
from linli.web.badges import badges

app_name = "web"
urlpatterns = [
    path("appearance/", views.appearance, name="appearance"),
    path("badges/", badges, name="badges"),
    path("who-may/", who_may.who_may, name="who_may"),
]
