"""Addresses that allauth looks up by its own names. Ours, with a namespace, stand in `../urls.py`."""

from django.urls import path

from linli.accounts.door import city, views

CITY = {"provider_id": city.PROVIDER}

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/second-step/", views.second_step, name="mfa_authenticate"),
    path("sign-in/shut/", views.shut, name="account_inactive"),
    path("sign-in/city/", city.leave, CITY, name="openid_connect_login"),
    path("sign-in/city/back/", city.come_back, CITY, name="openid_connect_callback"),
    path("me/", views.mine, name="mfa_index"),
    path("me/", views.mine, name="mfa_list_webauthn"),
    path("me/password/", views.password, name="account_change_password"),
    path("me/authenticator/", views.add_totp, name="mfa_activate_totp"),
    path("me/authenticator/remove/", views.remove_totp, name="mfa_deactivate_totp"),
    path("me/keys/add/", views.add_key, name="mfa_add_webauthn"),
    path("me/keys/<int:pk>/remove/", views.remove_key, name="mfa_remove_webauthn"),
    path("me/recovery-codes/", views.codes, name="mfa_view_recovery_codes"),
    path("me/recovery-codes/new/", views.new_codes, name="mfa_generate_recovery_codes"),
    path("me/again/", views.again, name="account_reauthenticate"),
    path("me/again/code/", views.again_code, name="mfa_reauthenticate"),
    path("me/again/key/", views.again_key, name="mfa_reauthenticate_webauthn"),
]
