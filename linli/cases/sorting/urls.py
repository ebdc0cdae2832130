from django.urls import path

from linli.cases.sorting import views

app_name = "sorting"
urlpatterns = [
    path("sorting/", views.accuracy, name="accuracy"),
    path("sorting/cases/", views.cases, name="cases"),
    path("sorting/models/", views.models, name="models"),
    path("sorting/models/train/", views.train, name="train"),
    path("sorting/models/upload/", views.upload, name="upload"),
    path("sorting/models/<int:model_id>/in-force/", views.put_in_force, name="put_in_force"),
]
