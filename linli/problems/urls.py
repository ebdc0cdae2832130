from django.urls import path

from linli.problems import views

app_name = "problems"
urlpatterns = [
    path("problems/", views.problems, name="list"),
    path("problems/gather/", views.gather, name="gather"),
    path("problems/threshold/", views.threshold, name="threshold"),
    path("problems/<int:problem_id>/", views.problem, name="problem"),
    *(
        path(f"problems/<int:problem_id>/{name.replace('_', '-')}/", views.act(name), name=name)
        for name in views.ACTS
    ),
]
