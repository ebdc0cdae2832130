from django.urls import path

from linli.cases.clocks import views

app_name = "clocks"
urlpatterns = [
    path("clocks/", views.clocks, name="clocks"),
    path("clocks/in-force/", views.put_in_force, name="put_in_force"),
    path("clocks/in-force/<int:term_id>/end/", views.end_term, name="end_term"),
    path("clocks/profiles/new/", views.add_version, name="add_version"),
    path("clocks/profiles/<slug:code>/", views.profile, name="profile"),
]
