"""Addresses of the frame itself; the rooms have their own."""

from django.urls import path

from linli.web import views, who_may
from linli.web.badges import badges
from linli.web.home.views import home
from linli.web.live import here

app_name = "web"
urlpatterns = [
    path("home/", home, name="home"),
    path("appearance/", views.appearance, name="appearance"),
    path("badges/", badges, name="badges"),
    path("here/", here, name="here"),
    path("who-may/", who_may.who_may, name="who_may"),
]
