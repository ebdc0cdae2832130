from django.urls import path

from linli.workforce import views

app_name = "workforce"
urlpatterns = [
    path("duty/", views.week, name="week"),
    path("duty/plan/", views.plan, name="plan"),
    path("duty/<int:shift_id>/swap/", views.swap, name="swap"),
    path("duty/<int:shift_id>/end/", views.end, name="end"),
]
