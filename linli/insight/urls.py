from django.urls import path

from linli.insight import views

app_name = "insight"
urlpatterns = [
    path("overview/", views.overview, name="overview"),
    path("overview/<slug:code>/", views.area, name="area"),
    path("overview/<slug:code>/orders/", views.orders, name="orders"),
]
