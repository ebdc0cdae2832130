"""What happened to an account, in sentences for an administrator."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.accounts.models import User
from linli.accounts.people.queries import happenings
from linli.accounts.permissions import ROLES
from linli.accounts.queries import names_of
from linli.territory.models import Place

TELLERS: dict[str, Any] = {
    "account.opened": _("The account was opened"),
    "account.changed": _("Name or staff number were written anew"),
    "account.shut": _("The account was shut"),
    "account.let_in_again": _("The account was opened again"),
    "role.given": _("Role given: %(role)s over %(place)s"),
    "role.ended": _("Role ended: %(role)s over %(place)s"),
    "code.given": _("A one-time code was made; password, sessions and phones ended"),
    "code.used": _("The one-time code was used"),
    "password.changed": _("The password was changed"),
    "factors.changed": _(
        "Second factors changed: authenticators %(totp)s, security keys %(keys)s, sheets of recovery codes "
        "%(recovery_codes)s"
    ),
    "factor_reset.asked": _("A reset of the second factors was asked for"),
    "factor_reset.approved": _("The reset was approved; the second factors are gone"),
    "device.kept": _("A phone stays signed in"),
    "device.ended": _("A phone stays signed in no more"),
    "sessions.ended": _("Signed out everywhere: %(count)s"),
}


def story_of(user: User) -> list[dict[str, Any]]:
    """Return the last happenings of an account, the newest first: words, at, who (None: the server)."""
    rows = happenings(user)
    people = names_of({row["user_id"] for row in rows if row["user_id"]})
    codes = {row["payload"]["place_code"] for row in rows if "place_code" in row["payload"]}
    places = Place.objects.in_bulk(codes, field_name="code") if codes else {}
    told = []
    for row in rows:
        facts = dict(row["payload"])
        if "role" in facts:
            role = ROLES.get(facts["role"])
            facts["role"] = role.label if role else facts["role"]
            place = places.get(facts["place_code"])
            facts["place"] = place.label if place else facts["place_code"]
        words = str(TELLERS[row["name"]]) % facts
        told.append({"words": words, "at": row["at"], "who": people.get(row["user_id"] or 0)})
    return told
