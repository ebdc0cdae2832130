"""Why something cannot be done to somebody's account."""

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal

NAME_TAKEN = Refusal(
    "people.name_taken",
    _("“%(name)s” is taken by another account. Choose another user name or staff number."),
    "username",
)
NUMBER_TAKEN = Refusal(
    "people.number_taken",
    _("Another account has the staff number “%(number)s”. Look that account up first."),
    "staff_number",
)
REACHES_FURTHER = Refusal(
    "people.reaches_further",
    _(
        "%(name)s holds a role over “%(place)s”, beyond your area. Ask an administrator who looks after "
        "that area."
    ),
)
OWN_ACCOUNT = Refusal(
    "people.own_account",
    _("This is your own account. Another administrator has to do that."),
)
SHUT = Refusal("people.shut", _("The account of %(name)s is shut. Let the person in again first."))
ENDS_TOO_SOON = Refusal(
    "people.ends_too_soon",
    _("The role would end before it begins. Choose a later day for its end."),
    "valid_to",
)
NO_FACTOR = Refusal(
    "people.no_factor",
    _("%(name)s has no second factor that could be reset."),
)
SAME_PERSON = Refusal(
    "people.same_person",
    _("You asked for this reset yourself. A second administrator has to approve it."),
)
NOT_ASKED = Refusal(
    "people.not_asked",
    _("Nobody asked for this reset, or it is older than 24 hours. Ask for it again."),
)
ASKED_ALREADY = Refusal(
    "people.asked_already",
    _("The reset has been asked for already. A second administrator has to approve it."),
)
"""One administrator asks, another approves: no single person can walk in by somebody's account."""
