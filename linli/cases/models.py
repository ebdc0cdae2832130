"""The case and what hangs on it."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.cases import flows
from linli.cases.attachments.models import Attachment as Attachment
from linli.cases.calls.models import Interaction as Interaction
from linli.cases.catalogue.models import CatalogueDraft as CatalogueDraft
from linli.cases.catalogue.models import CatalogueEntry as CatalogueEntry
from linli.cases.catalogue.models import Category as Category
from linli.cases.catalogue.models import CoHandler as CoHandler
from linli.cases.catalogue.models import CopiedUnit as CopiedUnit
from linli.cases.catalogue.models import DutyItem as DutyItem
from linli.cases.choices import (
    Answered,
    Channel,
    Confidentiality,
    Disposition,
    Kind,
    LinkKind,
    Resolution,
    Satisfaction,
    Urgency,
)
from linli.cases.clocks.models import ClockAlert as ClockAlert
from linli.cases.clocks.models import ClockClass as ClockClass
from linli.cases.clocks.models import ClockProfile as ClockProfile
from linli.cases.clocks.models import ClockTerm as ClockTerm
from linli.cases.exporting.models import Export as Export
from linli.cases.groups.models import GroupMember as GroupMember
from linli.cases.groups.models import Relay as Relay
from linli.cases.groups.models import TaskGroup as TaskGroup
from linli.cases.imports.models import ImportAside as ImportAside
from linli.cases.imports.models import ImportChunk as ImportChunk
from linli.cases.imports.models import ImportRun as ImportRun
from linli.cases.imports.models import SourceRecord as SourceRecord
from linli.cases.papers import Application as Application
from linli.cases.papers import Consultation as Consultation
from linli.cases.papers import CoTask as CoTask
from linli.cases.papers import Notice as Notice
from linli.cases.papers import Objection as Objection
from linli.cases.papers import Report as Report
from linli.cases.papers import Supervision as Supervision
from linli.cases.papers import Supplement as Supplement
from linli.cases.papers import Verification as Verification
from linli.cases.papers import known as _known
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.collections import REQUESTER
from linli.cases.privacy.models import RightsRequest as RightsRequest
from linli.cases.repeated.models import DutyCheck as DutyCheck
from linli.cases.repeated.models import RepeatedDuty as RepeatedDuty
from linli.cases.rules import PAUSES, REOPEN_WITHIN
from linli.cases.searching.models import CaseSearch as CaseSearch
from linli.cases.sorting.models import Prediction as Prediction
from linli.cases.sorting.models import SortingModel as SortingModel
from linli.cases.sorting.models import SortingTerm as SortingTerm
from linli.cases.talks import ContactLog as ContactLog
from linli.cases.talks import FollowUp as FollowUp
from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.kernel.ids import show_number
from linli.kernel.scope import Scoped, ScopedQuerySet
from linli.kernel.seal import SEALED, Sealed, blind_index, seal, unseal
from linli.methods.language.personal import without_door
from linli.methods.language.phone import masked, masked_name
from linli.territory.models import Organisation, Place


class CaseQuerySet(ScopedQuerySet):
    def shared_with(self, actor: Actor, *, permission: str) -> models.Q | None:
        """Return the cases with an order to the actor's organisation, wherever they lie.

        A copy of an order lets see and nothing else: neither move the case nor look at who asked.
        """
        if actor.organisation_id is None:
            return None
        orders = WorkOrder.objects.filter(case=models.OuterRef("pk"))
        shared = models.Q(models.Exists(orders.filter(lead=actor.organisation_id)))
        if permission == P.SEE:
            shared |= models.Q(
                models.Exists(orders.filter(copies__organisation=actor.organisation_id))
            )
        return shared

    def seen_by(self, actor: Actor, *, permission: str) -> Self:
        """Return the rows of the actor's areas, without confidential cases that are not hers to know.

        A case that is confidential as a whole is seen at the hotline and by its lead unit, by nobody between
        (petition regulation, and article 35 of the regulation of 2021-09-24: a report never reaches whom it names).
        """
        seen = super().seen_by(actor, permission=permission)
        if actor.may(P.SEE_HIDDEN):
            return seen
        mine = WorkOrder.objects.filter(case=models.OuterRef("pk"), lead=actor.organisation_id)
        hidden = models.Q(confidentiality=Confidentiality.HIDE_CASE)
        return seen.filter(~hidden | models.Exists(mine))

    def locked(self, case_id: int, *, actor: Actor, permission: str) -> "Case":
        """Return one case, locked for this transaction. Raises Case.DoesNotExist outside the scope."""
        return (
            self.seen_by(actor, permission=permission)
            .select_for_update(of=("self",))
            .get(pk=case_id)
        )


class Case(Scoped):
    """诉求. What the resident wants, from the first word to the close. Root of the event stream.

    `words`, `title` and `address` are kept without personal data (what was taken out lies sealed with the
    Requester). `shared_text` is all that partners read of the words; nothing of a confidential case.
    """

    number = models.CharField(_("Case number"), max_length=20, unique=True, db_collation="C")
    intake_key = models.UUIDField(unique=True, null=True)
    source = models.CharField(_("Source"), max_length=32, blank=True)
    external_no = models.CharField(_("Number at the source"), max_length=64, blank=True)

    state = models.CharField(max_length=32, choices=flows.CASE.choices, default=flows.CASE.initial)
    state_since = models.DateTimeField()
    version = models.IntegerField(default=1)

    channel = models.CharField(_("Channel"), max_length=32, choices=Channel.choices)
    kind = models.CharField(_("Kind of request"), max_length=16, choices=Kind.choices)
    urgency = models.CharField(_("Urgency"), max_length=4, choices=Urgency.choices)
    confidentiality = models.CharField(
        _("Confidentiality"),
        max_length=16,
        choices=Confidentiality.choices,
        default=Confidentiality.NONE,
    )
    wants_reply = models.BooleanField(_("Wants a reply"), default=True)

    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="cases", verbose_name=_("Category")
    )
    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("Place"))
    address = models.CharField(_("Where exactly"), max_length=200, blank=True)
    title = models.CharField(_("Title"), max_length=200)
    words = models.TextField(_("What happened"))
    shared_text = models.TextField(_("What partners may read"), blank=True)
    words_hash = models.BinaryField(null=True)
    occurred_at = models.DateTimeField(_("When it happened"), null=True)
    received_at = models.DateTimeField(_("Received at"))
    lead_order = models.OneToOneField("WorkOrder", models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    disposition = models.CharField(
        _("What becomes of it"), max_length=32, choices=Disposition.choices, null=True
    )
    notice = models.OneToOneField(Notice, models.PROTECT, null=True, related_name="+")
    closed_before_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    reopened_because = models.TextField(_("What the caller says of it now"), blank=True)
    requester_deleted_at = models.DateTimeField(null=True)
    words_deleted_at = models.DateTimeField(null=True)

    objects: ClassVar = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("Case")
        constraints = [
            flows.CASE.check(),
            _known("case_channel_known", "channel", Channel),
            _known("case_kind_known", "kind", Kind),
            _known("case_urgency_known", "urgency", Urgency),
            _known("case_confidentiality_known", "confidentiality", Confidentiality),
            models.CheckConstraint(name="case_words_not_empty", condition=~models.Q(words="")),
            models.CheckConstraint(
                name="case_hidden_shares_nothing",
                condition=~models.Q(confidentiality="hide_case") | models.Q(shared_text=""),
            ),
            models.CheckConstraint(
                name="case_words_outlive_requester",
                condition=models.Q(words_deleted_at__isnull=True)
                | models.Q(requester_deleted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_closed_has_time",
                condition=models.Q(state__in=flows.ENDED, closed_at__isnull=False)
                | (~models.Q(state__in=flows.ENDED) & models.Q(closed_at__isnull=True)),
            ),
            _known("case_disposition_known", "disposition", Disposition),
            models.CheckConstraint(
                name="case_early_has_notice",
                condition=models.Q(
                    state__in=flows.EARLY, notice__isnull=False, disposition__isnull=False
                )
                | (
                    ~models.Q(state__in=flows.EARLY)
                    & models.Q(notice__isnull=True, disposition__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="case_branch_leads_there",
                condition=models.Q(disposition__isnull=True)
                | models.Q(state="answered", disposition=Disposition.ANSWER_NOW)
                | models.Q(state="transferred", disposition=Disposition.EMERGENCY_LINE)
                | models.Q(
                    state="referred",
                    disposition__in=(
                        Disposition.STATUTORY_ROUTE,
                        Disposition.PETITION_OPEN,
                        Disposition.BEYOND_DUTY,
                    ),
                )
                | models.Q(state="merged", disposition=Disposition.DUPLICATE)
                | models.Q(
                    state="declined",
                    disposition__in=(Disposition.SECRET, Disposition.UNLAWFUL),
                ),
            ),
            models.CheckConstraint(
                name="case_reopened_in_time",
                condition=models.Q(
                    reopened_at__isnull=True, closed_before_at__isnull=True, reopened_because=""
                )
                | (
                    models.Q(
                        reopened_at__isnull=False,
                        closed_before_at__isnull=False,
                        reopened_at__gte=models.F("closed_before_at"),
                        reopened_at__lte=models.F("closed_before_at") + REOPEN_WITHIN,
                    )
                    & ~models.Q(reopened_because="")
                ),
            ),
            models.CheckConstraint(
                name="case_handling_has_order",
                condition=models.Q(state__in=("in_handling", "closed"), lead_order__isnull=False)
                | (
                    ~models.Q(state__in=("in_handling", "closed"))
                    & models.Q(lead_order__isnull=True)
                )
                # Closed at its source before it came here: what was never ours has no order of ours.
                | (models.Q(state="closed", lead_order__isnull=True) & ~models.Q(source="")),
            ),
            models.UniqueConstraint(
                fields=["source", "external_no"],
                condition=~models.Q(external_no=""),
                name="case_source_external_no",
            ),
        ]
        indexes = [
            models.Index(
                fields=[column, "-received_at"], name=f"case_{column.split('_')[0]}_recent"
            )
            for column in SCOPE_COLUMNS
        ] + [
            models.Index(
                fields=["closed_at"],
                condition=models.Q(requester_deleted_at__isnull=True, closed_at__isnull=False),
                name="case_requester_kept",
            ),
            models.Index(
                fields=["closed_at"],
                condition=models.Q(words_deleted_at__isnull=True, closed_at__isnull=False),
                name="case_words_kept",
            ),
            models.Index(
                fields=["words_hash", "city_code", "id"],
                condition=models.Q(words_hash__isnull=False),
                name="case_same_words",
            ),
            # The dispatcher's queue: some hundreds among a million, read every half minute by each of them.
            models.Index(
                fields=["received_at"],
                condition=models.Q(state__in=flows.WAITING),
                name="case_waiting",
            ),
        ]
        triggers = [
            flows.CASE.trigger(),
            pgtrigger.Protect(
                name="case_reopened_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__reopened_at__isnull=False,
                    old__reopened_at__df=pgtrigger.F("new__reopened_at"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def shown_number(self) -> str:
        return show_number(self.number)

    @property
    def shared_address(self) -> str:
        """Return where it is as a partner may read it: building and entrance, not the door."""
        return without_door(self.address)

    @property
    def requester_kept_until(self) -> dt.datetime | None:
        """Return until when name and number are kept; None while the case is open."""
        return REQUESTER.kept_until(self.closed_at) if self.closed_at else None

    @property
    def is_requester_deleted_early(self) -> bool:
        """Return whether who asked was deleted before its time was over, at the person's own word."""
        until = self.requester_kept_until
        return bool(self.requester_deleted_at and until and self.requester_deleted_at < until)

    @property
    def state_now(self) -> Any:
        """Return the state to show: the lead order's once there is one, the case's own before."""
        if self.lead_order is None or self.state == "closed":
            return flows.CASE.state(self.state)
        return flows.ORDER.state(self.lead_order.state)


class CaseLink(models.Model):
    """关联. A case and the first of its city in the same words. `kind`: of the same person, or of another."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="links")
    other = models.ForeignKey(Case, models.CASCADE, related_name="linked_by")
    kind = models.CharField(max_length=16, choices=LinkKind.choices)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("Link")
        constraints = [
            _known("link_kind_known", "kind", LinkKind),
            models.UniqueConstraint(fields=["case", "other"], name="link_once"),
            models.CheckConstraint(
                name="link_to_earlier", condition=models.Q(other__lt=models.F("case"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.other_id}"


class Requester(models.Model):
    """诉求人. Who asked: one row a case, never shared between cases, sealed; found by blind index.

    `taken_sealed` holds what intake took out of the words, in order, as JSON pairs of kind and text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.OneToOneField(Case, models.CASCADE, related_name="requester")
    name_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    account_sealed = models.BinaryField(null=True)
    account_index = models.BinaryField(null=True)
    taken_sealed = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("Requester")
        constraints = [
            models.CheckConstraint(
                name="requester_phone_with_index",
                condition=models.Q(phone_sealed__isnull=True, phone_index__isnull=True)
                | models.Q(phone_sealed__isnull=False, phone_index__isnull=False),
            ),
            models.CheckConstraint(
                name="requester_account_with_index",
                condition=models.Q(account_sealed__isnull=True, account_index__isnull=True)
                | models.Q(account_sealed__isnull=False, account_index__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["phone_index"], name="requester_phone_index")]

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def sealed(
        cls,
        *,
        case: Case,
        name: str = "",
        phone: str = "",
        account: str = "",
        taken: Sequence[tuple[str, str]] = (),
    ) -> Self:
        """Return an unsaved requester with everything sealed. `phone` is E.164 or empty."""
        row = cls(case=case)
        if name:
            row.name_sealed = seal(name, where=f"requester.name.{row.id}")
        if phone:
            row.phone_sealed = seal(phone, where=f"requester.phone.{row.id}")
            row.phone_index = blind_index("phone", phone)
        if account:
            row.account_sealed = seal(account, where=f"requester.account.{row.id}")
            row.account_index = blind_index("account", account)
        if taken:
            row.taken_sealed = seal(json.dumps(taken), where=f"requester.taken.{row.id}")
        return row

    @property
    def name(self) -> str:
        if self.name_sealed is None:
            return ""
        return unseal(self.name_sealed, where=f"requester.name.{self.id}")

    @property
    def phone(self) -> str:
        if self.phone_sealed is None:
            return ""
        return unseal(self.phone_sealed, where=f"requester.phone.{self.id}")

    @property
    def account(self) -> str:
        if self.account_sealed is None:
            return ""
        return unseal(self.account_sealed, where=f"requester.account.{self.id}")

    @property
    def taken(self) -> list[tuple[str, str]]:
        """Return (kind, text) of what intake took out of the words, in order."""
        if self.taken_sealed is None:
            return []
        text = unseal(self.taken_sealed, where=f"requester.taken.{self.id}")
        return [(kind, words) for kind, words in json.loads(text)]

    @property
    def masked_name(self) -> str:
        return masked_name(self.name)

    @property
    def masked_phone(self) -> str:
        return masked(self.phone) if self.phone else ""


SEALED.append(
    Sealed(
        model="cases.Requester",
        columns={
            "name_sealed": "requester.name",
            "phone_sealed": "requester.phone",
            "account_sealed": "requester.account",
            "taken_sealed": "requester.taken",
        },
        indexes={
            "phone_index": ("phone", "phone_sealed"),
            "account_index": ("account", "account_sealed"),
        },
    )
)
ARTICLE_17_WALL = pgtrigger.Trigger(
    name="order_lead_by_duty_list",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("lead_id"),
    when=pgtrigger.Before,
    declare=[("body", "text"), ("about", "text")],
    func=(
        "SELECT kind INTO body FROM territory_organisation WHERE id = NEW.lead_id; "
        "IF body NOT IN ('committee', 'service_station') THEN RETURN NEW; END IF; "
        "PERFORM 1 FROM cases_case WHERE id = NEW.case_id AND external_no <> ''; "
        "IF FOUND AND TG_OP = 'INSERT' THEN RETURN NEW; END IF; "
        "SELECT k.code INTO about FROM cases_case c JOIN cases_category k ON k.id = c.category_id "
        "WHERE c.id = NEW.case_id; "
        "PERFORM 1 FROM cases_dutyitem d JOIN cases_category k ON k.id = d.category_id "
        "WHERE starts_with(about, k.code) AND (d.organisation_id = NEW.lead_id OR d.kind = body) "
        "AND (TG_OP = 'UPDATE' OR (d.valid_from <= NEW.dispatched_at "
        "AND (d.valid_to IS NULL OR d.valid_to > NEW.dispatched_at))); "
        "IF NOT FOUND THEN RAISE EXCEPTION 'a community leads what is on its duty list only' "
        "USING ERRCODE = 'check_violation', CONSTRAINT = 'order_lead_by_duty_list'; END IF; "
        "RETURN NEW;"
    ),
)
"""The second wall of article 17: no order to a community's body whose duty list never held its matter.

An order that is handed over is judged by the day of the hand-over, which only the operation knows. One that
another platform dispatched already is taken down as it stands there; our own dispatch of such a case is judged by
the operation.
"""


class WorkOrder(Scoped):
    """工单. A case given to a responsible unit, with its two clocks.

    `catalogue_entry`: by which entry its lead was found; none where somebody chose another for a reason.

    `clock_class` says by which limits of which profile (none: dispatched before profiles were kept).
    `calendar_read_at`: when the working days behind its deadlines were last read; none for limits that
    count all time.

    The scope columns keep the codes at dispatch: rates of a past month do not move when places are
    re-drawn.

    `dispatched_at` is when its present lead got it, `first_dispatched_at` when the first one did: what the
    caller waits is counted from there. `call_again_at`: when the caller wants to be called back, once agreed. The handling clock counts from `clock_started_at` (a rework's start
    after one) for `clock_percent` of the limit and `extension` of its units; pauses are granted Applications.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="orders")
    lead = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("Lead unit"))
    state = models.CharField(
        max_length=32, choices=flows.ORDER.choices, default=flows.ORDER.initial
    )
    state_since = models.DateTimeField()
    reason = models.CharField(_("Why this unit"), max_length=500, blank=True)
    catalogue_entry = models.ForeignKey(CatalogueEntry, models.PROTECT, null=True)
    dispatched_at = models.DateTimeField()
    first_dispatched_at = models.DateTimeField()
    clock_started_at = models.DateTimeField()
    clock_percent = models.IntegerField(default=100)
    extension = models.IntegerField(default=0)
    pause_count = models.IntegerField(default=0)
    rework_count = models.IntegerField(default=0)
    sent_back_count = models.IntegerField(default=0)
    supervised_at = models.DateTimeField(null=True)
    clock_class = models.ForeignKey(ClockClass, models.PROTECT, null=True)
    first_contact_due_at = models.DateTimeField()
    handling_due_at = models.DateTimeField()
    first_contact_is_provisional = models.BooleanField(default=False)
    handling_is_provisional = models.BooleanField(default=False)
    calendar_read_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    first_contact_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    resolution = models.CharField(
        _("Is it solved"), max_length=16, choices=Resolution.choices, null=True
    )
    public_reply = models.TextField(_("Reply to the caller"), blank=True)
    attempt_count = models.IntegerField(default=0)
    call_again_at = models.DateTimeField(_("When to call again"), null=True)
    followed_up_at = models.DateTimeField(null=True)
    answered = models.CharField(
        _("What the caller says of the result"), max_length=16, choices=Answered.choices, null=True
    )
    satisfaction = models.CharField(
        _("Satisfaction"), max_length=16, choices=Satisfaction.choices, null=True
    )

    class Meta:
        verbose_name = _("Work order")
        constraints = [
            flows.ORDER.check(),
            _known("order_resolution_known", "resolution", Resolution),
            _known("order_answered_known", "answered", Answered),
            _known("order_satisfaction_known", "satisfaction", Satisfaction),
            models.UniqueConstraint(
                fields=["case"], condition=~models.Q(state="closed"), name="order_one_open"
            ),
            models.CheckConstraint(
                name="order_counts_in_bounds",
                condition=models.Q(
                    pause_count__gte=0,
                    pause_count__lte=PAUSES,
                    rework_count__in=(0, 1),
                    sent_back_count__in=(0, 1),
                    extension__gte=0,
                    clock_percent__gt=0,
                    clock_percent__lte=100,
                ),
            ),
            models.CheckConstraint(
                name="order_first_dispatched_first",
                condition=models.Q(
                    first_dispatched_at__lte=models.F("dispatched_at"),
                    dispatched_at__lte=models.F("clock_started_at"),
                ),
            ),
            models.CheckConstraint(
                name="order_called_again_while_asked",
                condition=models.Q(call_again_at__isnull=True)
                | models.Q(state__in=("reported", "verified")),
            ),
            models.CheckConstraint(
                name="order_contact_due_first",
                condition=models.Q(first_contact_due_at__lte=models.F("handling_due_at")),
            ),
            models.CheckConstraint(
                name="order_reported_has_reply",
                condition=models.Q(reported_at__isnull=True, resolution__isnull=True)
                | (
                    models.Q(reported_at__isnull=False, resolution__isnull=False)
                    & ~models.Q(public_reply="")
                ),
            ),
            models.CheckConstraint(
                name="order_answer_is_whole",
                condition=models.Q(
                    followed_up_at__isnull=True, answered__isnull=True, satisfaction__isnull=True
                )
                | models.Q(
                    followed_up_at__isnull=False,
                    answered__isnull=False,
                    satisfaction__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "state", "handling_due_at"], name="order_of_unit"),
            models.Index(
                fields=["handling_due_at"],
                condition=models.Q(state__in=("reported", "verified", "followed_up")),
                name="order_to_follow_up",
            ),
            models.Index(
                fields=["community_code", "handling_due_at"], name="order_community_month"
            ),
            models.Index(
                fields=["calendar_read_at"],
                condition=models.Q(reported_at__isnull=True, calendar_read_at__isnull=False),
                name="order_by_calendar",
            ),
        ]
        triggers = [
            flows.ORDER.trigger(),
            # A unit that is being closed waits for orders on their way to it, and later ones see it closed.
            pgtrigger.Trigger(
                name="order_lead_is_open",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("lead_id"),
                when=pgtrigger.Before,
                func=(
                    "PERFORM 1 FROM territory_organisation "
                    "WHERE id = NEW.lead_id AND is_open FOR SHARE; "
                    "IF NOT FOUND THEN RAISE EXCEPTION 'order to a closed organisation' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'order_lead_is_open'; END IF; "
                    "RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name="order_closes_after_its_parts",
                operation=pgtrigger.UpdateOf("state"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__state="closed"),
                func=(
                    "PERFORM 1 FROM cases_cotask WHERE order_id = NEW.id AND ended_at IS NULL; "
                    "IF FOUND THEN RAISE EXCEPTION 'an open co-task' "
                    "USING ERRCODE = 'check_violation', "
                    "CONSTRAINT = 'order_closes_after_its_parts'; END IF; RETURN NEW;"
                ),
            ),
            # Whoever shortens an order's time shortens its parts first.
            pgtrigger.Trigger(
                name="order_due_after_its_parts",
                operation=pgtrigger.UpdateOf("handling_due_at"),
                when=pgtrigger.Before,
                func=(
                    "PERFORM 1 FROM cases_cotask WHERE order_id = NEW.id AND ended_at IS NULL "
                    "AND due_at > NEW.handling_due_at; "
                    "IF FOUND THEN RAISE EXCEPTION 'a co-task later than its order' "
                    "USING ERRCODE = 'check_violation', "
                    "CONSTRAINT = 'order_due_after_its_parts'; END IF; RETURN NEW;"
                ),
            ),
            ARTICLE_17_WALL,
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.lead_id}"


class Unmasking(models.Model):
    """Who looked at a requester's name and number, when and why."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="unmaskings")
    at = models.DateTimeField()
    user_id = models.BigIntegerField()
    reason = models.CharField(_("Why you need it"), max_length=200)

    class Meta:
        verbose_name = _("Unmasking")
        constraints = [
            models.CheckConstraint(name="unmasking_has_reason", condition=~models.Q(reason=""))
        ]
        indexes = [models.Index(fields=["-at"], name="unmasking_recent")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.user_id}"
