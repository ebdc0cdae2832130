"""Making and keeping the tables: migrations by the owner, rights for the application."""

from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from psycopg.conninfo import conninfo_to_dict

from linli.site.grants import grant_app

APP_ROLE = "linli_app"


def app_role() -> str:
    """Return the name of the application's login."""
    url = settings.LINLI.database_url
    return str(conninfo_to_dict(url)["user"]) if url else APP_ROLE


def migrate(*, progress: Callable[[str], None]) -> None:
    """Apply migrations and renew the rights of the application's login. Needs the owner's login."""
    call_command("migrate", interactive=False, verbosity=0)
    # Only now: this module is read before Django is set up.
    from linli.accounts.operations import installer
    from linli.cases.clocks.operations import load_shipped
    from linli.cases.permissions import CasePermission as P
    from linli.kernel import clock

    # Without limits no order can be dispatched: a new installation begins with the shipped ones.
    load_shipped(actor=installer(now=clock.now(), permissions=frozenset({P.CLOCKS})))
    give_rights()
    progress("Tables are up to date · 数据表已是最新")


def give_rights() -> None:
    """Renew the rights of the application's login. Needs the owner's."""
    role = app_role()
    if role != settings.DATABASES["default"].get("USER"):
        grant_app(role)
