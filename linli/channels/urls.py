from django.urls import path

from linli.channels import views

app_name = "channels"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/settings/", views.preference, name="preference"),
    path("inbox/<int:message_id>/", views.open_message, name="open"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("deliveries/<int:message_id>/again/", views.try_again, name="try_again"),
    path("robots/", views.robots, name="robots"),
    path("robots/<uuid:robot_id>/end/", views.end_robot, name="end_robot"),
]
