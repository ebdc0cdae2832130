"""Panels of what needs the reader now, each with at most one query."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from linli.accounts.models import FactorReset
from linli.accounts.people.queries import looked_after
from linli.cases import queries
from linli.cases.calls.queries import call_in_hand
from linli.cases.imports.choices import ImportState
from linli.cases.imports.models import ImportRun
from linli.cases.rules import FOLLOW_UP_WITHIN, callable_from
from linli.kernel.actor import Actor
from linli.web import wording
from linli.web.home.parts import ROWS, Panel, Row, first_and_all, order_rows
from linli.web.templatetags.linli import called, called_short


def call(actor: Actor) -> Panel:
    call = call_in_hand(actor)
    rows = []
    if call is not None:
        title = call.case.title if call.case else str(call.state.label)
        since = wording.moment(call.since, now=actor.now)
        note = _("%(state)s since %(when)s") % {"state": call.state.label, "when": since}
        rows = [Row(title, url=reverse("cases:take_call"), note=note)]
    return Panel(
        heading=_lazy("On the line"),
        icon="phone",
        url=reverse("cases:take_call"),
        action=_lazy("Take a call"),
        total=len(rows),
        rows=rows,
        empty=_lazy(
            "Nobody is on the line and nothing is left to write down. The next call is taken here."
        ),
    )


def to_dispatch(actor: Actor) -> Panel:
    cases, total = first_and_all(queries.received(actor=actor))
    where = reverse("cases:queue")
    rows = [
        Row(
            title=one.title,
            url=f"{where}?case={one.number}",
            due_at=one.dispatch_due_at,
            tone="urgent" if one.urgency == "E1" else "plain",
            label=one.get_urgency_display(),
            note=called_short(one.place),
        )
        for one in cases
    ]
    return Panel(
        heading=_lazy("To dispatch"),
        icon="send",
        url=where,
        action=_lazy("Dispatch"),
        total=total,
        rows=rows,
        empty=_lazy("Nothing waits for dispatch. What operators receive appears here at once."),
    )


def to_rule(actor: Actor) -> Panel:
    orders = queries.to_rule(actor)
    where = reverse("cases:rulings")
    rows = [
        Row(
            title=one.case.title,
            url=f"{where}?case={one.case.number}",
            due_at=one.handling_due_at,
            note=_("%(unit)s says: not ours") % {"unit": called(one.lead)},
        )
        for one in orders[:ROWS]
    ]
    return Panel(
        heading=_lazy("Objections to rule on"),
        icon="gavel",
        url=where,
        action=_lazy("Rule on them"),
        key="O",
        total=len(orders),
        rows=rows,
        empty=_lazy("No unit objects to an order."),
    )


def to_call_back(actor: Actor) -> tuple[Panel, Panel]:
    """Return whom to call now, and whom later: an agreed time, or the quiet hours."""
    orders = list(queries.to_follow_up(actor=actor)[: queries.SHOWN])
    local = timezone.localtime(actor.now)
    where = reverse("cases:follow_up")
    now: list[Row] = []
    later: list[Row] = []
    for one in orders:
        answered = one.state == "followed_up"
        begins = None if answered else callable_from(one.call_again_at, now=local)
        due = one.reported_at + FOLLOW_UP_WITHIN if one.reported_at and not answered else None
        note = called(one.lead)
        if begins is not None:
            when = wording.moment(begins, now=actor.now)
            note = _("from %(when)s") % {"when": when}
        elif one.attempt_count:
            note += " · " + _("tried %(n)s times") % {"n": one.attempt_count}
        state = one.case.state_now
        row = Row(one.case.title, f"{where}?case={one.case.number}", due, state.tone, state.label, note)  # fmt: skip
        (now if begins is None else later).append(row)
    return (
        Panel(
            heading=_lazy("To call back"),
            icon="visit",
            url=where,
            action=_lazy("Call back"),
            total=len(now),
            rows=now[:ROWS],
            empty=_lazy(
                "Nobody can be called now. Whoever is reported back, or agreed on a time, appears here."
            ),
        ),
        Panel(
            heading=_lazy("Not now"),
            icon="clock",
            url=where,
            total=len(later),
            rows=later[:ROWS],
            empty=_lazy("Nobody has agreed on a later time, and no quiet hours hold a call."),
        ),
    )


def tasks(actor: Actor) -> tuple[Panel, Panel]:
    """Return the tasks to do, and those that wait for material."""
    tasks = list(queries.tasks_of(actor))
    where = reverse("cases:tasks")

    def row(task: Any) -> Row:
        state = task.flow_state
        return Row(
            title=task.words,
            url=f"{where}#task-{task.pk}",
            due_at=task.due_at,
            tone=state.tone,
            label=state.label,
            note=task.needed or called_short(task.order.case.place),
        )

    waits = [one for one in tasks if one.needed]
    return (
        Panel(
            heading=_lazy("Tasks"),
            icon="users",
            url=where,
            action=_lazy("Go to the tasks"),
            key="T",
            total=len(tasks),
            rows=[row(one) for one in tasks[:ROWS]],
            empty=_lazy(
                "Nothing is asked of you. A task appears here with its place and deadline."
            ),
        ),
        Panel(
            heading=_lazy("Waiting for material"),
            icon="tool",
            url=where,
            total=len(waits),
            rows=[row(one) for one in waits[:ROWS]],
            empty=_lazy(
                "Nothing is missing. Say at a task what you need; the lead sees it at once."
            ),
        ),
    )


def asked(actor: Actor) -> Panel:
    asked, total = first_and_all(queries.consultations_of(actor))
    where = reverse("cases:tasks")
    rows = [
        Row(one.words, f"{where}#consultation-{one.pk}", one.due_at, note=called_short(one.case.place))
        for one in asked
    ]  # fmt: skip
    return Panel(
        heading=_lazy("Consultations to answer"),
        icon="users",
        url=where,
        total=total,
        rows=rows,
        empty=_lazy("No dispatcher asks whether a matter is yours."),
    )


def orders(actor: Actor) -> Panel:
    orders, total = first_and_all(queries.orders_of(actor))
    return Panel(
        heading=_lazy("Orders of your unit"),
        icon="inbox",
        url=reverse("cases:work"),
        action=_lazy("My work"),
        key="L",
        total=total,
        rows=order_rows(orders, lambda one: one.due_next_at),  # type: ignore[attr-defined]
        empty=_lazy("Every order of your unit is reported back."),
    )


def to_decide(actor: Actor) -> Panel:
    asked = queries.to_decide(actor)
    where = reverse("cases:approvals")
    rows = [
        Row(
            title=one.order.case.title,
            url=f"{where}#application-{one.pk}",
            due_at=one.order.handling_due_at,
            tone="wait",
            label=one.get_kind_display(),
            note=f"{called(one.order.lead)} · {one.get_reason_display()}",
        )
        for one in asked[:ROWS]
    ]
    return Panel(
        heading=_lazy("Waits for your decision"),
        icon="check",
        url=where,
        action=_lazy("Decide"),
        total=len(asked),
        rows=rows,
        empty=_lazy("Nothing waits for your decision."),
    )


def to_verify(actor: Actor) -> Panel:
    orders = queries.to_verify(actor)
    rows = order_rows(orders[:ROWS], lambda one: None)
    return Panel(
        heading=_lazy("Can be verified"),
        icon="eye",
        url=rows[0].url if rows else reverse("cases:search"),
        action=_lazy("Verify the first"),
        key="V",
        total=len(orders),
        rows=rows,
        empty=_lazy("Nothing was reported that waits for the call back."),
    )


def resets(actor: Actor) -> Panel:
    waits = FactorReset.objects.filter(
        approved_at__isnull=True, user__in=looked_after(actor)
    ).exclude(asked_by=actor.user_id)
    rows, total = first_and_all(
        waits.select_related("user__organisation").order_by("made_at", "pk")
    )
    return Panel(
        heading=_lazy("Lost second factors"),
        icon="lock",
        url=reverse("accounts:people"),
        action=_lazy("Accounts"),
        key="A",
        total=total,
        rows=[
            Row(
                title=one.user.display_name,
                url=reverse("accounts:person", args=[one.user.username]),
                note=_("asked %(when)s") % {"when": wording.moment(one.made_at, now=actor.now)},
            )
            for one in rows
        ],
        empty=_lazy("Nobody waits for the approval of a reset."),
    )


def imports(actor: Actor) -> tuple[Panel, Panel]:
    """Return the actor's imports that stopped or wait for her word, and those on their way."""
    runs = list(
        ImportRun.objects.filter(user_id=actor.user_id or 0, ended_at__isnull=True).order_by(
            "-started_at"
        )[: queries.SHOWN]
    )
    stops = (ImportState.BROKEN, ImportState.LOOKED_AT)
    where = reverse("imports:home")

    def row(run: ImportRun) -> Row:
        return Row(
            title=run.name,
            url=reverse("imports:run", args=[run.pk]),
            tone="redo" if run.state == ImportState.BROKEN else "doing",
            label=str(run.state.label),
            note=_("%(done)s of %(all)s rows") % {"done": run.position, "all": run.total},
        )

    hers = [row(one) for one in runs if one.state in stops]
    under_way = [row(one) for one in runs if one.state not in stops]
    return (
        Panel(
            heading=_lazy("Imports that wait for you"),
            icon="plus",
            url=where,
            action=_lazy("Bring in a file"),
            key="I",
            total=len(hers),
            rows=hers[:ROWS],
            empty=_lazy("No file of yours has stopped or waits for a word."),
        ),
        Panel(
            heading=_lazy("Imports under way"),
            icon="clock",
            url=where,
            total=len(under_way),
            rows=under_way[:ROWS],
            empty=_lazy("No file of yours is being taken in."),
        ),
    )
