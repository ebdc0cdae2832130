from django.urls import path

from linli.cases.privacy import views

app_name = "privacy"
urlpatterns = [
    path("calls/personal/", views.intake_personal, name="intake_personal"),
    path("privacy/", views.notice, name="notice"),
    path("looks/", views.looks, name="looks"),
    path("cases/<str:number>/shared/", views.shared, name="shared"),
]
