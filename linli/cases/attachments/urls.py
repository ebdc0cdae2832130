from django.urls import path

from linli.cases.attachments import task_views, views

app_name = "attachments"
_AT_TASK = "tasks/<int:task_id>/photos/"
_ONE = "cases/<str:number>/attachments/<uuid:key>/"
urlpatterns = [
    path("cases/<str:number>/attachments/", views.attach, name="attach"),
    path(_ONE, views.attachment, name="attachment"),
    path(f"{_ONE}picture.jpg", views.picture, name="picture"),
    path(f"{_ONE}small.jpg", views.small, name="small"),
    path(f"{_ONE}share/", views.share, name="share"),
    path(f"{_ONE}withdraw/", views.withdraw, name="withdraw"),
    path(f"{_ONE}identity/", views.identity, name="identity"),
    path(_AT_TASK, task_views.attach_to_task, name="attach_to_task"),
    path(f"{_AT_TASK}<uuid:key>/", task_views.task_photo, name="task_photo"),
    path(f"{_AT_TASK}<uuid:key>/picture.jpg", task_views.task_picture, name="task_picture"),
    path(f"{_AT_TASK}<uuid:key>/small.jpg", task_views.task_small, name="task_small"),
    path(
        f"{_AT_TASK}<uuid:key>/withdraw/", task_views.withdraw_from_task, name="withdraw_from_task"
    ),
]
