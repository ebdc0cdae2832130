"""Addresses of the frame itself; the rooms have their own."""

from django.urls import path

from linli.web import views

app_name = "web"
urlpatterns = [path("appearance/", views.appearance, name="appearance")]
