"""Messages, the robots of groups, and how each person wants to be told."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.accounts.models import User
from linli.cases.models import Case, CoTask
from linli.channels.choices import ROBOTS, Delivery, Digest, Kind, Means
from linli.channels.rules import NIGHT, Quiet
from linli.kernel.seal import SEALED, Sealed, seal, unseal
from linli.territory.models import Organisation


def _known(name: str, field: str, values: Any) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(**{f"{field}__in": list(values)}))


class Keeps(models.Model):
    """Whoever is told something: from when to when nothing but emergencies comes."""

    quiet_from = models.TimeField(_("Quiet from"), default=NIGHT.first)
    quiet_to = models.TimeField(_("Quiet until"), default=NIGHT.last)

    class Meta:
        abstract = True

    @property
    def quiet(self) -> Quiet:
        return Quiet(self.quiet_from, self.quiet_to)


class Preference(Keeps):
    """接收设置. How a person is told beside the inbox. Whoever has none is told in the inbox only."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="preference")
    email_sealed = models.BinaryField(null=True)
    wants_email = models.BooleanField(_("By e-mail too"), default=False)
    digest = models.CharField(
        _("How often"), max_length=16, choices=Digest.choices, default=Digest.AT_ONCE
    )
    language = models.CharField(_("Language of letters"), max_length=8, default="zh-hans")

    class Meta:
        verbose_name = _("How I am told")
        constraints = [
            _known("preference_digest_known", "digest", Digest.values),
            _known("preference_language_known", "language", ("zh-hans", "en")),
            models.CheckConstraint(
                name="preference_email_has_address",
                condition=Q(wants_email=False) | Q(email_sealed__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user_id)

    @property
    def email(self) -> str:
        if self.email_sealed is None:
            return ""
        return unseal(self.email_sealed, where=f"preference.email.{self.pk}")

    @email.setter
    def email(self, address: str) -> None:
        self.email_sealed = (
            seal(address, where=f"preference.email.{self.user_id}") if address else None
        )


class Robot(Keeps):
    """群机器人. The robot of a unit's group. Its address and secret let anybody post: they are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="robots", verbose_name=_("Organisation")
    )
    means = models.CharField(_("At"), max_length=16, choices=Means.choices)
    name = models.CharField(_("Name of the group"), max_length=60)
    address_sealed = models.BinaryField()
    secret_sealed = models.BinaryField(null=True)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Group robot")
        constraints = [
            _known("robot_means_known", "means", ROBOTS),
            models.CheckConstraint(name="robot_has_name", condition=~Q(name="")),
        ]
        indexes = [models.Index(fields=["organisation"], name="robot_of_unit")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def sealed(cls, *, address: str, secret: str, **given: Any) -> Self:
        """Return an unsaved robot with its address and secret sealed."""
        row = cls(**given)
        row.address_sealed = seal(address, where=f"robot.address.{row.pk}")
        if secret:
            row.secret_sealed = seal(secret, where=f"robot.secret.{row.pk}")
        return row

    @property
    def address(self) -> str:
        return unseal(self.address_sealed, where=f"robot.address.{self.pk}")

    @property
    def secret(self) -> str:
        if self.secret_sealed is None:
            return ""
        return unseal(self.secret_sealed, where=f"robot.secret.{self.pk}")


SEALED.append(
    Sealed(model="channels.Preference", columns={"email_sealed": "preference.email"}, indexes={})
)
SEALED.append(
    Sealed(
        model="channels.Robot",
        columns={"address_sealed": "robot.address", "secret_sealed": "robot.secret"},
        indexes={},
    )
)


class MessageQuerySet(models.QuerySet["Message"]):
    def of(self, user_id: int | None) -> Self:
        """Return the messages in a person's inbox, the newest first."""
        return self.filter(user=user_id, means=Means.INBOX).order_by("-position", "-pk")

    def unread(self) -> Self:
        return self.filter(means=Means.INBOX, read_at__isnull=True)

    def outward(self) -> Self:
        """Return the messages that leave the house."""
        return self.exclude(means=Means.INBOX)


class Message(models.Model):
    """消息. One event told to one recipient by one means: never twice, by the database.

    It holds no words: what it says is made from `kind` and the case when it is read or sent, in the reader's language and
    without personal data. `position` is the event's place in the sealed record: messages of one case go out in this order.
    `due_at`: not before; `batch`: with which letter or post it went. `instead_of`: the one given up, whose place it takes.
    """

    event_id = models.BigIntegerField()
    position = models.BigIntegerField()
    kind = models.CharField(max_length=24, choices=Kind.choices)
    means = models.CharField(max_length=16, choices=Means.choices)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="messages")
    robot = models.ForeignKey(Robot, models.CASCADE, null=True, related_name="messages")
    case = models.ForeignKey(Case, models.CASCADE, related_name="messages")
    task = models.ForeignKey(CoTask, models.CASCADE, null=True, related_name="messages")
    percent = models.PositiveSmallIntegerField(null=True)
    is_urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=Delivery.choices, default=Delivery.QUEUED)
    batch = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    instead_of = models.ForeignKey("self", models.CASCADE, null=True, related_name="replacements")

    objects: ClassVar = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("Message")
        constraints = [
            _known("message_kind_known", "kind", Kind.values),
            _known("message_means_known", "means", Means.values),
            _known("message_state_known", "state", Delivery.values),
            models.CheckConstraint(
                name="message_has_one_recipient",
                condition=Q(means__in=ROBOTS, robot__isnull=False, user__isnull=True)
                | Q(means__in=(Means.INBOX, Means.EMAIL), robot__isnull=True, user__isnull=False),
            ),
            models.CheckConstraint(
                name="message_sent_has_time",
                condition=Q(state=Delivery.SENT, sent_at__isnull=False)
                | (~Q(state=Delivery.SENT) & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="message_in_hand_is_whole",
                condition=~Q(state=Delivery.SENDING)
                | Q(claimed_at__isnull=False, batch__isnull=False),
            ),
            models.CheckConstraint(
                name="message_inbox_is_there",
                condition=~Q(means=Means.INBOX) | Q(state=Delivery.SENT),
            ),
            models.CheckConstraint(
                name="message_read_in_inbox",
                condition=Q(read_at__isnull=True) | Q(means=Means.INBOX),
            ),
            models.CheckConstraint(
                name="message_given_up_says_why",
                condition=~Q(state__in=(Delivery.DEAD, Delivery.UNSURE)) | ~Q(failure=""),
            ),
            models.UniqueConstraint(
                fields=["event_id", "user", "means"],
                condition=Q(user__isnull=False),
                name="message_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["event_id", "robot"],
                condition=Q(robot__isnull=False),
                name="message_once_a_group",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-position"],
                condition=Q(means=Means.INBOX),
                name="message_inbox",
            ),
            models.Index(
                fields=["user"],
                condition=Q(means=Means.INBOX, read_at__isnull=True),
                name="message_unread",
            ),
            models.Index(
                fields=["due_at"], condition=Q(state=Delivery.QUEUED), name="message_waiting"
            ),
            models.Index(
                fields=["batch"], condition=Q(state=Delivery.SENDING), name="message_in_hand"
            ),
            models.Index(fields=["at"], name="message_kept"),
            models.Index(
                fields=["-position"],
                condition=~Q(means=Means.INBOX),
                name="message_outward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.user_id or self.robot_id} ({self.means})"

    @property
    def recipient(self) -> tuple[str, Any]:
        """Return by what and to whom it goes: those of one recipient go out one behind the other."""
        return self.means, self.user_id or self.robot_id
