"""Task groups, their members, and what is passed on between a partner and the caller."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.territory.models import DatedQuerySet, Organisation, ends_after_start, never_twice


class TaskGroup(models.Model):
    """专班. A community and its partners as a standing team, kept by the community."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="task_groups", verbose_name=_("Kept by")
    )
    name = models.CharField(_("Name of the task group"), max_length=60)
    valid_from = models.DateField(_("From"))
    valid_to = models.DateField(_("To"), null=True)

    standing: list["GroupMember"]
    """Set by `queries.groups_in` only: the members of a day, in the order in which they are asked."""

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Task group")
        constraints = [
            models.CheckConstraint(name="task_group_has_name", condition=~Q(name="")),
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=Q(valid_to__isnull=True),
                name="task_group_one_open",
            ),
            ends_after_start("task_group_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """专班成员单位. An organisation in a group by one of its posts. `rank`: in which order its members are asked, from 1."""

    group = models.ForeignKey(TaskGroup, models.CASCADE, related_name="members")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("Organisation")
    )
    post = models.CharField(_("Post"), max_length=60)
    rank = models.PositiveSmallIntegerField(_("Asked as number"))
    valid_from = models.DateField(_("From"))
    valid_to = models.DateField(_("To"), null=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Member of a task group")
        constraints = [
            models.CheckConstraint(name="group_member_has_post", condition=~Q(post="")),
            models.CheckConstraint(name="group_member_rank", condition=Q(rank__gte=1)),
            never_twice("group_member_never_twice", "group_id", "organisation_id"),
            ends_after_start("group_member_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} · {self.organisation_id}"


class Relay(models.Model):
    """转达. What a partner has to know from the caller: asked of the lead, who alone speaks to her, and passed back."""

    task = models.ForeignKey("cases.CoTask", models.CASCADE, related_name="relays")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    words = models.TextField(_("What to ask or tell the caller"))
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)
    answer = models.TextField(_("What came back"), blank=True)

    class Meta:
        verbose_name = _("Relay")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="relay_says_something", condition=~Q(words="")),
            models.CheckConstraint(
                name="relay_answer_is_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
            ),
            models.UniqueConstraint(
                fields=["task"], condition=Q(answered_at__isnull=True), name="relay_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.at:%Y-%m-%d %H:%M}"

    @property
    def waits(self) -> bool:
        return self.answered_at is None
