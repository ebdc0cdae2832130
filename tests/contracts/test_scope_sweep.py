"""Every address, visited by the wrong people: what lies outside one's area looks like what does not exist.

A new address that takes an object fails here by name until a row in OBJECTS says how to visit it.
"""

import datetime as dt
import itertools
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import linli
from linli.accounts.door.operations import keep_device
from linli.accounts.models import RoleGrant
from linli.accounts.permissions import ROLES, permissions_of
from linli.api.hooks.operations import open_endpoint
from linli.api.models import Delivery, PlatformOrder
from linli.api.platform.operations import take_orders
from linli.cases import operations
from linli.cases.attachments.operations import attach_to_task
from linli.cases.catalogue.applying import keep_catalogue
from linli.cases.exporting.making import make_exports
from linli.cases.exporting.operations import Wish, ask_for_export
from linli.cases.groups.operations import add_member, ask_relay, open_group
from linli.cases.imports.maps import shipped
from linli.cases.imports.running import begin, survey
from linli.cases.models import Case, DutyCheck, GroupMember
from linli.cases.move_forms import FORMS as MOVE_FORMS
from linli.cases.operations import consult, give_task, unmask
from linli.cases.repeated.operations import start_repeated
from linli.cases.task_forms import FORMS as TASK_FORMS
from linli.channels.models import Message
from linli.channels.operations import add_robot
from linli.kernel.ids import make_number, show_number
from linli.kernel.models import Event
from linli.knowledge.operations import write_article
from linli.problems.views import ACTS as PROBLEM_ACTS
from linli.territory.models import PlaceAlias, day_of
from linli.territory.operations import keep_draft
from linli.workforce.operations import plan
from tests.accounts.door import a_real, add_authenticator, come_in
from tests.api.systems import a_token
from tests.builders import Town, a_case, a_draft, take
from tests.cases.imports.files import an_order, city
from tests.cases.pages import a_browser
from tests.cases.people import a_user
from tests.cases.photos import attached, received
from tests.cases.standing import standing_town
from tests.channels.people import tell
from tests.conftest import NOW
from tests.knowledge.conftest import a_draft as article_draft
from tests.problems.building import a_fund, a_gift, calls, planned

_NUMBERS = itertools.count(1)
NOBODYS = make_number(year=2026, counter=9_999_999)
OPEN_TO_ALL = {
    "privacy:notice",
    "health",
    "health_whole",
    "record_head",
    "demo_growing",
    "live",
    "ready",
    "metrics",
    "set_language",
    "web:appearance",
    "web:badges",
    "web:here",
    "accounts:choose_role",
    "accounts:sign_in",
    "accounts:sign_out",
    "accounts:one_time_code",
    "accounts:unlock",
    "account_login",
    "account_inactive",
    "mfa_authenticate",
    "openid_connect_login",
    "openid_connect_callback",
}
"""Addresses that show nobody's data and need no permission."""
BY_TOKEN = {
    *("api:services", "api:definition", "api:requests", "api:request", "api:updates"),
    *("api:open311_token", "api:discovery", "api:description"),
}
"""Addresses for other systems, beside those of the REST interface (`api_v1:`): open to a token, or to anybody for
what tells of nobody. They are swept by tokens in tests/api (test_rest.py, test_open311.py)."""
BUDGET = 10


@dataclass(frozen=True)
class Visit:
    """How to visit an address about one case: in which state it stands, what a form would send."""

    at: str = "in_progress"
    form: dict[str, str] = field(default_factory=dict)


ANSWERS = {
    "means": "phone",
    "was_contacted": "yes",
    "answered": "solved",
    "satisfaction": "very",
    "note": "",
}
OBJECTS: dict[str, Visit] = {
    "cases:case": Visit("closed"),
    "cases:dispatch": Visit("received", {"lead": "1", "reason": "属地"}),
    "cases:categorise": Visit("received", {"category": "04"}),
    "cases:accept": Visit("dispatched"),
    "cases:contact": Visit("accepted", {"means": "phone", "was_reached": "yes", "note": "说明"}),
    "cases:report": Visit("in_progress", {"resolution": "solved", "public_reply": "修好了"}),
    "cases:unmask": Visit("in_progress", {"reason": "回电"}),
    "privacy:shared": Visit("in_progress", {"shared_text": "六号楼电梯"}),
    "privacy:person": Visit("closed"),
    "privacy:copy": Visit("closed", {"known_by": "in_person"}),
    "privacy:correct": Visit("closed", {"known_by": "in_person", "name": "许"}),
    "privacy:delete": Visit("closed", {"known_by": "in_person"}),
    "cases:record_follow_up": Visit("reported", ANSWERS),
    "cases:no_answer": Visit("reported", {"means": "phone"}),
    "cases:call_again": Visit("reported", {"again_at": "2026-11-19T15:00"}),
    "cases:rework": Visit("followed_up"),
    "cases:close": Visit("followed_up"),
    "attachments:attach": Visit("in_progress", {"kind": "after"}),
    "groups:hand_over": Visit("in_progress", {"group": "1"}),
    "repeated:start": Visit("in_progress", {"words": "六号楼", "times": "18:30"}),
}
OBJECTS |= {f"cases:{name}": Visit() for name in MOVE_FORMS if f"cases:{name}" not in OBJECTS}

OF_NO_AREA: dict[str, str] = {
    "clocks:profile": "bj-default",
    "clocks:end_term": "0",
    "calendar:year": "2026",
    "catalogue:category": "02",
    "catalogue:add_entry": "02",
    "catalogue:end_entry": "0",
    "catalogue:end_duty": "0",
    "sorting:put_in_force": "0",
    **{f"catalogue:{name}": "02" for name in ("keep", "change", "add_below", "move", "end")},
}
"""Addresses of things that every administrator sees alike, with what to visit. Whether a term or an entry
may be ended is a rule of its own area, tested with the operation."""


@dataclass(frozen=True)
class Thing:
    """An address about something other than a case: a place, an organisation, a shift, a file.

    `elsewhere` is one of 双合家园, where the visitor has no part; `nowhere` is none at all.
    """

    elsewhere: Callable[[Town], "Key"]
    nowhere: "Key"
    form: dict[str, str] = field(default_factory=dict)


Key = str | int | uuid.UUID | tuple[str, uuid.UUID]


def args_of(key: Key) -> list[Any]:
    return list(key) if isinstance(key, tuple) else [key]


def _home(town: Town) -> str:
    return "110105019029"


def _committee(town: Town) -> str:
    return "committee-029"


def _shift(town: Town) -> int:
    made = plan(
        actor=town.actor("worker"),
        organisation_id=town.units["committee-029"].pk,
        user_id=town.users["worker"].pk,
        days=[day_of(NOW)],
        begins=dt.time(9),
        ends=dt.time(17),
        kind="duty",
    )
    return made[0].pk


def _draft(town: Town) -> int:
    return keep_draft(actor=town.actor("administrator"), name="x.csv", rows=[]).pk


def _alias(town: Town) -> int:
    for _twice in range(2):
        draft = a_draft(town, place_said="老厂宿舍")
        operations.receive(actor=town.actor("operator"), draft=draft)
    return PlaceAlias.objects.get(words="老厂宿舍").pk


def _import(town: Town) -> int:
    data = city(an_order(1)).open().read()
    run = begin(survey(city(an_order(1))), actor=town.actor("administrator"), pieces=[data])
    return run.pk


def _worker(town: Town) -> str:
    return town.users["worker"].username


def _grant(town: Town) -> int:
    return RoleGrant.objects.get(user=town.users["worker"]).pk


def _device(town: Town) -> int:
    return keep_device(actor=town.actor("worker"), name="李的手机", pin="703918")[0].pk


def _key(town: Town) -> int:
    data = {"name": "钥匙", "credential": {}}
    return Authenticator.objects.create(user=town.users["worker"], type="webauthn", data=data).pk


def _article(town: Town) -> int:
    made = write_article(
        actor=town.actor("worker"),
        place=town.places["110105019029"],
        owner=town.units["committee-029"],
        draft=article_draft(),
        form_key=uuid.uuid4(),
    )
    return made.article_id


NOBODY = "nobody-9"


def _task(town: Town) -> int:
    case = a_case(town, at="in_progress")
    return give_task(
        actor=town.actor("worker"),
        case_id=case.pk,
        organisation_id=town.units["team-029"].pk,
        words="请到六号楼看一下电梯",
    ).pk


def _consultation(town: Town) -> int:
    asked = consult(
        actor=town.actor("dispatcher"),
        case_id=a_case(town).pk,
        unit_id=town.units["team-029"].pk,
        words="电梯归谁维保？",
    )
    return asked.pk


def _application(town: Town) -> int:
    case = a_case(town, at="in_progress")
    asked = take(town.actor("worker"), case, "ask_pause", reason="season", words="等雨停", days=5)
    return asked.pk


def _catalogue_draft(town: Town) -> int:
    return keep_catalogue(actor=town.actor("administrator"), name="x.xlsx", rows=[]).pk


def _photo(kind: str) -> Callable[[Town], Key]:
    def made(town: Town) -> Key:
        case = a_case(town, at="in_progress")
        return case.number, attached(town, case, kind=kind)[0].pk

    return made


def _task_photo(town: Town) -> Key:
    task = _task(town)
    pictures = received(90)
    given = {"kind": "after", "pictures": pictures, "form_key": uuid.uuid4()}
    return task, attach_to_task(actor=town.actor("partner"), task_id=task, **given)[0].pk


def _export(town: Town) -> int:
    wish = Wish(format="csv", language="zh-hans")
    made = ask_for_export(actor=town.actor("worker"), wish=wish, form_key=uuid.uuid4())
    make_exports()
    return made.pk


def _group(town: Town) -> int:
    group = open_group(
        actor=town.actor("worker", now=NOW - dt.timedelta(days=9)),
        organisation_id=town.units["committee-029"].pk,
        name=f"专班{next(_NUMBERS)}",
    )
    _added(town, group.pk)
    return group.pk


def _added(town: Town, group_id: int) -> int:
    return add_member(
        actor=town.actor("worker", now=NOW - dt.timedelta(days=9)),
        group_id=group_id,
        organisation_id=town.units["team-029"].pk,
        post="队长",
        rank=1,
    ).pk


def _member(town: Town) -> int:
    return GroupMember.objects.get(group=_group(town)).pk


def _relay(town: Town) -> int:
    return ask_relay(actor=town.actor("partner"), task_id=_task(town), words="几点？").pk


def _repeated(town: Town) -> int:
    return start_repeated(
        actor=town.actor("worker"),
        case_id=a_case(town, at="in_progress").pk,
        organisation_id=town.units["team-029"].pk,
        words="六号楼电梯口",
        weekdays=range(7),
        times=[dt.time(14, 30)],
        starts_on=day_of(NOW),
        ends_on=day_of(NOW) + dt.timedelta(days=13),
    ).pk


def _check(town: Town) -> int:
    return DutyCheck.objects.filter(duty=_repeated(town)).earliest("due_at").pk


def _message(town: Town) -> int:
    a_case(town, at="dispatched")
    tell()
    return Message.objects.filter(user=town.users["worker"]).latest("pk").pk


def _robot(town: Town) -> uuid.UUID:
    robot = add_robot(
        actor=town.actor("worker"),
        organisation_id=town.units["committee-029"].pk,
        means="wecom",
        name="双合家园工作群",
        address="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
    )
    return robot.pk


def _delivery(town: Town) -> int:
    _robot(town)
    a_case(town, at="dispatched")
    tell()
    return Message.objects.outward().latest("pk").pk


def _token(town: Town) -> int:
    return a_token(town)[0].pk


def _endpoint(town: Town) -> uuid.UUID:
    wish = {"kind": "events", "url": "https://example.org/"}
    administrator = town.actor("administrator")
    return open_endpoint(actor=administrator, token_id=_token(town), **wish)[0].pk


def _owed(town: Town) -> uuid.UUID:
    case = a_case(town)
    owed = Delivery.objects.create(
        endpoint_id=_endpoint(town),
        case=case,
        position=1,
        event_id=1,
        event="case.received",
        made_at=NOW,
        next_at=NOW,
        attempt_count=1,
        fault="silent",
    )
    return owed.pk


def _platform_order(town: Town) -> uuid.UUID:
    take_orders(
        actor=town.actor("administrator"),
        rows=[({"REPORT_NUM": "1", "CREATE_TIME": "?"}, None)],
        case_map=shipped("platform"),
        place=town.places["110000"],
    )
    return PlatformOrder.objects.latest("received_at").pk


_kinds = itertools.cycle(["020301", "0209", "0401", "040101", "0405"])


def _problem(town: Town) -> int:
    """Return a problem, each of another kind: one of a kind stands at a place."""
    problem = planned(town, rows=calls(town, category=next(_kinds)))
    for _ in range(3):
        a_fund(town, problem)
        a_gift(town, problem)
    return problem.pk


NO_KEY = uuid.UUID(int=7)
NO_PHOTO = (NOBODYS, uuid.UUID(int=7))
NO_TASK_PHOTO = (987_654_321, uuid.UUID(int=7))
NO_PLACE, NO_UNIT, NO_ROW = "110105019099", "committee-099", 987_654_321
_DAY = {"valid_from": "2026-12-01", "valid_to": ""}
THINGS: dict[str, Thing] = {
    "places:place": Thing(_home, NO_PLACE),
    "places:organisations": Thing(_home, NO_PLACE),
    "places:open_place": Thing(_home, NO_PLACE, {"level": "compound", "name": "南院"}),
    "places:establish": Thing(
        _home, NO_PLACE, {"name": "某", "kind": "property", "code": "property-1"}
    ),
    "places:organisation": Thing(_committee, NO_UNIT),
    "places:serve": Thing(_committee, NO_UNIT, {"place_code": "110105015044", **_DAY}),
    "places:stop_serving": Thing(_committee, NO_UNIT, {"serving": "1"}),
    "places:open_post": Thing(_committee, NO_UNIT, {"title": "主任", "seats": "1"}),
    "places:appoint": Thing(_committee, NO_UNIT, {"post": "1", "username": "ma", **_DAY}),
    "places:end_appointment": Thing(_committee, NO_UNIT, {"appointment": "1"}),
    "places:close": Thing(_committee, NO_UNIT, {"close": "1"}),
    "places:remove_alias": Thing(_alias, NO_ROW),
    "places:difference": Thing(_draft, NO_ROW, {"shown": "x"}),
    "insight:area": Thing(_home, NO_PLACE),
    "insight:orders": Thing(_home, NO_PLACE),
    "insight:units": Thing(_home, NO_PLACE),
    "insight:wall_of": Thing(_home, NO_PLACE),
    "insight:wall_now": Thing(_home, NO_PLACE),
    "accounts:person": Thing(_worker, NOBODY),
    "accounts:give_role": Thing(_worker, NOBODY, {"role": "leader", "place_code": "110105015044"}),
    "accounts:end_role": Thing(_grant, NO_ROW),
    "accounts:change_person": Thing(_worker, NOBODY, {"display_name": "某", "staff_number": "7"}),
    "accounts:give_code": Thing(_worker, NOBODY),
    "accounts:sign_out_person": Thing(_worker, NOBODY),
    "accounts:shut_person": Thing(_worker, NOBODY),
    "accounts:let_in_person": Thing(_worker, NOBODY),
    "accounts:ask_reset": Thing(_worker, NOBODY),
    "accounts:approve_reset": Thing(_worker, NOBODY),
    "accounts:end_device": Thing(_device, NO_ROW),
    "mfa_remove_webauthn": Thing(_key, NO_ROW),
    **{
        f"cases:{name}": Thing(_task, NO_ROW, {"result": "好了", "clause": "合同"})
        for name in [*TASK_FORMS, "withdraw_task"]
    },
    "cases:answer_consultation": Thing(_consultation, NO_ROW, {"is_theirs": "yes", "answer": "是"}),
    "cases:grant": Thing(_application, NO_ROW, {"decision": "同意"}),
    "cases:refuse": Thing(_application, NO_ROW, {"decision": "不同意"}),
    "catalogue:difference": Thing(_catalogue_draft, NO_ROW, {"shown": "x"}),
    "imports:run": Thing(_import, NO_ROW),
    "imports:take_on": Thing(_import, NO_ROW),
    "imports:drop": Thing(_import, NO_ROW),
    "imports:set_aside": Thing(_import, NO_ROW),
    "attachments:attachment": Thing(_photo("after"), NO_PHOTO),
    "attachments:picture": Thing(_photo("after"), NO_PHOTO),
    "attachments:small": Thing(_photo("after"), NO_PHOTO),
    "attachments:share": Thing(_photo("after"), NO_PHOTO, {"is_shared": "yes"}),
    "attachments:withdraw": Thing(_photo("after"), NO_PHOTO, {"why": "unclear"}),
    "attachments:identity": Thing(_photo("identity_proof"), NO_PHOTO, {"reason": "核对"}),
    "attachments:attach_to_task": Thing(_task, NO_ROW, {"kind": "after"}),
    "attachments:task_photo": Thing(_task_photo, NO_TASK_PHOTO),
    "attachments:task_picture": Thing(_task_photo, NO_TASK_PHOTO),
    "attachments:task_small": Thing(_task_photo, NO_TASK_PHOTO),
    "attachments:withdraw_from_task": Thing(_task_photo, NO_TASK_PHOTO, {"why": "unclear"}),
    "groups:add_member": Thing(_group, NO_ROW, {"post": "队长", "rank": "1", "organisation": "1"}),
    "groups:close_group": Thing(_group, NO_ROW),
    "groups:end_member": Thing(_member, NO_ROW),
    "groups:ask_relay": Thing(_task, NO_ROW, {"words": "几点？"}),
    "groups:pass_on": Thing(_task, NO_ROW, {"organisation": "1"}),
    "groups:answer_relay": Thing(_relay, NO_ROW, {"answer": "六点"}),
    "repeated:check": Thing(_check, NO_ROW, {"is_fine": "yes", "note": "没有车"}),
    "repeated:end": Thing(_repeated, NO_ROW, {"result": "不用了"}),
    "channels:open": Thing(_message, NO_ROW),
    "channels:try_again": Thing(_delivery, NO_ROW),
    "channels:end_robot": Thing(_robot, uuid.UUID(int=7)),
    "exporting:download": Thing(_export, NO_ROW),
    "problems:problem": Thing(_problem, NO_ROW),
    **{
        f"problems:{name}": Thing(_problem, NO_ROW, {"because": "一时", "row": "1", "amount": "1"})
        for name in PROBLEM_ACTS
    },
    "api:revoke": Thing(_token, NO_ROW),
    "api:end_endpoint": Thing(_endpoint, NO_KEY),
    "api:send_again": Thing(_owed, NO_KEY),
    "api:try_again": Thing(_platform_order, NO_KEY),
    **{
        f"knowledge:{name}": Thing(_article, NO_ROW, {"shown": "1", "reason": "缺条款"})
        for name in ("article", "edit", "approve", "decline", "end")
    },
    "workforce:swap": Thing(_shift, NO_ROW, {"person": "1"}),
    "workforce:end": Thing(_shift, NO_ROW),
}


@dataclass(frozen=True)
class Asked:
    """A parameter that names an object: what to send for one that lies elsewhere, and for none."""

    name: str
    method: str
    parameter: str
    elsewhere: Callable[[Case], str]
    nowhere: str
    role: str
    at: str = "received"
    form: dict[str, str] = field(default_factory=dict)


def number(case: Case) -> str:
    return case.number


def _home_of(case: Case) -> str:
    return str(case.place.code)


PHONE = "19900007777"
PARAMETERS = (
    Asked("cases:search", "GET", "q", number, NOBODYS, "community_worker"),
    Asked("cases:search", "GET", "q", lambda case: "六号楼", "没有的话", "community_worker"),
    Asked("cases:search", "GET", "q", lambda case: PHONE, "19900008888", "community_worker"),
    Asked("cases:queue", "GET", "case", number, NOBODYS, "dispatcher"),
    Asked("cases:rulings", "GET", "case", number, NOBODYS, "dispatcher", "objecting"),
    Asked("cases:dispatch_batch", "POST", "case", number, NOBODYS, "dispatcher"),
    Asked("cases:follow_up", "GET", "case", number, NOBODYS, "follow_up_caller", "reported"),
    Asked(
        "cases:follow_up",
        "POST",
        "case",
        number,
        NOBODYS,
        "follow_up_caller",
        "reported",
        {"reason": "回电"},
    ),
    Asked("cases:take_call", "GET", "received", number, NOBODYS, "operator"),
    Asked("cases:intake_hints", "POST", "phone", lambda case: PHONE, "19900008888", "operator"),
    Asked("cases:intake_hints", "POST", "place", lambda case: "双合家园", "没有此地", "operator"),
    Asked("cases:intake_hints", "POST", "place_code", _home_of, NO_PLACE, "operator"),
    Asked("cases:take_call", "POST", "place", lambda case: "双合家园", "没有此地", "operator"),
    Asked("cases:rates", "GET", "area", lambda case: "110105019", NO_PLACE, "leader"),
    Asked("privacy:looks", "GET", "case", number, NOBODYS, "administrator"),
    Asked("privacy:persons", "POST", "phone", lambda case: PHONE, "19900008888", "hotline_officer"),
    Asked("privacy:looks", "POST", "phone", lambda case: PHONE, "19900008888", "administrator"),
    Asked("places:home", "GET", "q", lambda case: "双合家园", "没有此地", "leader"),
    Asked("places:home", "GET", "q", lambda case: "110105019029", NO_PLACE, "community_worker"),
    Asked("accounts:people", "GET", "q", lambda case: "李社工", "没有此人", "administrator"),
    Asked("catalogue:ask", "GET", "place", lambda case: "双合家园", "没有此地", "dispatcher"),
    Asked("knowledge:home", "GET", "q", number, NOBODYS, "community_worker"),
    Asked("knowledge:new", "GET", "q", number, NOBODYS, "community_worker"),
    Asked(
        "cases:tell_answer", "POST", "version", lambda case: "912345678", "987654321", "operator"
    ),
    Asked("workforce:week", "GET", "unit", lambda case: "committee-029", NO_UNIT, "leader"),
    Asked("workforce:plan", "POST", "unit", lambda case: "committee-029", NO_UNIT, "administrator"),
)
PLAIN = {
    ("GET", "again"),
    ("GET", "category"),
    ("GET", "meant"),
    ("GET", "said"),
    ("GET", "weeks"),
    ("GET", "day"),
    ("GET", "from"),
    ("GET", "list"),
    ("GET", "month"),
    ("GET", "next"),
    ("GET", "page"),
    ("GET", "state"),
    ("GET", "week"),
    ("POST", "week"),
    ("POST", "next"),
    ("POST", "username"),
    ("POST", "category"),
    ("POST", "category_pick"),
    ("POST", "title"),
    ("POST", "goes"),
    ("POST", "group"),
    ("POST", "kind"),
    ("POST", "same_as"),
    ("POST", "cites"),
    ("POST", "reason"),
    ("POST", "told"),
    ("POST", "shown"),
    ("POST", "urgency"),
    ("POST", "words"),
}
"""Parameters read by a view that name no object of anybody's area."""


def addresses() -> dict[str, URLPattern]:
    """Return every address by its full name."""
    found: dict[str, URLPattern] = {}

    def walk(patterns: list[Any], prefix: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                walk(pattern.url_patterns, inner)
            else:
                found[f"{prefix}{pattern.name or pattern.pattern}"] = pattern

    walk(get_resolver().url_patterns, "")
    return found


def permission_of(pattern: URLPattern) -> str | None:
    return getattr(pattern.callback, "permission", None)


def takes_object(pattern: URLPattern) -> bool:
    return bool(pattern.pattern.converters)


GUARDED = {name: p for name, p in addresses().items() if permission_of(p)}


def test_every_address_needs_a_permission_or_is_open_on_purpose() -> None:
    assert set(addresses()) - set(GUARDED) == OPEN_TO_ALL | BY_TOKEN | interface()


def interface() -> set[str]:
    return {name for name in addresses() if name.startswith("api_v1:")}


def test_every_address_of_an_object_is_swept() -> None:
    found = {name for name, p in addresses().items() if takes_object(p)} - BY_TOKEN - interface()
    assert found == {*OBJECTS, *OF_NO_AREA, *THINGS}


def test_every_parameter_of_a_view_is_swept_or_plain() -> None:
    read = set()
    for path in Path(linli.__file__).parent.rglob("views*/**/*.py"):
        read |= set(re.findall(r'request\.(GET|POST)(?:\.get)?[(\[]"(\w+)"', path.read_text()))
    for path in Path(linli.__file__).parent.rglob("views.py"):
        read |= set(re.findall(r'request\.(GET|POST)(?:\.get)?[(\[]"(\w+)"', path.read_text()))
    assert read - PLAIN == {(asked.method, asked.parameter) for asked in PARAMETERS}


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


def url_of(name: str, number: str) -> str:
    if name in OF_NO_AREA:
        return reverse(name, args=[OF_NO_AREA[name]])
    if name in THINGS:
        return reverse(name, args=args_of(THINGS[name].nowhere))
    return reverse(name, args=[number] if takes_object(addresses()[name]) else [])


def outsider(town: Town, role: str) -> Client:
    """Return somebody who holds the role next door."""
    return a_browser(a_user(town, role, place="110105015044", unit="committee-044"))


def seen(response: Any, *echoed: str) -> tuple[Any, ...]:
    """Return all that a visitor could tell one answer from another by."""
    body = response.content.decode()
    body = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", body)
    body = re.sub(r'(name="(?:intake|form)_key" value=")[^"]+', r"\1", body)
    location = response.headers.get("Location", "")
    for words in echoed:
        body, location = (text.replace(words, "…") for text in (body, location))
    headers = {k: v for k, v in response.headers.items() if k not in ("Content-Length", "Location")}
    return response.status_code, location, headers, body


def answers(client: Client, url: str, form: dict[str, str]) -> list[Any]:
    """Return the answers to a GET and a POST, each as a page and as a fragment."""
    found = []
    for headers in ({}, {"HX-Request": "true"}):
        found.append(client.get(url, headers=headers))
        found.append(client.post(url, form, headers=headers))
    return found


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_a_case_next_door_looks_like_none(town: Town, name: str) -> None:
    visit = OBJECTS[name]
    case = a_case(town, at=visit.at, name="许大妈", phone=PHONE)
    able = [role for role in ROLES if permission_of(GUARDED[name]) in permissions_of(role)]
    for role in {"community_worker", *able}:
        client = outsider(town, role)
        here = answers(client, url_of(name, case.number), visit.form)
        nowhere = answers(client, url_of(name, NOBODYS), visit.form)
        for there, none in zip(here, nowhere, strict=True):
            assert seen(there, case.number, show_number(case.number)) == seen(
                none, NOBODYS, show_number(NOBODYS)
            )
            assert there.status_code in ((404, 405) if role in able else (403,))
    version = case.version
    case.refresh_from_db()
    assert case.version == version


@pytest.mark.parametrize("name", sorted(THINGS))
def test_a_thing_next_door_looks_like_none(town: Town, name: str) -> None:
    thing = THINGS[name]
    there = reverse(name, args=args_of(thing.elsewhere(town)))
    none = reverse(name, args=args_of(thing.nowhere))
    # The visitors themselves are hired meanwhile, which their own streams tell.
    told = Event.objects.exclude(stream_kind="user").order_by("pk")
    before = list(told.values_list())
    able = [role for role in ROLES if permission_of(GUARDED[name]) in permissions_of(role)]
    for role in {"community_worker", *able}:
        client = outsider(town, role)
        here = answers(client, there, thing.form)
        nowhere = answers(client, none, thing.form)
        for one, other in zip(here, nowhere, strict=True):
            assert seen(one, there) == seen(other, none)
            assert one.status_code in ((404, 405) if role in able else (403,))
    assert list(told.values_list()) == before


@pytest.mark.parametrize("asked", PARAMETERS, ids=lambda a: f"{a.name}-{a.method}-{a.parameter}")
def test_what_is_asked_for_next_door_looks_like_nothing(town: Town, asked: Asked) -> None:
    case = a_case(town, at=asked.at, words="六号楼的秘密", phone=PHONE)
    client = outsider(town, asked.role)
    url = reverse(asked.name)
    send = client.get if asked.method == "GET" else client.post
    told = []
    for given in (asked.elsewhere(case), asked.nowhere):
        for headers in ({}, {"HX-Request": "true"}):
            response = send(url, {**asked.form, asked.parameter: given}, headers=headers)
            told.append(seen(response, given, show_number(given), quote(given)))
            assert "六号楼的秘密" not in response.content.decode()
    assert told[0] == told[2]
    assert told[1] == told[3]


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_a_stranger_is_sent_to_sign_in(town: Town, name: str) -> None:
    case = a_case(town, at=OBJECTS.get(name, Visit()).at)
    for response in answers(a_browser(), url_of(name, case.number), {}):
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("accounts:sign_in"))
        assert response.content == b""


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_without_the_permission_is_told_so(town: Town, role: str) -> None:
    case = a_case(town, at="reported")
    client = a_browser(a_user(town, role, place="110000"))
    held = permissions_of(role)
    closed = [name for name, pattern in GUARDED.items() if permission_of(pattern) not in held]
    assert closed
    for name in closed:
        posted = {*OBJECTS, *THINGS, "clocks:end_term"}
        send = client.post if name in posted else client.get
        response = send(url_of(name, case.number))
        assert response.status_code == 403, name
        assert case.title not in response.content.decode()


def somebody_for(town: Town, name: str) -> Client:
    """Return somebody whose role over the whole city opens the address."""
    permission = permission_of(GUARDED[name])
    role = next(role for role in ROLES if permission in permissions_of(role))
    return a_browser(a_user(town, role, place="110000"))


@pytest.mark.parametrize("value", ["\x00", "1' OR '1'='1", "９" * 400])
def test_no_address_breaks_over_nonsense(town: Town, value: str) -> None:
    asked = {(a.name, a.method, a.parameter) for a in PARAMETERS}
    asked |= {("cases:rates", "GET", "month"), ("cases:queue", "GET", "page")}
    for name, method, parameter in sorted(asked):
        client = somebody_for(town, name)
        send = client.get if method == "GET" else client.post
        assert send(reverse(name), {parameter: value}).status_code < 500, (name, parameter)
    for name in OBJECTS:
        url = url_of(name, NOBODYS).replace(NOBODYS, quote(value))
        assert somebody_for(town, name).post(url).status_code == 404, name
    for name, thing in THINGS.items():
        if isinstance(thing.nowhere, str):
            url = reverse(name, args=["NOWHERE"]).replace("NOWHERE", quote(value))
            assert somebody_for(town, name).post(url).status_code in (404, 405), name


PAGES = {
    "cases:take_call": ("operator", "received"),
    "cases:calls": ("office", "received"),
    "cases:queue": ("dispatcher", "received"),
    "cases:categorise": ("dispatcher", "received"),
    "cases:work": ("worker", "in_progress"),
    "cases:tasks": ("partner", "received"),
    "cases:rulings": ("dispatcher", "objecting"),
    "cases:approvals": ("street_officer", "reported"),
    "cases:follow_up": ("follow_up", "reported"),
    "cases:rates": ("leader", "closed"),
    "insight:overview": ("leader", "closed"),
    "insight:area": ("leader", "closed"),
    "insight:orders": ("leader", "in_progress"),
    "insight:units": ("leader", "reported"),
    "insight:wall": ("leader", "closed"),
    "insight:wall_of": ("leader", "closed"),
    "insight:wall_now": ("leader", "closed"),
    "web:home": ("street_officer", "reported"),
    "cases:search": ("worker", "received"),
    "cases:case": ("worker", "closed"),
    "exporting:exports": ("worker", "received"),
    "attachments:attachment": ("worker", "in_progress"),
    "attachments:picture": ("worker", "in_progress"),
    "attachments:small": ("worker", "in_progress"),
    "attachments:task_photo": ("partner", "in_progress"),
    "attachments:task_picture": ("partner", "in_progress"),
    "attachments:task_small": ("partner", "in_progress"),
    "clocks:clocks": ("administrator", "received"),
    "clocks:profile": ("administrator", "received"),
    "clocks:add_version": ("administrator", "received"),
    "catalogue:home": ("administrator", "received"),
    "catalogue:category": ("administrator", "received"),
    "catalogue:ask": ("dispatcher", "received"),
    "catalogue:copies": ("worker", "received"),
    "catalogue:duties": ("administrator", "received"),
    "catalogue:upload": ("administrator", "received"),
    "catalogue:download": ("dispatcher", "received"),
    "catalogue:difference": ("administrator", "received"),
    "catalogue:upload_duties": ("administrator", "received"),
    "catalogue:download_duties": ("dispatcher", "received"),
    "catalogue:tree": ("administrator", "received"),
    "catalogue:keep": ("administrator", "received"),
    "catalogue:upload_categories": ("administrator", "received"),
    "catalogue:download_categories": ("dispatcher", "received"),
    "calendar:calendar": ("administrator", "received"),
    "calendar:year": ("administrator", "received"),
    "places:home": ("worker", "received"),
    "places:place": ("worker", "in_progress"),
    "places:organisations": ("worker", "received"),
    "places:organisation": ("administrator", "in_progress"),
    "places:close": ("administrator", "in_progress"),
    "places:divisions": ("administrator", "received"),
    "places:difference": ("administrator", "received"),
    "places:aliases": ("administrator", "received"),
    "sorting:accuracy": ("office", "dispatched"),
    "sorting:cases": ("office", "dispatched"),
    "sorting:models": ("administrator", "received"),
    "workforce:week": ("worker", "received"),
    "problems:list": ("street_officer", "received"),
    "problems:gather": ("worker", "received"),
    "problems:problem": ("worker", "received"),
    "channels:inbox": ("worker", "dispatched"),
    "groups:groups": ("worker", "received"),
    "groups:ask_relay": ("partner", "received"),
    "groups:pass_on": ("partner", "received"),
    "repeated:duties": ("partner", "received"),
    "repeated:start": ("worker", "in_progress"),
    "channels:preference": ("worker", "received"),
    "channels:deliveries": ("administrator", "dispatched"),
    "channels:robots": ("worker", "received"),
    "api:home": ("administrator", "received"),
    "api:tokens": ("administrator", "received"),
    "knowledge:home": ("worker", "received"),
    "knowledge:new": ("worker", "received"),
    "knowledge:article": ("worker", "received"),
    "knowledge:edit": ("worker", "received"),
    "imports:home": ("administrator", "received"),
    "imports:paste": ("worker", "received"),
    "imports:type": ("worker", "received"),
    "imports:run": ("administrator", "received"),
    "imports:set_aside": ("administrator", "received"),
    "web:who_may": ("leader", "received"),
    "privacy:shared": ("worker", "in_progress"),
    "accounts:mine": ("worker", "received"),
    "accounts:keep_device": ("worker", "received"),
    "accounts:people": ("administrator", "received"),
    "accounts:open_person": ("administrator", "received"),
    "accounts:person": ("administrator", "received"),
    "privacy:looks": ("administrator", "in_progress"),
    "privacy:persons": ("office", "in_progress"),
    "privacy:person": ("office", "closed"),
}
PROOFS = {
    "mfa_index": 0,
    "mfa_list_webauthn": 0,
    "account_change_password": 0,
    "account_reauthenticate": 302,
    "mfa_activate_totp": 302,
    "mfa_deactivate_totp": 0,
    "mfa_add_webauthn": 0,
    "mfa_remove_webauthn": 0,
    "mfa_view_recovery_codes": 0,
    "mfa_generate_recovery_codes": 0,
    "mfa_reauthenticate": 0,
    "mfa_reauthenticate_webauthn": 302,
}
"""Pages of one's own proofs, which people of a demo do not have; with the answer, where it is another than 200,
to somebody who has an authenticator and no security key."""


STANDS: dict[str, tuple[str, str]] = {
    "accept": ("worker", "dispatched"),
    "object": ("worker", "dispatched"),
    "resume": ("worker", "paused"),
    "rule_elsewhere": ("dispatcher", "objecting"),
    "rule_final": ("dispatcher", "objecting"),
    "verify": ("street_officer", "reported"),
    "send_back": ("street_officer", "reported"),
    "clear_hold": ("district_officer", "on_ledger"),
    "supervise": ("office", "in_progress"),
    "reopen": ("operator", "closed"),
    "consult": ("dispatcher", "received"),
}
PAGES |= {
    f"cases:{name}": STANDS.get(
        name,
        ("dispatcher", "received")
        if permission_of(GUARDED[f"cases:{name}"]) == "cases.triage"
        else ("worker", "in_progress"),
    )
    for name in MOVE_FORMS
}


def with_photos(town: Town) -> Case:
    """Return a closed case whose story tells of photos too."""
    case = a_case(town, at="in_progress")
    attached(town, case, 10, 90)
    worker, caller = town.actor("worker"), town.actor("follow_up")
    operations.report(
        actor=worker,
        case_id=case.pk,
        resolution="solved",
        public_reply="修好了。",
        evidence="完工单",
    )
    answers = {"answered": "solved", "satisfaction": "very", "was_contacted": True}
    operations.follow_up(actor=caller, case_id=case.pk, means="phone", **answers)
    operations.close(actor=caller, case_id=case.pk)
    return case


def test_every_page_that_can_be_opened_has_a_budget(town: Town) -> None:
    opened = {
        name
        for name in GUARDED
        if somebody_for(town, name).get(url_of(name, NOBODYS)).status_code != 405
    }
    assert opened == {*PAGES, *PROOFS}


def _refused(town: Town) -> int:
    rows = [({"REPORT_NUM": str(uuid.uuid4()), "CREATE_TIME": "?"}, None)]
    place, actor = town.places["110000"], town.actor("administrator")
    take_orders(actor=actor, rows=rows, case_map=shipped("platform"), place=place)
    return 0


MADE_FOR: dict[str, tuple[Callable[[Town], Any], ...]] = {
    "problems:list": (_problem,),
    "cases:tasks": (_task, _consultation, _relay, _check),
    "cases:approvals": (_application,),
    "channels:inbox": (_message,),
    "groups:groups": (_group,),
    "repeated:duties": (_repeated, _check),
    "channels:deliveries": (_delivery,),
    "api:home": (_owed, _refused),
    "api:tokens": (_token,),
}
"""What else a page shows beside cases."""


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_takes_few_queries_however_much_it_shows(town: Town, name: str) -> None:
    who, at = PAGES[name]
    for _ in range(7):
        case = a_case(town, at=at)
    if name == "cases:case":
        case = with_photos(town)
        unmask(actor=town.actor("worker"), case_id=case.pk, reason="回电")
    for made in MADE_FOR.get(name, ()):
        for _ in range(3):
            made(town)
    client = a_browser(town.users[who])
    url = url_of(name, case.number)
    if name in THINGS:
        url = reverse(name, args=args_of(THINGS[name].elsewhere(town)))
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200
    assert len(queries) <= BUDGET, "\n".join(query["sql"][:160] for query in queries)


@pytest.mark.parametrize("name", sorted(PROOFS))
def test_a_page_of_ones_own_proofs_takes_few_queries(town: Town, name: str) -> None:
    worker = a_real(town.users["worker"])
    client = come_in(worker)
    add_authenticator(client)
    url = reverse(name, args=[_key(town)] if takes_object(addresses()[name]) else [])
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == (PROOFS[name] or 200)
    assert len(queries) <= BUDGET, "\n".join(query["sql"][:160] for query in queries)


@pytest.mark.parametrize(
    "at", ["received", "dispatched", "accepted", "in_progress", "on_ledger", "reported"]
)
@pytest.mark.parametrize("who", ["worker", "dispatcher", "street_officer", "office"])
def test_the_page_of_a_case_takes_few_queries_for_everybody_in_every_state(
    town: Town, who: str, at: str
) -> None:
    a_case(town)  # somebody else said the same words
    case = a_case(town, at=at)
    if at == "in_progress":
        for made in ("ask_pause", "ask_hold"):
            given = {"reason": "season" if made == "ask_pause" else "law", "words": "…", "days": 5}
            take(town.actor("worker"), case, made, **given)
        give_task(
            actor=town.actor("worker"),
            case_id=case.pk,
            organisation_id=town.units["team-029"].pk,
            words="看电梯",
        )
    client = a_browser(town.users[who])
    with CaptureQueriesContext(connection) as queries:
        response = client.get(reverse("cases:case", args=[case.number]))
    assert response.status_code == 200
    assert len(queries) <= BUDGET, "\n".join(query["sql"][:160] for query in queries)
