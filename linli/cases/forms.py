"""The shape of what people type, and its messages. Rules live in `rules.py` and the operations."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.fields import CategoryField, read_category
from linli.cases.catalogue.models import Category
from linli.cases.choices import (
    Answered,
    Confidentiality,
    Disposition,
    Kind,
    Means,
    Resolution,
    Satisfaction,
    Urgency,
)
from linli.cases.notices import SHIPPED
from linli.cases.privacy.redaction import Redacted, mark_of, redacted, seen_as
from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from linli.methods.language.normal import clean_words
from linli.methods.language.personal import Kind as Find
from linli.territory.models import Organisation, Place
from linli.territory.queries import find_places, with_paths
from linli.territory.wording import listed

FIND_LABELS = {
    Find.PHONE: _("Telephone number"),
    Find.IDENTITY: _("Identity number"),
    Find.CARD: _("Bank card"),
    Find.EMAIL: _("E-mail"),
    Find.ACCOUNT: _("WeChat or QQ"),
    Find.NAME: _("Name of a person"),
}


TO_DISPATCH = "dispatch"


class RuleForm(forms.Form):
    """A form that shows a broken rule beside its field, with everything typed still there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Turn a RuleBroken of an operation into an error of this form."""
        try:
            yield
        except RuleBroken as broken:
            self.add_error(broken.field if broken.field in self.fields else None, broken.message)

    @property
    def typed(self) -> dict[str, list[tuple[Any, str]]]:
        """Return (label, text) of each visible field that was filled in: `chosen` and `written`.

        For a page that cannot offer the form again because a colleague was first.
        """
        shown: dict[str, list[tuple[Any, str]]] = {"chosen": [], "written": []}
        for bound in self.visible_fields():
            value = bound.value() or ""
            sent = [str(one) for one in (value if isinstance(value, list | tuple) else [value])]
            words = {str(code): str(label) for code, label in getattr(bound.field, "choices", ())}
            if any(sent):
                kind = "chosen" if words else "written"
                shown[kind].append((bound.label, listed(words.get(one, one) for one in sent)))
        return shown


class TakeCallForm(RuleForm):
    """One call. `place` is words; `place_code` is the choice when these fit several places or none, or say nothing.

    `category_pick` is the one chosen of those proposed; what is typed in `category` goes before it.
    """

    intake_key = forms.UUIDField(widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("What happened"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": _(
                "There are no words yet. Write down what the resident asks, even in one sentence."
            )
        },
    )
    title = forms.CharField(label=_("Title"), required=False, max_length=200)
    place = forms.CharField(
        label=_("Place"),
        max_length=200,
        error_messages={"required": _("Ask where it is: the community or compound is enough.")},
    )
    place_code = forms.CharField(required=False, widget=forms.HiddenInput)
    category = CategoryField(required=False)
    category_code = forms.CharField(required=False, widget=forms.HiddenInput)
    category_pick = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)
    address = forms.CharField(label=_("Where exactly"), required=False, max_length=200)
    occurred_at = forms.DateTimeField(
        label=_("When it happened"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    kind = forms.ChoiceField(
        label=_("Kind of request"),
        choices=Kind.choices,
        widget=forms.RadioSelect,
        initial=Kind.HELP,
    )
    urgency = forms.ChoiceField(
        label=_("Urgency and limits"),
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        initial=Urgency.NORMAL,
    )
    name = forms.CharField(label=_("Caller's name"), required=False, max_length=64)
    phone = forms.CharField(label=_("Caller's telephone"), required=False, max_length=40)
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"),
        choices=Confidentiality.choices,
        widget=forms.RadioSelect,
        initial=Confidentiality.NONE,
    )
    wants_reply = forms.BooleanField(label=_("Wants a reply"), required=False, initial=True)
    leave = forms.MultipleChoiceField(required=False)
    also = forms.CharField(label=_("Take out as well"), required=False, max_length=200)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    goes = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=[(TO_DISPATCH, _("On to dispatch")), *Disposition.choices],
        widget=forms.RadioSelect,
        initial=TO_DISPATCH,
    )
    told = forms.CharField(
        label=_("What the caller is told"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    same_as = forms.CharField(
        label=_("Number of the earlier case"),
        required=False,
        max_length=40,
        error_messages={"required": _("Give the number of the earlier case.")},
    )
    cites = forms.IntegerField(
        required=False, min_value=1, max_value=2**31, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, actor: Actor, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What does not say where it goes (a page from before an upgrade, a client) goes to dispatch.
        self.fields["goes"].required = not self.is_bound or "goes" in self.data
        self.fields["told"].required = self.branch != ""
        self.fields["place"].required = not self.is_bound or not self.data.get("place_code")
        self.fields["same_as"].required = self.branch == Disposition.DUPLICATE
        self.is_offered = self.is_bound and self.branch != "" and not self.data.get("told")
        if self.is_offered:
            given = self.data.copy()  # type: ignore[attr-defined]
            given["told"] = str(SHIPPED[self.branch])
            self.data = given
        self.actor = actor
        self.permission = permission
        self.candidates: list[Place] = []
        self.categories: list[Category] = []
        self.fields["intake_key"].initial = uuid.uuid4
        # Whatever she ticks is a find of these very words, or names nothing.
        self.fields["leave"].choices = [(mark, mark) for mark in self._marks()]  # type: ignore[attr-defined]

    @property
    def branch(self) -> str:
        """Return the branch of article 11 that is chosen; empty where the request goes on to dispatch."""
        chosen = self["goes"].value()
        return chosen if chosen in SHIPPED else ""

    def _texts(self) -> dict[str, str]:
        names = ("words", "title", "address", "name")
        return {name: clean_words(self.data.get(name, "")) for name in names}

    def _marks(self) -> list[str]:
        found = redacted(**self._texts())
        return [mark_of(find) for find in (*found.taken, *found.left)]

    @property
    def personal(self) -> Redacted:
        """Return what would be taken out of the texts as they stand in the form, after her corrections."""
        leave = self["leave"].value() or () if self.is_bound else ()
        return redacted(
            **self._texts(),
            leave=leave,
            also=self.data.get("also", ""),
            confidentiality=self.data.get("confidentiality", ""),
        )

    @property
    def now_seen(self) -> str:
        """Return what the page sends back to say that these very texts were shown."""
        return seen_as(*self._texts().values())

    @property
    def finds(self) -> list[dict[str, Any]]:
        """Return each find once, with its word, its mark and whether it stays in the words."""
        personal = self.personal
        shown: dict[str, dict[str, Any]] = {}
        for find in sorted((*personal.taken, *personal.left), key=lambda find: find.start):
            if find.kind == Find.OTHER:  # stands in its own field
                continue
            entry = {"find": find, "mark": mark_of(find), "stays": find in personal.left}
            shown.setdefault(mark_of(find), entry | {"label": FIND_LABELS[find.kind]})
        return list(shown.values())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.finds and data.get("seen") != self.now_seen:
            self.add_error(
                "words",
                _(
                    "These words tell who calls. Look at “Taken out of the words”, correct it if need be, and "
                    "send once more."
                ),
            )
        if self.is_offered:
            self.add_error(
                "told",
                _(
                    "Nothing is written of what the caller is told. Read this out, change it to the matter, and "
                    "send once more."
                ),
            )
        if about := data.get("category") or data.get("category_pick"):
            code = data.get("category_code", "")
            data["about"] = read_category(self, words=about, code=code, at=self.actor.now)
        words = data.get("place") or ""
        held = list(self.actor.scopes(self.permission))
        code = data.get("place_code") or ""
        chosen = find_places(code, within=held)
        if not words and len(chosen) != 1:
            if "place" not in self.errors:
                self.add_error("place", self.fields["place"].error_messages["required"])
            return data
        found = chosen
        if words != code:
            found = find_places(words, within=held) if words else []
        fits = {place.pk for place in found}
        if len(chosen) == 1 and len(found) != 1 and (not fits or chosen[0].pk in fits):
            # She chose for herself: of several that fit, or for words that no place is called by.
            data["place_said"] = words
            found = chosen
        if len(found) == 1:
            data["where"] = found[0]
        elif found:
            self.candidates = with_paths(found)
            self.add_error("place", _("Several places fit. Choose the one that is meant."))
        else:
            self.add_error(
                "place",
                _(
                    "No place is known by “%(place)s”. Try the community's name alone, or a street "
                    "or district."
                )
                % {"place": words},
            )
        return data


class DispatchForm(RuleForm):
    lead = forms.TypedChoiceField(
        label=_("Lead unit"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the unit that is to solve it.")},
    )
    reason = forms.CharField(
        label=_("Why this unit"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    by_override = forms.BooleanField(required=False)
    helpers = forms.TypedMultipleChoiceField(
        label=_("Take part by the catalogue"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Each ticked gets a co-task at once, due with the order. Untick who is not needed."
        ),
        error_messages={
            "invalid_choice": _(
                "The catalogue does not name one of these as co-handler here any more. Look at those "
                "listed now."
            )
        },
    )
    helper_words = forms.CharField(
        label=_("What they are to do"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        leads: list[Organisation],
        helpers: list[Organisation] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if helpers:
            self.fields["helpers"].choices = [(unit.pk, unit.label) for unit in helpers]  # type: ignore[attr-defined]
        else:
            del self.fields["helpers"], self.fields["helper_words"]
        self.fields["lead"].choices = [(unit.pk, unit.label) for unit in leads]  # type: ignore[attr-defined]


class CategoriseForm(RuleForm):
    """What a case is about, as the dispatcher says it."""

    category = CategoryField(
        error_messages={"required": _("Write one word of the matter and choose from the list.")}
    )
    category_code = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.categories: list[Category] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if words := data.get("category"):
            code = data.get("category_code", "")
            data["about"] = read_category(self, words=words, code=code, at=self.at)
        return data


class ContactForm(RuleForm):
    means = forms.ChoiceField(
        label=_("How"), choices=Means.choices, widget=forms.RadioSelect, initial=Means.PHONE
    )
    was_reached = forms.TypedChoiceField(
        label=_("Reached"),
        choices=[("yes", _("Reached")), ("no", _("Not reached"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    note = forms.CharField(
        label=_("What was said"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReportForm(RuleForm):
    resolution = forms.ChoiceField(
        label=_("Is it solved"),
        choices=Resolution.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is solved.")},
    )
    public_reply = forms.CharField(
        label=_("Reply to the caller"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Write the reply that the caller will hear: what was done, and by when.")
        },
    )


class FollowUpForm(RuleForm):
    means = forms.ChoiceField(
        label=_("How"), choices=Means.choices, widget=forms.RadioSelect, initial=Means.PHONE
    )
    was_contacted = forms.TypedChoiceField(
        label=_("Did the unit contact you"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Ask whether the unit got in touch, and mark the answer.")},
    )
    answered = forms.ChoiceField(
        label=_("Is it solved"),
        choices=Answered.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Ask whether it is solved, and mark the answer.")},
    )
    satisfaction = forms.ChoiceField(
        label=_("Satisfaction"),
        choices=Satisfaction.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Ask how satisfied the caller is, and mark the answer.")},
    )
    note = forms.CharField(
        label=_("In the caller's words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CallAgainForm(RuleForm):
    again_at = forms.DateTimeField(
        label=_("When to call again"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("Ask the caller for day and time.")},
    )


class MissedForm(RuleForm):
    means = forms.ChoiceField(label=_("How"), choices=Means.choices, initial=Means.PHONE)


class UnmaskForm(RuleForm):
    reason = forms.CharField(
        label=_("Why you need it"),
        max_length=200,
        error_messages={
            "required": _(
                "Say why you need the name and number. The reason is kept with your name and the time."
            )
        },
    )
