"""Addresses of the frame itself; the rooms have their own."""

from django.urls import path

from linli.web import views, who_may

app_name = "web"
urlpatterns = [
    path("appearance/", views.appearance, name="appearance"),
    path("who-may/", who_may.who_may, name="who_may"),
]
