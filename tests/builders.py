"""A small cast and its cases, made by the real operations: nothing here bypasses a rule.

The same people stand in the demo and the guides: worker Li of Shuanghe, dispatcher Zhao, operator
Sun, follow-up caller Zhou, leader Wang, and Ma of the neighbouring community, always the outsider.
"""

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

from linli.accounts.models import User
from linli.accounts.operations import give_role, installer, open_account
from linli.accounts.permissions import permissions_of
from linli.accounts.queries import actor_of
from linli.cases import operations
from linli.cases.catalogue.models import Category
from linli.cases.catalogue.operations import add_duty, add_entry, load_categories
from linli.cases.catalogue.shipped import shipped
from linli.cases.clocks.operations import load_shipped
from linli.cases.models import Application, Case
from linli.kernel.actor import Actor
from linli.territory.models import Organisation, Place
from linli.territory.operations import PlaceRow, load_places, open_organisation
from tests.conftest import NOW

ROWS = (
    PlaceRow("110000", "北京市", "北京", "city", None, "Beijing"),
    PlaceRow("110105", "朝阳区", "朝阳", "district", "110000", "Chaoyang District"),
    PlaceRow("110106", "丰台区", "丰台", "district", "110000", "Fengtai District"),
    PlaceRow("110105019", "垡头街道", "垡头", "street", "110105"),
    PlaceRow("110105015", "八里庄街道", "八里庄", "street", "110105"),
    PlaceRow("110105019029", "双合家园社区居委会", "双合家园", "community", "110105019"),
    PlaceRow("110105019030", "翠城馨园社区居委会", "翠城馨园", "community", "110105019"),
    PlaceRow("110105015044", "华贸中心社区居委会", "华贸中心", "community", "110105015"),
)
UNITS = (
    ("hotline", "12345 市民热线", "hotline", "110000"),
    ("street-019", "垡头街道办事处", "street", "110105019"),
    ("committee-029", "双合家园社区居委会", "committee", "110105019029"),
    ("committee-044", "华贸中心社区居委会", "committee", "110105015044"),
    ("district-105", "朝阳区委社会工作部", "party_committee", "110105"),
    ("team-029", "双合家园志愿服务队", "volunteer_team", "110105019029"),
)
CAST = {
    "operator": ("sun", "孙话务", "hotline", "operator", "110000"),
    "dispatcher": ("zhao", "赵调度", "hotline", "dispatcher", "110000"),
    "worker": ("li", "李社工", "committee-029", "community_worker", "110105019029"),
    "neighbour": ("ma", "马邻居", "committee-044", "community_worker", "110105015044"),
    "follow_up": ("zhou", "周回访", "hotline", "follow_up_caller", "110000"),
    "street_officer": ("han", "韩街道", "street-019", "street_officer", "110105019"),
    "district_officer": ("qin", "秦区办", "district-105", "district_officer", "110105"),
    "office": ("gu", "顾主管", "hotline", "hotline_officer", "110000"),
    "partner": ("he", "何队长", "team-029", "partner", "110105019029"),
    "leader": ("wang", "王主任", "hotline", "leader", "110105"),
    "administrator": ("qian", "钱管理", "hotline", "administrator", "110000"),
}
HANDLERS = ("community_worker", "street_officer", "district_officer")
START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
ABOUT = ("02", "0201", "0203", "020301", "0209", "04", "0401", "040101", "0405", "12", "13", "1304")
"""Categories of the town. The committee leads property matters (02), for its duty list holds them; the
sub-district leads what remains."""
LEADS = {"02": "committee", "04": "street", "12": "street", "13": "street"}
BASIS = "《北京市接诉即办工作条例》第十二条"
LIFT = "020301"
_numbers = itertools.count(1)


def without(permission: str) -> list[str]:
    """Return those of the cast whose role does not include a permission."""
    return sorted(
        who
        for who, (*_person, role, _place) in CAST.items()
        if permission not in permissions_of(role)
    )


@dataclass(frozen=True)
class Town:
    """Places, units and people by short names."""

    places: dict[str, Place]
    units: dict[str, Organisation]
    users: dict[str, User]
    categories: dict[str, Category]

    def actor(self, who: str, *, now: dt.datetime = NOW) -> Actor:
        return actor_of(self.users[who], now=now)


def a_town() -> Town:
    """Build the small town by the real operations."""
    allowed = {"territory.load", "accounts.manage", "cases.clocks", "cases.catalogue"}
    root = installer(now=START, permissions=frozenset(allowed))
    load_places(actor=root, rows=ROWS)
    load_shipped(actor=root)
    categories = a_catalogue(root)
    places = {place.code: place for place in Place.objects.all()}
    units = {
        code: open_organisation(actor=root, code=code, name=name, kind=kind, place_code=place)
        for code, name, kind, place in UNITS
    }
    users = {}
    for who, (username, name, unit, role, place) in CAST.items():
        users[who] = open_account(
            actor=root, username=username, display_name=name, organisation=units[unit], is_demo=True
        )
        give_role(actor=root, user=users[who], role=role, place=places[place], valid_from=START)
    return Town(places, units, users, categories)


def the_town() -> Town:
    """Return the small town of a database where `a_town` has built it before; build it in any other."""
    users = {user.username: user for user in User.objects.all()}
    if CAST["operator"][0] not in users:
        return a_town()
    return Town(
        places={place.code: place for place in Place.objects.all()},
        units={unit.code: unit for unit in Organisation.objects.all()},
        users={who: users[username] for who, (username, *_rest) in CAST.items()},
        categories={row.code: row for row in Category.objects.all()},
    )


def a_catalogue(root: Actor) -> dict[str, Category]:
    """Write the town's categories, what the committees may lead, and who leads what."""
    load_categories(actor=root, rows=[row for row in shipped() if row.code in ABOUT])
    categories = {row.code: row for row in Category.objects.all()}
    add_duty(actor=root, category=categories["02"], kind="committee", basis="社区职责清单")
    for code, kind in LEADS.items():
        add_entry(actor=root, category=categories[code], lead_kind=kind, basis=BASIS)
    return categories


STEPS = ("received", "dispatched", "accepted", "in_progress", "reported", "followed_up", "closed")
_BRANCH = {"text": "已向来电人说明。"}
BESIDE: dict[str, tuple[str, tuple[tuple[str, str, dict[str, Any]], ...]]] = {
    "pending_dispatch": ("received", (("triage", "dispatcher", {"kind": "help", "urgency": "N"}),)),
    "answered": ("received", (("answer", "operator", {"disposition": "answer_now", **_BRANCH}),)),
    "transferred": (
        "received",
        (("transfer", "operator", {"disposition": "emergency_line", **_BRANCH}),),
    ),
    "referred": ("received", (("refer", "operator", {"disposition": "beyond_duty", **_BRANCH}),)),
    "declined": (
        "received",
        (("decline", "operator", {"disposition": "unlawful_or_indecent", **_BRANCH}),),
    ),
    "objecting": (
        "dispatched",
        (("object_to", "lead", {"clause": "派单目录第三条", "evidence": "电梯归物业维保"}),),
    ),
    "paused": (
        "in_progress",
        (
            ("ask_pause", "lead", {"reason": "third_party_test", "words": "等检测报告", "days": 5}),
            ("pause", "street_officer", {"asked": "pause"}),
        ),
    ),
    "on_ledger": (
        "in_progress",
        (
            ("ask_hold", "lead", {"reason": "funds", "words": "列入明年计划", "days": 60}),
            ("hold", "district_officer", {"asked": "hold"}),
        ),
    ),
    "verified": ("reported", (("verify", "street_officer", {"words": "现场看过，电梯在运行"}),)),
}
"""States beside the straight way: from which step, by which moves (`lead`: whoever handles it)."""


def a_draft(
    town: Town, *, place: str = "110105019029", category: str | None = LIFT, **given: Any
) -> operations.Draft:
    """Return a draft that obeys every rule, with what is given in its place; `category` is a code."""
    fields: dict[str, Any] = {
        "words": "六号楼电梯停运两天了，家里老人下不了楼。",
        "name": "许大妈",
        "phone": f"1990000{next(_numbers) % 10000:04d}",
        "urgency": "N",
        "kind": "complaint",
        "category": town.categories[category] if category else None,
        **given,
    }
    return operations.Draft(place=town.places[place], **fields)


def take(actor: Actor, case: Case, name: str, **given: Any) -> Any:
    """Take a move by its operation. `days`: ask until so many days ahead; `asked`: decide what waits."""
    if "days" in given:
        given["until"] = actor.now + dt.timedelta(days=given.pop("days"))
    if "asked" in given:
        waiting = Application.objects.filter(
            order__case=case, decided_at__isnull=True, lapsed_at__isnull=True
        )
        given["application_id"] = waiting.get(kind=given.pop("asked")).pk
    return getattr(operations, name)(actor=actor, case_id=case.pk, **given)


def a_case(town: Town, *, at: str = "received", now: dt.datetime = NOW, **given: Any) -> Case:
    """Drive the real operations until the case stands `at` one of STEPS or BESIDE, or `merged`; an hour
    between steps.

    The last step is taken at `now`. `lead` (unit code), `answered`, `satisfaction`, `resolution`
    choose the way; other keywords go to the draft.
    """
    lead = given.pop("lead", "committee-029")
    answers = {
        "answered": given.pop("answered", "solved"),
        "satisfaction": given.pop("satisfaction", "satisfied"),
    }
    resolution = given.pop("resolution", "solved")
    at, beside = BESIDE.get(at, (at, ()))
    if at == "merged":
        other = a_case(town, now=now)
        merging = {"disposition": "duplicate_no_new_facts", "same_as": other.number, **_BRANCH}
        at, beside = "received", (("merge", "operator", merging),)
    why = "" if lead.startswith("committee") else "街道牵头"
    count = STEPS.index(at)
    end, now = now, now - dt.timedelta(hours=len(beside))
    moments = [now - dt.timedelta(hours=count - i) for i in range(count + 1)]
    handler = next(
        (
            who
            for who, (_u, _n, unit, role, _p) in CAST.items()
            if unit == lead and role in HANDLERS
        ),
        "worker",
    )
    case = operations.receive(
        actor=town.actor("operator", now=moments[0]), draft=a_draft(town, **given)
    )
    steps: tuple[tuple[Any, str, dict[str, Any]], ...] = (
        (operations.dispatch, "dispatcher", {"lead_id": town.units[lead].pk, "reason": why}),
        (operations.accept, handler, {}),
        (operations.contact, handler, {"means": "phone", "was_reached": True, "note": "已说明"}),
        (
            operations.report,
            handler,
            {
                "resolution": resolution,
                "public_reply": "已修好，请您试用。",
                "evidence": "维保单位的完工单，家里有老人，没有拍照。",
            },
        ),
        (operations.follow_up, "follow_up", {"means": "phone", "was_contacted": True, **answers}),
        (operations.close, "follow_up", {}),
    )
    for (verb, who, arguments), moment in zip(steps[:count], moments[1:], strict=True):
        verb(actor=town.actor(who, now=moment), case_id=case.pk, **arguments)
    for index, (name, who, arguments) in enumerate(beside, start=1):
        moment = now + dt.timedelta(hours=index)
        assert moment <= end
        who = handler if who == "lead" else who
        take(town.actor(who, now=moment), case, name, **arguments)
    return (
        Case.objects.everywhere("builder")
        .select_related("lead_order__lead", "place")
        .get(pk=case.pk)
    )
