from django.urls import path

from linli.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.choose_role, name="choose_role"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
]
