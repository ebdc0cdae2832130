from django.urls import path

from linli.accounts.people import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("open-account/", views.open_person, name="open_person"),
    path("people/<str:username>/", views.person, name="person"),
    path("people/<str:username>/change/", views.change, name="change_person"),
    path("people/<str:username>/role/", views.give, name="give_role"),
    path("roles/<int:grant>/end/", views.end_role, name="end_role"),
    path("people/<str:username>/code/", views.give_code, name="give_code"),
    path("people/<str:username>/sign-out/", views.sign_out_everywhere, name="sign_out_person"),
    path("people/<str:username>/shut/", views.shut, name="shut_person"),
    path("people/<str:username>/let-in/", views.let_in_again, name="let_in_person"),
    path("people/<str:username>/reset/", views.ask_reset, name="ask_reset"),
    path("people/<str:username>/reset/approve/", views.approve_reset, name="approve_reset"),
]
