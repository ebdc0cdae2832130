"""Who holds which post: appointments, also crosswise between organisations, and roles that follow an
area that was re-drawn."""

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from linli.accounts.events import RoleEnded, RoleGiven
from linli.accounts.models import Appointment, RoleGrant, User
from linli.accounts.parts import happened as role_happened
from linli.accounts.parts import locked_user
from linli.accounts.posts_events import Appointed, AppointmentEnded
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code
from linli.kernel.operation import operation
from linli.territory.models import Organisation, Place, Post, day_of
from linli.territory.parts import happened, locked_organisation
from linli.territory.serving import successor_of
from linli.territory.wording import listed

APPOINT = "accounts.appoint"

HOLDS_ALREADY = Refusal(
    "appointment.holds_already",
    _("%(name)s holds the post “%(post)s” already in part of this time. End that first."),
    "user",
)
NO_SEAT = Refusal(
    "appointment.no_seat",
    _(
        "The post “%(post)s” has %(seats)s seat(s), all taken: %(holders)s. End one appointment first."
    ),
    "post",
)
POST_IS_OVER = Refusal(
    "appointment.post_is_over",
    _("The post “%(post)s” does not exist in that time. Open it first, or choose other days."),
    "post",
)
NO_SUCH_USER = Refusal(
    "appointment.no_such_user",
    _("Nobody has the user name “%(username)s”. Ask the person how they sign in."),
    "username",
)


@operation(APPOINT)
def appoint(
    *,
    actor: Actor,
    post_id: int,
    username: str,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
) -> Appointment:
    """Give a user a post from a day to a day. The user may belong to another organisation.

    Raises Organisation.DoesNotExist outside the actor's area; RuleBroken: an unknown user, the same post
    held already, no seat free, a post that is not there in that time.
    """
    post, unit = _post(post_id, actor=actor)
    user = User.objects.filter(username=username.strip(), is_active=True).first()
    if user is None:
        raise NO_SUCH_USER(username=username.strip())
    is_over = post.valid_to is not None and (valid_to is None or valid_to > post.valid_to)
    is_early = post.valid_from is not None and valid_from < post.valid_from
    if is_over or is_early or (valid_to is not None and valid_to <= valid_from):
        raise POST_IS_OVER(post=post.title)
    rows = post.appointments.not_over(valid_from).select_related("user")
    meanwhile = list(rows if valid_to is None else rows.filter(valid_from__lt=valid_to))
    if any(row.user_id == user.pk for row in meanwhile):
        raise HOLDS_ALREADY(name=user.display_name, post=post.title)
    if len(meanwhile) >= post.seats:
        holders = listed(row.user.display_name for row in meanwhile)
        raise NO_SEAT(post=post.title, seats=post.seats, holders=holders)
    appointment = Appointment.objects.create(
        user=user, post=post, valid_from=valid_from, valid_to=valid_to
    )
    event = Appointed(appointment_id=appointment.pk, post_id=post.pk, appointee_id=user.pk)
    happened(unit, event, actor=actor)
    return appointment


@operation(APPOINT)
def end_appointment(*, actor: Actor, appointment_id: int) -> None:
    """End an appointment today; one that begins today or later is taken back.

    Raises Appointment.DoesNotExist, Organisation.DoesNotExist.
    """
    today = day_of(actor.now)
    row = Appointment.objects.not_over(today).get(pk=appointment_id)
    post, unit = _post(row.post_id, actor=actor)
    _end_roles(Appointment.objects.filter(pk=row.pk), actor=actor)
    if row.valid_from >= today:
        row.delete()
    else:
        Appointment.objects.filter(pk=row.pk).update(valid_to=today)
    event = AppointmentEnded(
        appointment_id=appointment_id, post_id=post.pk, appointee_id=row.user_id
    )
    happened(unit, event, actor=actor)


def _post(post_id: int, *, actor: Actor) -> tuple[Post, Organisation]:
    """Return a post with its organisation, the latter locked."""
    post = Post.objects.get(pk=post_id)
    return post, locked_organisation(post.organisation_id, actor=actor, permission=APPOINT)


def _end_roles(appointments: QuerySet[Appointment], *, actor: Actor) -> None:
    """End the roles given with appointments that end, each with its event; the sweep then ends the sessions."""
    grants = RoleGrant.objects.filter(appointment__in=appointments).exclude(valid_to__lte=actor.now)
    ending = list(grants.select_related("place").order_by("user", "pk"))
    grants.filter(valid_from__gte=actor.now).delete()
    grants.update(valid_to=actor.now)
    for grant in ending:
        _role_ended(grant, actor=actor)


def _role_ended(grant: RoleGrant, *, actor: Actor) -> None:
    event = RoleEnded(grant_id=grant.pk, role=Code(grant.role), place_code=Code(grant.place.code))
    role_happened(locked_user(grant.user_id), event, actor=actor)


def end_appointments_of(unit: Organisation, *, actor: Actor) -> int:
    """End every appointment to a post of a locked organisation; for the operation that closes it."""
    today = day_of(actor.now)
    rows = Appointment.objects.filter(post__organisation=unit)
    _end_roles(rows.not_over(today), actor=actor)
    taken_back, _by_table = rows.filter(valid_from__gte=today).delete()
    return taken_back + rows.not_over(today).update(valid_to=today)


@operation("territory.manage")
def follow_redrawn_roles(*, actor: Actor) -> int:
    """Let roles over a re-drawn place go on over its successors. Returns how many were moved.

    The old grant ends now, so that who saw what stays on record; a merged area is seen whole.
    """
    moved = 0
    grants = RoleGrant.objects.in_force(actor.now).filter(place__valid_to__isnull=False)
    for grant in grants.select_for_update(of=("self",)).select_related("place"):
        for place in _successors(grant.place):
            held = RoleGrant.objects.in_force(actor.now).filter(
                user=grant.user_id, role=grant.role, place=place
            )
            if not held.exists():
                made = RoleGrant.objects.create(
                    user_id=grant.user_id,
                    role=grant.role,
                    place=place,
                    valid_from=actor.now,
                    valid_to=grant.valid_to,
                )
                event = RoleGiven(
                    grant_id=made.pk, role=Code(made.role), place_code=Code(place.code)
                )
                role_happened(locked_user(grant.user_id), event, actor=actor)
        _role_ended(grant, actor=actor)
        grant.valid_to = actor.now
        if grant.valid_from >= actor.now:
            grant.delete()
        else:
            grant.save(update_fields=["valid_to"])
        moved += 1
    return moved


def _successors(place: Place) -> set[Place]:
    """Return the places in force that together stand where a re-drawn one stood."""
    steps = {step.successor for step in place.successions.select_related("successor")}
    found: set[Place] = set()
    for step in steps:
        found |= {step} if step.valid_to is None else _successors(step)
    return found or {successor_of(place)} - {place}
