"""What hangs on a case or an order besides contacts and follow-ups: one row for each word that counts.

Every row says when and by whom; what is decided later stands in the same row and is then final.
"""

import datetime as dt
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.cases import flows
from linli.cases.choices import (
    ApplicationKind,
    ApplicationReason,
    Disposition,
    Resolution,
    SupervisionReason,
)
from linli.cases.clocks.choices import LimitUnit
from linli.cases.rules import (
    CONSULT_AT_MOST,
    EXCLUDE_AT_MOST,
    HOLD_AT_MOST,
    PAUSE_AT_MOST,
)
from linli.kernel.actor import Actor
from linli.kernel.flow import State
from linli.knowledge.models import ArticleVersion
from linli.territory.models import Organisation


def known(name: str, field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """Return the constraint that a column holds one of the choices, or nothing."""
    return models.CheckConstraint(name=name, condition=Q(**{f"{field}__in": choices.values}))


def together(name: str, *fields: str) -> models.CheckConstraint:
    """Return the constraint that columns are all empty or all filled."""
    none = Q(**{f"{field}__isnull": True for field in fields})
    return models.CheckConstraint(
        name=name, condition=none | Q(**{f"{field}__isnull": False for field in fields})
    )


def said(name: str, *fields: str) -> models.CheckConstraint:
    """Return the constraint that texts are not empty."""
    empty = Q()
    for field in fields:
        empty |= Q(**{field: ""})
    return models.CheckConstraint(name=name, condition=~empty)


REDACTED = "[已到期删除]"
"""What stands in the place of words whose time is over: the one change that a final row still takes."""


def final(name: str, column: str, *, facts: tuple[str, ...], texts: tuple[str, ...]) -> Any:
    """Return the trigger that `facts` and `texts` of a row stand once `column` is filled.

    Texts may only give way to REDACTED, when their retention is over.
    """
    changed = [f"OLD.{fact} IS DISTINCT FROM NEW.{fact}" for fact in facts]
    changed += [f"(NEW.{text} <> OLD.{text} AND NEW.{text} <> '{REDACTED}')" for text in texts]
    return pgtrigger.Protect(
        name=name,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(f"OLD.{column} IS NOT NULL AND ({' OR '.join(changed)})"),
    )


class Notice(models.Model):
    """告知. What the caller was told when a request ended early, by the branches of article 11."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="notices")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    disposition = models.CharField(
        _("What becomes of it"), max_length=32, choices=Disposition.choices
    )
    text = models.TextField(_("What the caller is told"))
    same_as = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, related_name="+", verbose_name=_("Same matter as")
    )
    cites = models.ForeignKey(
        ArticleVersion,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("Answered from the article"),
    )

    class Meta:
        verbose_name = _("Notice")
        constraints = [
            known("notice_disposition_known", "disposition", Disposition),
            said("notice_says_something", "text"),
            models.CheckConstraint(
                name="notice_of_duplicate_names_it",
                condition=Q(disposition=Disposition.DUPLICATE, same_as__isnull=False)
                | (~Q(disposition=Disposition.DUPLICATE) & Q(same_as__isnull=True)),
            ),
            models.CheckConstraint(
                name="notice_cites_in_an_answer",
                condition=Q(cites__isnull=True) | Q(disposition=Disposition.ANSWER_NOW),
            ),
            models.CheckConstraint(
                name="notice_same_as_another",
                condition=Q(same_as__isnull=True) | ~Q(same_as=F("case")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.disposition}"


class Consultation(models.Model):
    """会商. A unit asked before dispatch whether a matter is its own; 4 hours at most."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="consultations")
    unit = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("Unit asked")
    )
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    words = models.TextField(_("What to clear up"))
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)
    is_theirs = models.BooleanField(_("Is it yours"), null=True)
    answer = models.TextField(_("Answer"), blank=True)

    class Meta:
        verbose_name = _("Consultation")
        constraints = [
            said("consultation_says_something", "words"),
            models.CheckConstraint(
                name="consultation_at_most_4_hours",
                condition=Q(due_at__gt=F("at"), due_at__lte=F("at") + CONSULT_AT_MOST),
            ),
            models.CheckConstraint(
                name="consultation_answer_is_whole",
                condition=Q(
                    answered_at__isnull=True,
                    answered_by__isnull=True,
                    is_theirs__isnull=True,
                    answer="",
                )
                | Q(answered_at__isnull=False, answered_by__isnull=False, is_theirs__isnull=False)
                & ~Q(answer=""),
            ),
        ]
        triggers = [
            final(
                "consultation_is_final",
                "answered_at",
                facts=("answered_at", "answered_by", "is_theirs", "unit_id", "due_at"),
                texts=("words", "answer"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.unit_id}"

    def is_open(self, now: dt.datetime) -> bool:
        """Return whether an answer is still waited for."""
        return self.answered_at is None and now < self.due_at


class Objection(models.Model):
    """派单异议. A lead says that an order is not its own; the hotline rules, and that is final."""

    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, related_name="objections")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    due_at = models.DateTimeField()
    clause = models.CharField(_("By which clause"), max_length=200)
    evidence = models.TextField(_("What shows it"))
    ruled_at = models.DateTimeField(null=True)
    ruled_by = models.BigIntegerField(null=True)
    new_unit = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    ruling = models.TextField(_("Why it is ruled so"), blank=True)

    class Meta:
        verbose_name = _("Objection")
        constraints = [
            said("objection_says_something", "clause", "evidence"),
            models.UniqueConstraint(fields=["order", "unit"], name="objection_once_a_unit"),
            models.CheckConstraint(name="objection_in_time", condition=Q(at__lte=F("due_at"))),
            models.CheckConstraint(
                name="objection_ruling_is_whole",
                condition=Q(
                    ruled_at__isnull=True,
                    ruled_by__isnull=True,
                    new_unit__isnull=True,
                    ruling="",
                )
                | Q(ruled_at__isnull=False, ruled_by__isnull=False) & ~Q(ruling=""),
            ),
            models.CheckConstraint(
                name="objection_goes_elsewhere",
                condition=Q(new_unit__isnull=True) | ~Q(new_unit=F("unit")),
            ),
        ]
        triggers = [
            final(
                "objection_is_final",
                "ruled_at",
                facts=("ruled_at", "ruled_by", "new_unit_id", "unit_id", "at"),
                texts=("clause", "evidence", "ruling"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.unit_id}"


class Application(models.Model):
    """申请. What a lead asks the level above for; who decides is never who asked.

    `until`: when a pause ends, a hold is looked at again, an exclusion expires. `amount`: by how many of
    the handling limit's own unit it is to be longer; `at_most` is that limit. `ended_at`: when a pause or a
    hold was over. `lapsed_at`: when the order went on before anybody decided.
    """

    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, related_name="applications")
    kind = models.CharField(max_length=16, choices=ApplicationKind.choices)
    at = models.DateTimeField()
    user_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    reason = models.CharField(_("On what ground"), max_length=32, choices=ApplicationReason.choices)
    words = models.TextField(_("Why"))
    evidence = models.TextField(_("What shows it"), blank=True)
    told = models.TextField(_("What the caller was told of it"), blank=True)
    until = models.DateTimeField(_("Until when"), null=True)
    amount = models.IntegerField(_("How much longer"), null=True)
    at_most = models.IntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    is_granted = models.BooleanField(null=True)
    decision = models.TextField(_("Why it is decided so"), blank=True)
    lapsed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    clearing = models.TextField(_("What has changed"), blank=True)

    class Meta:
        verbose_name = _("Application")
        constraints = [
            known("application_kind_known", "kind", ApplicationKind),
            known("application_reason_known", "reason", ApplicationReason),
            said("application_says_something", "words"),
            together("application_decision_is_whole", "decided_at", "decided_by", "is_granted"),
            models.CheckConstraint(
                name="application_lapsed_or_decided",
                condition=Q(lapsed_at__isnull=True)
                | Q(decided_at__isnull=True) & ~Q(kind=ApplicationKind.EXCLUSION),
            ),
            models.CheckConstraint(
                name="application_by_two_persons",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("user_id")),
            ),
            models.CheckConstraint(
                name="application_kind_has_its_facts",
                condition=Q(kind__in=("pause", "hold"), until__isnull=False, amount__isnull=True)
                | Q(kind="exclusion", until__isnull=False, amount__isnull=True) & ~Q(evidence="")
                | Q(
                    kind="extension",
                    until__isnull=True,
                    amount__isnull=False,
                    at_most__isnull=False,
                    amount__gte=1,
                    amount__lte=F("at_most"),
                )
                & ~Q(told="")
                | Q(kind="escalation", until__isnull=True, amount__isnull=True),
            ),
            models.CheckConstraint(
                name="application_not_too_far",
                condition=~Q(kind__in=("pause", "hold", "exclusion"))
                | ~Q(is_granted=True)
                | Q(kind="pause", until__lte=F("decided_at") + PAUSE_AT_MOST)
                | Q(kind="hold", until__lte=F("decided_at") + HOLD_AT_MOST)
                | Q(kind="exclusion", until__lte=F("decided_at") + EXCLUDE_AT_MOST),
            ),
            models.CheckConstraint(
                name="application_ends_after_grant",
                condition=Q(ended_at__isnull=True)
                | Q(
                    kind__in=("pause", "hold"),
                    decided_at__isnull=False,
                    is_granted=True,
                    ended_at__gte=F("decided_at"),
                ),
            ),
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(decided_at__isnull=True, lapsed_at__isnull=True),
                name="application_one_waits",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(kind="extension", is_granted=True),
                name="application_one_extension",
            ),
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(kind__in=("pause", "hold"), is_granted=True, ended_at__isnull=True),
                name="application_one_stands",
            ),
        ]
        triggers = [
            final(
                "application_is_final",
                "decided_at",
                facts=("decided_at", "decided_by", "is_granted", "kind", "until", "amount"),
                texts=("words", "evidence", "told", "decision"),
            ),
            final("application_has_lapsed", "lapsed_at", facts=("lapsed_at",), texts=()),
            final("application_has_ended", "ended_at", facts=("ended_at",), texts=("clearing",)),
        ]
        indexes = [
            models.Index(
                fields=["at"],
                condition=Q(decided_at__isnull=True, lapsed_at__isnull=True),
                name="application_waiting",
            ),
            models.Index(
                fields=["until"],
                condition=Q(kind__in=("pause", "hold"), is_granted=True, ended_at__isnull=True),
                name="application_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"

    @property
    def waits(self) -> bool:
        """Return whether its decision is still to come."""
        return self.decided_at is None and self.lapsed_at is None

    @property
    def unit_words(self) -> Any:
        """Return in what an extension is measured: the unit of the order's handling limit."""
        assert self.order.clock_class is not None, "an order without limits is not extended"
        return LimitUnit(self.order.clock_class.limits.handling.unit.value).label

    def is_exclusion_at(self, now: dt.datetime) -> bool:
        """Return whether this keeps its order out of the rates at a moment."""
        return bool(
            self.kind == ApplicationKind.EXCLUSION
            and self.is_granted
            and self.until is not None
            and now < self.until
        )


class Report(models.Model):
    """反馈. What a lead reported, each time; the order's own columns hold the last one.

    `evidence`: what shows it, where no photo of afterwards does.
    """

    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, related_name="reports")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    resolution = models.CharField(max_length=16, choices=Resolution.choices)
    public_reply = models.TextField()
    evidence = models.TextField(_("What shows it"), blank=True)

    class Meta:
        verbose_name = _("Report")
        constraints = [
            known("report_resolution_known", "resolution", Resolution),
            said("report_says_something", "public_reply"),
        ]
        triggers = [
            # Something shows what was done: words, or a photo of afterwards that is newer than the last report.
            pgtrigger.Trigger(
                name="report_is_shown",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__evidence=""),
                func=(
                    "PERFORM 1 FROM cases_workorder o JOIN cases_case c ON c.id = o.case_id "
                    "WHERE o.id = NEW.order_id AND c.kind IN ('help', 'complaint', 'report') AND NOT EXISTS ("
                    "SELECT 1 FROM cases_attachment a WHERE a.order_id = o.id AND a.kind = 'after' "
                    "AND a.withdrawn_at IS NULL AND a.at > COALESCE("
                    "(SELECT max(r.at) FROM cases_report r WHERE r.order_id = o.id), '-infinity')); "
                    "IF FOUND THEN RAISE EXCEPTION 'a report that nothing shows' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'report_is_shown'; END IF; "
                    "RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%Y-%m-%d %H:%M}"


class Verification(models.Model):
    """核查. Somebody other than the lead looked whether it is as reported."""

    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, related_name="verifications")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    is_so = models.BooleanField()
    words = models.TextField(_("What was seen"))

    class Meta:
        verbose_name = _("Verification")
        constraints = [said("verification_says_something", "words")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%Y-%m-%d %H:%M}"


class Supervision(models.Model):
    """督办. The hotline keeps an eye on an order, and says why."""

    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, related_name="supervisions")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    reason = models.CharField(_("On what ground"), max_length=16, choices=SupervisionReason.choices)
    words = models.TextField(_("What has to happen"))

    class Meta:
        verbose_name = _("Supervision")
        constraints = [
            known("supervision_reason_known", "reason", SupervisionReason),
            said("supervision_says_something", "words"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.reason}"


class Supplement(models.Model):
    """补充说明. What came to be known of a case after it was received, as another system or the caller said it.

    Without personal data: who asked stands with the case already. `form_key`: the same one twice is one.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="supplements")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    words = models.TextField(_("What is added"))
    form_key = models.UUIDField()

    class Meta:
        verbose_name = _("Supplement")
        constraints = [
            said("supplement_says_something", "words"),
            models.UniqueConstraint(fields=["case", "form_key"], name="supplement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%Y-%m-%d %H:%M}"


class CoTaskQuerySet(models.QuerySet["CoTask"]):
    def concerning(self, actor: Actor) -> Self:
        """Return the tasks that were given to the actor's organisation, or by it."""
        if actor.organisation_id is None:
            return self.none()
        return self.filter(
            Q(organisation=actor.organisation_id) | Q(order__lead=actor.organisation_id)
        )


class CoTask(models.Model):
    """协办任务. A part of an order given to another organisation, with its own flow and deadline.

    Whoever gets it reads `words` and the case's `shared_text`, never who asked. `needed`: what the helpers lack
    to go on (material, a key, a permit), as they said last. `group`: the task group in which they were asked.
    """

    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, related_name="co_tasks")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("Who is to help")
    )
    group = models.ForeignKey("cases.TaskGroup", models.PROTECT, null=True, related_name="tasks")
    state = models.CharField(max_length=32, choices=flows.TASK.choices, default=flows.TASK.initial)
    state_since = models.DateTimeField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    words = models.TextField(_("What they are to do"))
    due_at = models.DateTimeField(_("By when"))
    answered_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    clause = models.CharField(_("By which clause"), max_length=200, blank=True)
    result = models.TextField(_("What came of it"), blank=True)
    needed = models.TextField(_("What is needed"), blank=True)
    needed_at = models.DateTimeField(null=True)

    objects: ClassVar = CoTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("Co-task")
        constraints = [
            flows.TASK.check(),
            said("task_says_something", "words"),
            models.CheckConstraint(
                name="task_ended_has_result",
                condition=Q(state__in=("done", "not_ours", "withdrawn"), ended_at__isnull=False)
                & ~Q(result="")
                | Q(state__in=("sent", "coming", "arrived", "handling"), ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="task_not_ours_by_clause", condition=~Q(state="not_ours") | ~Q(clause="")
            ),
            models.CheckConstraint(
                name="task_needs_something",
                condition=Q(needed_at__isnull=True, needed="")
                | Q(needed_at__isnull=False) & ~Q(needed=""),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "due_at"], name="task_of_unit")]
        triggers = [
            flows.TASK.trigger(),
            # A part is due when the whole is, at the latest; and no part is given to what has ended.
            pgtrigger.Trigger(
                name="task_due_with_order",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("due_at", "order_id"),
                when=pgtrigger.Before,
                func=(
                    "PERFORM 1 FROM cases_workorder WHERE id = NEW.order_id "
                    "AND state <> 'closed' AND handling_due_at >= NEW.due_at; "
                    "IF NOT FOUND THEN RAISE EXCEPTION 'co-task later than its order' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'task_due_with_order'; END IF; "
                    "RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} → {self.organisation_id}"

    @property
    def flow_state(self) -> State:
        """Return the state with its words and tone."""
        return flows.TASK.state(self.state)

    @property
    def is_open(self) -> bool:
        return not self.flow_state.terminal
