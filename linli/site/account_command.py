"""`linli account`: the first administrator, and help when nobody can come in. For whoever holds the server."""

import sys
from typing import Any

from linli.accounts.models import User
from linli.accounts.operations import give_role, installer, open_account
from linli.accounts.people.operations import ask_factor_reset, give_code
from linli.accounts.permissions import ADMINISTRATOR, AccountsPermission
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from linli.territory.models import Place

DONE, REFUSED = 0, 2


def _root() -> Actor:
    return installer(now=clock.now(), permissions=frozenset({AccountsPermission.MANAGE}))


def _refuse(english: str, chinese: str) -> int:
    print(f"{english}\n{chinese}", file=sys.stderr)
    return REFUSED


def _show(user: User, code: str) -> None:
    print(
        f"{user.username}: one-time code {code}\n"
        "Open the sign-in page, choose “I have a one-time code” and set a password. It holds for 24 hours.\n"
        "打开登录页，点“我有一次性口令”，设好密码。口令 24 小时内有效。"
    )


def open_administrator(username: str, *, display_name: str, place_code: str) -> int:
    """Open an administrator's account over a place and print its one-time code."""
    place = Place.objects.filter(code=place_code, valid_to__isnull=True).first()
    if place is None:
        return _refuse(
            f"There is no place {place_code} yet. Load the division file first: linli import divisions FILE",
            f"还没有地点 {place_code}。请先导入区划文件：linli import divisions FILE",
        )
    if User.objects.filter(username=username).exists():
        return _refuse(
            f"{username} has an account already. For a new password: linli account code {username}",
            f"{username} 已有账户。要重设密码：linli account code {username}",
        )
    root = _root()
    user = open_account(actor=root, username=username, display_name=display_name, organisation=None)
    give_role(actor=root, user=user, role=ADMINISTRATOR.code, place=place, valid_from=root.now)
    _show(user, give_code(actor=root, user_id=user.pk))
    return DONE


def code(username: str) -> int:
    """Make a one-time code for an account and print it."""
    return _with(username, lambda user: _show(user, give_code(actor=_root(), user_id=user.pk)))


def rescue(username: str) -> int:
    """Ask for the reset of somebody's second factors; an administrator has to approve it."""

    def ask(user: User) -> None:
        ask_factor_reset(actor=_root(), user_id=user.pk)
        print(
            f"Asked for. Another administrator approves it at /people/{user.username}/ within 24 hours.\n"
            f"已申请。请另一位管理员在 24 小时内到 /people/{user.username}/ 批准。"
        )

    return _with(username, ask)


def _with(username: str, take: Any) -> int:
    user = User.objects.filter(username=username, is_demo=False).first()
    if user is None:
        return _refuse(f"There is no account {username}.", f"没有账户 {username}。")
    try:
        take(user)
    except RuleBroken as broken:
        print(broken.message, file=sys.stderr)
        return REFUSED
    return DONE
