from django.urls import path

from linli.territory.calendar import views

app_name = "calendar"
urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/compare/", views.compare, name="compare"),
    path("calendar/apply/", views.apply, name="apply"),
    path("calendar/<int:year>/", views.calendar, name="year"),
]
