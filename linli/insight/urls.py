from django.urls import path

from linli.insight import units_view, views, wall

app_name = "insight"
urlpatterns = [
    path("overview/", views.overview, name="overview"),
    path("overview/<slug:code>/", views.area, name="area"),
    path("overview/<slug:code>/orders/", views.orders, name="orders"),
    path("overview/<slug:code>/units/", units_view.units, name="units"),
    path("wall/", wall.wall, name="wall"),
    path("wall/<slug:code>/", wall.wall_of, name="wall_of"),
    path("wall/<slug:code>/now/", wall.wall_now, name="wall_now"),
]
