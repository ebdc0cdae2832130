"""What surrounds one community of the demo: its organisations, doors, posts and this week's roster.

The place is real; every organisation, building number, post and person here is invented.
"""

import datetime as dt
from dataclasses import replace

from linli.accounts.appointing import appoint
from linli.accounts.models import User
from linli.accounts.operations import give_role, installer, open_account
from linli.cases.groups.operations import add_member, open_group
from linli.cases.models import TaskGroup
from linli.kernel.actor import Actor, Grant
from linli.site.demo.people import Unit
from linli.site.demo.stories import EBIKE_GROUP
from linli.territory.models import Organisation, Place, Post, day_of
from linli.territory.operations import open_organisation, open_place, open_post
from linli.workforce.models import DutyShift
from linli.workforce.operations import plan
from linli.workforce.rules import monday_of

HOME = "110105019029"
HUAMAO = "110105015044"
COMMITTEE = "committee-shuanghe"
PERMISSIONS = frozenset(
    {
        "territory.load",
        "territory.manage",
        "accounts.manage",
        "accounts.appoint",
        "workforce.roster",
        "cases.groups",
    }
)

UNITS = (
    Unit("party-shuanghe", "双合家园社区党委", "Shuanghe Jiayuan Party Committee", "party_committee", HOME),
    Unit("station-shuanghe", "双合家园社区服务站", "Shuanghe Jiayuan Service Station", "service_station", HOME),
    Unit("owners-shuanghe", "双合家园南院业主委员会（虚构）", "South Court Owners' Committee (invented)", "owners_committee", HOME),
    Unit("housing-public", "公租房管理一站（虚构）", "Public Rental Housing Unit 1 (invented)", "housing", HOME),
    Unit("housing-low-rent", "廉租房管理二站（虚构）", "Low-rent Housing Unit 2 (invented)", "housing", HOME),
    Unit("housing-limited", "限价房管理三站（虚构）", "Limited-price Housing Unit 3 (invented)", "housing", HOME),
    Unit("member-school", "垡头实验学校（虚构）", "Fatou School (invented)", "member_unit", HOME),
    Unit("member-market", "四季生鲜超市（虚构）", "Four Seasons Market (invented)", "member_unit", HOME),
    Unit("volunteers-shuanghe", "双合红袖标志愿服务队（虚构）", "Shuanghe Volunteer Team (invented)", "volunteer_team", HOME),
    Unit("party-huamao", "华贸中心社区党委", "Huamao Centre Party Committee", "party_committee", HUAMAO),
    Unit("station-huamao", "华贸中心社区服务站", "Huamao Centre Service Station", "service_station", HUAMAO),
    Unit("member-towers", "华贸写字楼联合管理处（虚构）", "Huamao Towers Management (invented)", "member_unit", HUAMAO),
    Unit("volunteers-huamao", "华贸骑士之家志愿服务队（虚构）", "Huamao Riders' Volunteer Team (invented)", "volunteer_team", HUAMAO),
    Unit("org-green", "绿手指护绿队（虚构）", "Green Fingers (invented)", "community_org", HOME),
)  # fmt: skip
STAFF = (("staff-property", "郝经理", "property-hemu"),)
CAPTAIN = ("partner-volunteers", "乔红英", "volunteers-shuanghe")
POSTS = (
    (COMMITTEE, "社区居委会主任", "worker-shuanghe-2"),
    (COMMITTEE, "社区居委会委员", "worker-shuanghe"),
    ("station-shuanghe", "服务站站长", "worker-shuanghe-4"),
    ("party-shuanghe", "社区党委委员（交叉任职）", "staff-property"),
)
DOORS = {"南院": {"1号楼": ("1单元", "2单元"), "2号楼": ("1单元", "2单元", "3单元")}}
HOURS = (
    ("worker-shuanghe", range(0, 5), (8, 17), "duty"),
    ("worker-shuanghe-2", (0, 2, 4), (17, 22), "patrol"),
    ("worker-shuanghe-3", (1, 3), (17, 22), "patrol"),
    ("worker-shuanghe-3", (5, 6), (9, 17), "duty"),
)
"""Who is on duty, on which days of the week (Monday is 0), from when to when."""


GROUP = (
    EBIKE_GROUP,
    (
        ("property-hemu", "安全主管"),
        ("volunteers-shuanghe", "巡逻队长"),
        ("street-fatou", "消防专干"),
    ),
)
"""The task group of the community, and who is asked in it, by which post, in which order."""


def load_neighbourhood(*, now: dt.datetime) -> None:
    """Load what is missing. A second run adds nothing."""
    over = Grant("installer", PERMISSIONS, "city_code", "110000")
    root = installer(now=now, permissions=PERMISSIONS, over=(over,))
    for unit in UNITS:
        open_organisation(
            actor=root,
            code=unit.code,
            name=unit.name,
            name_en=unit.name_en,
            kind=unit.kind,
            place_code=unit.place,
        )
    units = {unit.code: unit for unit in Organisation.objects.all()}
    for username, name, unit_code in (*STAFF, CAPTAIN):
        open_account(
            actor=root,
            username=username,
            display_name=name,
            organisation=units[unit_code],
            is_demo=True,
        )
    captain = User.objects.get(username=CAPTAIN[0])
    give_role(
        actor=root,
        user=captain,
        role="partner",
        place=Place.objects.get(code=HOME),
        valid_from=now - dt.timedelta(days=730),
    )
    _doors(root)
    _posts(root, units)
    _week(root, units[COMMITTEE])
    _group(root.at(now - dt.timedelta(days=365)), units)


def _group(root: Actor, units: dict[str, Organisation]) -> None:
    name, members = GROUP
    if TaskGroup.objects.filter(name=name).exists():
        return
    group = open_group(actor=root, organisation_id=units[COMMITTEE].pk, name=name)
    for rank, (code, post) in enumerate(members, start=1):
        add_member(
            actor=root, group_id=group.pk, organisation_id=units[code].pk, post=post, rank=rank
        )


def _doors(root: Actor) -> None:
    for compound, buildings in DOORS.items():
        court = _place(root, HOME, "compound", compound)
        for building, entrances in buildings.items():
            house = _place(root, court.code, "building", building)
            for entrance in entrances:
                _place(root, house.code, "entrance", entrance)


def _place(root: Actor, parent: str, level: str, name: str) -> Place:
    standing = Place.objects.filter(parent__code=parent, level=level, name=name).first()
    return standing or open_place(actor=root, parent_code=parent, level=level, name=name)


def _posts(root: Actor, units: dict[str, Organisation]) -> None:
    for code, title, username in POSTS:
        unit = units[code]
        if Post.objects.filter(organisation=unit, title=title).exists():
            continue
        post = open_post(actor=root, organisation_id=unit.pk, title=title)
        appoint(actor=root, post_id=post.pk, username=username, valid_from=day_of(root.now))


def _week(root: Actor, unit: Organisation) -> None:
    """Put down this week's roster as it was planned on Monday morning."""
    if DutyShift.objects.filter(organisation=unit).exists():
        return
    monday = monday_of(day_of(root.now))
    midnight = dt.datetime.combine(monday, dt.time(), tzinfo=root.now.astimezone().tzinfo)
    planner = replace(root, now=min(root.now, midnight))
    for username, days, (begins, ends), kind in HOURS:
        plan(
            actor=planner,
            organisation_id=unit.pk,
            user_id=User.objects.get(username=username).pk,
            days=[monday + dt.timedelta(days=day) for day in days],
            begins=dt.time(begins),
            ends=dt.time(ends),
            kind=kind,
        )
