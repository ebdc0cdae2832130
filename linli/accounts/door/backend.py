"""Who is meant by a name at the door, and whether the password fits."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from linli.accounts.models import User


class Backend(AuthenticationBackend):
    """allauth's, by user name or staff number. People of a demo have no password and never come in here."""

    def _authenticate_by_username(self, username: str, password: str) -> AbstractBaseUser | None:
        named = Q(username=username) | Q(staff_number=username)
        user = User.objects.filter(named, is_demo=False).first()
        found: AbstractBaseUser | None = self._check_password(user, password)
        return found
