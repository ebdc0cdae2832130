from django.urls import path

from linli.cases.imports.views import files, paste

app_name = "imports"
urlpatterns = [
    path("orders/paste/", paste.paste, name="paste"),
    path("orders/type/", paste.type_order, name="type"),
    path("orders/take/", paste.take_order, name="take"),
    path("imports/", files.home, name="home"),
    path("imports/<int:run_id>/", files.run, name="run"),
    path("imports/<int:run_id>/take/", files.take_on, name="take_on"),
    path("imports/<int:run_id>/drop/", files.drop, name="drop"),
    path("imports/<int:run_id>/set-aside.csv", files.set_aside, name="set_aside"),
]
