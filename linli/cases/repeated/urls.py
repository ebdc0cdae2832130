from django.urls import path

from linli.cases.repeated import views

app_name = "repeated"
urlpatterns = [
    path("repeated/", views.duties, name="duties"),
    path("repeated/checks/<int:check_id>/", views.check, name="check"),
    path("repeated/<int:duty_id>/end/", views.end, name="end"),
    path("cases/<str:number>/repeated/", views.start, name="start"),
]
