from django.urls import path

from linli.cases.exporting import views

app_name = "exporting"
urlpatterns = [
    path("exports/", views.exports, name="exports"),
    path("exports/new/", views.ask, name="ask"),
    path("exports/personal/", views.ask_personal, name="ask_personal"),
    path("exports/<int:export_id>/file/", views.download, name="download"),
]
