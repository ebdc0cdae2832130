from django.urls import path

from linli.cases.privacy import rights_views, views

app_name = "privacy"
urlpatterns = [
    path("calls/personal/", views.intake_personal, name="intake_personal"),
    path("privacy/", views.notice, name="notice"),
    path("looks/", views.looks, name="looks"),
    path("cases/<str:number>/shared/", views.shared, name="shared"),
    path("persons/", rights_views.persons, name="persons"),
    path("cases/<str:number>/person/", rights_views.person, name="person"),
    path("cases/<str:number>/person/copy/", rights_views.copy, name="copy"),
    path("cases/<str:number>/person/correct/", rights_views.correct, name="correct"),
    path("cases/<str:number>/person/delete/", rights_views.delete, name="delete"),
]
