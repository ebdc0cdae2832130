from django.urls import path

from linli.cases.groups import views

app_name = "groups"
urlpatterns = [
    path("groups/", views.groups, name="groups"),
    path("groups/<int:group_id>/members/", views.add_member, name="add_member"),
    path("groups/<int:group_id>/close/", views.close_group, name="close_group"),
    path("groups/members/<int:member_id>/end/", views.end_member, name="end_member"),
    path("cases/<str:number>/hand-over/", views.hand_over, name="hand_over"),
    path("tasks/<int:task_id>/relay/", views.ask_relay, name="ask_relay"),
    path("tasks/<int:task_id>/pass-on/", views.pass_on, name="pass_on"),
    path("relays/<int:relay_id>/answer/", views.answer_relay, name="answer_relay"),
]
