"""What a move asks for on the page of its case: one small form a move, made from the case and the actor.

A move whose form asks for nothing is one button. Rules live in the operations.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.cases.choices import (
    ApplicationReason,
    Disposition,
    Kind,
    SupervisionReason,
    Urgency,
)
from linli.cases.clocks.choices import LimitUnit
from linli.cases.forms import ContactForm, ReportForm, RuleForm
from linli.cases.models import Case
from linli.cases.notices import SHIPPED
from linli.cases.queries import leads_for, units_around
from linli.cases.rules import REASONS, UNTIL_AT_MOST, needs_evidence
from linli.kernel.actor import Actor
from linli.kernel.ids import read_number
from linli.territory.models import Organisation

NOON_OF_WORK = dt.time(18)
"""When a day that is given as "until" ends: when the office does."""


def free_words(label: Any, *, rows: int = 3, required: Any = "") -> forms.CharField:
    """Return a field for free words; `required` is what to say when it is left empty."""
    messages = {"required": required} if required else {}
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages=messages,
    )


class MoveForm(RuleForm):
    """The form of one move. `case` has its lead order at hand; `arguments` go to the operation."""

    def __init__(self, *args: Any, case: Case, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.actor = actor
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and first values from the case."""

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class PlainForm(MoveForm):
    """A move that asks for nothing."""


class ContactMove(ContactForm, MoveForm):
    pass


class ReportMove(ReportForm, MoveForm):
    evidence = forms.CharField(
        label=_("What shows it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "A photo of after handling says it best; add it to the case first. Without one: what shows it, and "
            "why there is no photo."
        ),
    )

    def prepare(self) -> None:
        if not needs_evidence(self.case.kind):
            self.fields["evidence"].help_text = _("Only if there is something to show.")


# — what becomes of the request —


class TriageForm(MoveForm):
    kind = forms.ChoiceField(
        label=_("Kind of request"), choices=Kind.choices, widget=forms.RadioSelect
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"), choices=Urgency.choices, widget=forms.RadioSelect
    )

    def prepare(self) -> None:
        self.fields["kind"].initial = self.case.kind
        self.fields["urgency"].initial = self.case.urgency


class BranchForm(MoveForm):
    """A branch of article 11 with one ground: the shipped text, to be made one's own."""

    ground: tuple[str, ...] = ()
    text = free_words(
        _("What the caller is told"),
        rows=4,
        required=_("Write down what the caller is told; without it the case does not end."),
    )

    def prepare(self) -> None:
        self.fields["text"].initial = SHIPPED[self.ground[0]]

    def arguments(self) -> dict[str, Any]:
        return {"disposition": self.ground[0], **self.cleaned_data}


class AnswerForm(BranchForm):
    ground = (Disposition.ANSWER_NOW,)


class TransferForm(BranchForm):
    ground = (Disposition.EMERGENCY_LINE,)


class MergeForm(BranchForm):
    ground = (Disposition.DUPLICATE,)
    same_as = forms.CharField(
        label=_("Number of the earlier case"),
        max_length=40,
        error_messages={"required": _("Give the number of the earlier case.")},
    )
    field_order = ("same_as", "text")

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        return {**given, "same_as": read_number(given["same_as"]) or ""}


class _ChoosingBranch(BranchForm):
    """A branch with several grounds: each shows its own text to begin with."""

    disposition = forms.ChoiceField(label=_("Ground"), choices=(), widget=forms.RadioSelect)
    field_order = ("disposition", "text")

    def prepare(self) -> None:
        grounds = [(one, Disposition(one).label) for one in self.ground]
        self.fields["disposition"].choices = grounds  # type: ignore[attr-defined]
        self.fields["disposition"].initial = self.ground[0]
        offers = [f"{Disposition(one).label}: {SHIPPED[one]}" for one in self.ground]
        self.fields["text"].initial = "\n\n".join(offers)
        self.fields["text"].help_text = _("Keep the text that fits and remove the others.")

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ReferForm(_ChoosingBranch):
    ground = (Disposition.BEYOND_DUTY, Disposition.STATUTORY_ROUTE, Disposition.PETITION_OPEN)


class DeclineForm(_ChoosingBranch):
    ground = (Disposition.SECRET, Disposition.UNLAWFUL)


class UnitForm(MoveForm):
    """Asks for one of the units around the case's place."""

    unit_id = forms.TypedChoiceField(
        label=_("Unit"),
        coerce=int,
        choices=(),
        error_messages={"required": _("Choose the unit.")},
    )
    leads_only = False

    def __init__(self, *args: Any, units: Sequence[Organisation] | None = None, **kwargs: Any):
        self.units = units
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        """Offer the units around the case, or those given that the page has at hand."""
        find = leads_for if self.leads_only else units_around
        order = self.case.lead_order
        own = order.lead_id if order else None
        around = find(self.case.place, at=self.actor.now) if self.units is None else self.units
        units = [unit for unit in around if unit.pk != own]
        # No unit stands there that nobody chose.
        choices = [("", _("Choose the unit")), *((unit.pk, unit.label) for unit in units)]
        self.fields["unit_id"].choices = choices  # type: ignore[attr-defined]


class ConsultForm(UnitForm):
    words = free_words(_("What to clear up"), required=_("Say what the unit is to clear up."))


class ReopenForm(MoveForm):
    because = free_words(
        _("What the caller says of it now"),
        required=_("Write down why the caller wants it opened again."),
    )


# — the order —


AT_HAND = ("property",)
"""Kinds of unit that a community asks first."""


class GiveTaskForm(UnitForm):
    words = free_words(_("What they are to do"), required=_("Say what they are to do, and where."))
    due_at = forms.DateTimeField(
        label=_("By when"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Left empty: when the order itself is due."),
    )

    def prepare(self) -> None:
        """Put the compound's own company first, and what partners may read of the matter into the words."""
        super().prepare()
        own = self.case.lead_order.lead_id if self.case.lead_order else None
        units = [one for one in units_around(self.case.place, at=self.actor.now) if one.pk != own]
        units.sort(key=lambda unit: unit.kind not in AT_HAND)
        choices = [("", _("Choose the unit")), *((unit.pk, unit.label) for unit in units)]
        self.fields["unit_id"].choices = choices  # type: ignore[attr-defined]
        if units and units[0].kind in AT_HAND:
            self.fields["unit_id"].initial = units[0].pk
        self.fields["words"].initial = self.case.shared_text

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return {"organisation_id": given.pop("unit_id"), **given}


class ObjectForm(MoveForm):
    clause = forms.CharField(
        label=_("By which clause"),
        max_length=200,
        error_messages={"required": _("Name the clause that gives it to somebody else.")},
    )
    evidence = free_words(_("What shows it"), required=_("Say what shows it: a contract, a photo."))


class RuleElsewhereForm(UnitForm):
    leads_only = True
    ruling = free_words(_("Why it is ruled so"), required=_("Say why; both units read it."))

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return {"lead_id": given.pop("unit_id"), **given}


class RuleFinalForm(MoveForm):
    ruling = free_words(_("Why it is ruled so"), required=_("Say why; both units read it."))


class AskForm(MoveForm):
    """Asks the level above. `kind` names what for; grounds and the last day follow from it."""

    kind = ""
    reason = forms.ChoiceField(
        label=_("On what ground"),
        choices=(),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the ground.")},
    )
    words = free_words(_("Why"), required=_("Say why, in a sentence or two."))

    def prepare(self) -> None:
        known = [(one.value, ApplicationReason(one).label) for one in REASONS[self.kind]]
        self.fields["reason"].choices = known  # type: ignore[attr-defined]


class AskUntilForm(AskForm):
    until = forms.DateField(
        label=_("Until when"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Give the day.")},
    )

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        zone = timezone.get_default_timezone()
        until = dt.datetime.combine(given["until"], NOON_OF_WORK, zone)
        last = self.actor.now + UNTIL_AT_MOST[self.kind]
        if until > last and timezone.localtime(last).date() == given["until"]:
            until = last  # the last day possible, up to the minute
        return {**given, "until": until}


class AskPauseForm(AskUntilForm):
    kind = "pause"


class AskHoldForm(AskUntilForm):
    kind = "hold"


class AskExclusionForm(AskUntilForm):
    kind = "exclusion"
    evidence = free_words(_("What shows it"), required=_("Say what shows it."))
    field_order = ("reason", "words", "evidence", "until")


class AskExtensionForm(AskForm):
    kind = "extension"
    amount = forms.IntegerField(label=_("How much longer"), min_value=1)
    told = free_words(
        _("What the caller was told of it"),
        required=_("Tell the caller first (article 15), then write down what was said."),
    )
    field_order = ("reason", "words", "amount", "told")

    def prepare(self) -> None:
        super().prepare()
        order = self.case.lead_order
        if order is not None and order.clock_class is not None:
            limit = order.clock_class.limits.handling
            unit = LimitUnit(limit.unit.value).label
            self.fields["amount"].label = _("How much longer, in %(unit)s") % {"unit": unit}
            self.fields["amount"].help_text = _("At most %(most)s.") % {"most": limit.amount}
            self.fields["amount"].widget.attrs["max"] = limit.amount


class EscalateForm(AskForm):
    kind = "escalation"


class ClearHoldForm(MoveForm):
    clearing = free_words(_("What has changed"), required=_("Say what has changed."))


class SeenForm(MoveForm):
    words = free_words(_("What was seen"), required=_("Say what was seen, where and when."))


class SuperviseForm(MoveForm):
    reason = forms.ChoiceField(
        label=_("On what ground"), choices=SupervisionReason.choices, widget=forms.RadioSelect
    )
    words = free_words(_("What has to happen"), required=_("Say what has to happen, and by when."))


FORMS: dict[str, type[MoveForm]] = {
    "accept": PlainForm,
    "contact": ContactMove,
    "report": ReportMove,
    "resume": PlainForm,
    "give_task": GiveTaskForm,
    "object": ObjectForm,
    "escalate": EscalateForm,
    "ask_pause": AskPauseForm,
    "ask_extension": AskExtensionForm,
    "ask_hold": AskHoldForm,
    "ask_exclusion": AskExclusionForm,
    "rule_elsewhere": RuleElsewhereForm,
    "rule_final": RuleFinalForm,
    "verify": SeenForm,
    "send_back": SeenForm,
    "clear_hold": ClearHoldForm,
    "supervise": SuperviseForm,
    "triage": TriageForm,
    "answer": AnswerForm,
    "transfer": TransferForm,
    "refer": ReferForm,
    "merge": MergeForm,
    "decline": DeclineForm,
    "consult": ConsultForm,
    "reopen": ReopenForm,
}
"""The moves that are made on the page of a case, in the order in which they are offered."""
