from django.urls import include, path

from linli.accounts import views
from linli.accounts.door import views as door

app_name = "accounts"
urlpatterns = [
    path("", views.choose_role, name="choose_role"),
    path("sign-in/", door.sign_in, name="sign_in"),
    path("sign-in/code/", door.one_time_code, name="one_time_code"),
    path("sign-in/pin/", door.unlock, name="unlock"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("me/", door.mine, name="mine"),
    path("me/phone/", door.keep_device, name="keep_device"),
    path("me/phones/<int:pk>/end/", door.end_device, name="end_device"),
    path("me/elsewhere/end/", door.end_others, name="end_others"),
    path("", include("linli.accounts.people.urls")),
]
