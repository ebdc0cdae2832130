"""The ways a case goes: straight, or by every branch that the flows know, each as often as such things happen."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from linli.cases.clocks.rules import class_of
from linli.cases.clocks.shipped import DEFAULT, SHIPPED
from linli.methods.clocks import Calendar, Clock, whole
from linli.site.demo.days import in_hours, minutes, wait
from linli.site.demo.matters import Matter
from linli.site.demo.people import (
    COMMITTEE_OF,
    DEPARTMENT_OF,
    PARTNERS,
    PROPERTY_OF,
    STREET_OFFICERS,
    TEAMS,
)
from linli.site.demo.playing import Step

SURE = 0.86
"""Share of callers who call it solved; the satisfied follow from it."""
TEAM_OF = {"110105019029": "volunteers-shuanghe", "110105015044": "volunteers-huamao"}
CAPTAIN = "partner-volunteers"


@dataclass(frozen=True)
class Setting:
    """What a way is made for: the matter, where, who leads, from when."""

    matter: Matter
    community: str
    received_at: dt.datetime
    same_as: str | None = None

    @property
    def committee(self) -> str:
        return COMMITTEE_OF[self.community][0]

    @property
    def street(self) -> str:
        return COMMITTEE_OF[self.community][1]


class Way:
    """A case's steps, written one behind the other; `at` is the moment of the last."""

    def __init__(self, setting: Setting, *, held: bool, rng: random.Random) -> None:
        self.setting, self.rng = setting, rng
        self.request = setting.matter.request
        self.lead = setting.committee if held else setting.street
        self.at = setting.received_at
        self.steps: list[Step] = []
        self.handler = rng.choice(TEAMS[self.lead])
        self.contact_limit, self.limit = _limits(self.request.kind, self.request.urgency)
        self.is_urgent = self.request.urgency in ("E1", "E2")
        drawn = rng.random()
        self.answered = "solved" if drawn < SURE else "partly" if drawn < 0.94 else "not_solved"
        self.satisfaction = {
            "solved": rng.choice(("very", "satisfied", "satisfied", "basically")),
            "partly": rng.choice(("basically", "satisfied", "not")),
            "not_solved": "not",
        }[self.answered]

    # — steps —

    def then(
        self, span: dt.timedelta, who: str, verb: str, *, day: bool = False, **given: Any
    ) -> None:
        """Add a step so long after the last; `day`: not by night, unless it presses."""
        self.at += span
        if day and not self.is_urgent:
            self.at = in_hours(self.at)
        self.steps.append(Step(self.at, who, verb, given))

    def soon(self, low: float, high: float, who: str, verb: str, **given: Any) -> None:
        self.then(minutes(low, high, rng=self.rng), who, verb, **given)

    def dispatched(self, *, to: str = "", reason: str = "") -> None:
        lead = to or self.lead
        self.lead, self.handler = lead, self.rng.choice(TEAMS[lead])
        self.soon(3, 25, "dispatcher", "dispatch", lead=lead, reason=reason or self.request.why)

    def taken(self, *, quick: bool = False) -> None:
        """Accept and speak to the caller; every second worker looks at the number first. `quick`: in time."""
        wait_for = wait(self.contact_limit, rng=self.rng)
        if quick:
            wait_for = min(wait_for, self.contact_limit * 0.5)
        self.then(wait_for * 0.4, self.handler, "accept", day=True)
        if self.rng.random() < 0.5:
            self.soon(1, 4, self.handler, "unmask", reason="联系诉求人，核实情况")
        self.then(wait_for * 0.6, self.handler, "contact", day=True, means="phone", was_reached=True, note=self.request.contact)  # fmt: skip

    def reported(self, *, share: float = 1.0) -> None:
        """Report back; most were seen on site before, some after a second look at the number."""
        if self.rng.random() < 0.7:
            self.soon(30, 240, self.handler, "contact", means="visit", was_reached=True, note="到现场看过，当面说明怎么办、几天办好。")  # fmt: skip
        self.then(
            wait(self.limit, rng=self.rng) * share,
            self.handler,
            "report",
            day=True,
            resolution=self.request.resolution,
            public_reply=self.request.reply,
            evidence="现场照片和处置记录存社区台账，来电人已当面或电话看过。",
        )

    def called_back(self, *, answered: str = "", satisfaction: str = "") -> None:
        answered = answered or self.answered
        if self.rng.random() < 0.1:  # at work, please call again in the evening
            self.soon(60, 300, "follow-up", "agree_follow_up", day=True, again_hours=4)
        self.soon(90, 60 * 26, "follow-up", "follow_up", day=True, means="phone", was_contacted=True, answered=answered, satisfaction=satisfaction or self.satisfaction, note=self.request.remark if answered == "solved" else "")  # fmt: skip

    def closed(self) -> None:
        self.soon(1, 6, "follow-up", "close")

    def asks(self, kind: str, **given: Any) -> None:
        verb = "escalate" if kind == "escalation" else f"ask_{kind}"
        self.soon(20, 120, self.handler, verb, **given)

    @property
    def above(self) -> str:
        """Who decides for the lead: the street for a community, the district for a street."""
        return STREET_OFFICERS[self.setting.community] if self.lead == self.setting.committee else "officer-chaoyang"  # fmt: skip

    # — ways —

    def straight(self) -> None:
        self.dispatched()
        self.taken()
        self.reported()
        self.called_back()
        self.closed()

    def verified(self) -> None:
        self.dispatched()
        self.taken()
        self.reported(share=0.8)
        self.soon(
            60, 60 * 8, self._verifier(), "verify", day=True, words="到现场看过，与反馈相符。"
        )
        self.called_back()
        self.closed()

    def sent_back(self) -> None:
        self.dispatched()
        self.taken()
        self.reported(share=0.5)
        self.soon(
            60, 300, self._verifier(), "send_back", day=True, words="照片是处置前的，现场还没清完。"
        )
        self.reported(share=0.3)
        self.called_back()
        self.closed()

    def _verifier(self) -> str:
        return STREET_OFFICERS[self.setting.community] if self.lead == self.setting.committee else "verifier"  # fmt: skip

    def with_property(self) -> None:
        self._with_task(
            PROPERTY_OF[self.setting.community], "请物业先到现场处置，处置前后各留一张照片。"
        )

    def with_volunteers(self) -> None:
        team = TEAM_OF.get(self.setting.community)
        if team is None or team not in PARTNERS_ALL:
            self.with_property()
        else:
            self._with_task(team, "请安排两位志愿者到楼下帮忙，约半天。")

    def whistled(self) -> None:
        """The street whistles: the district's department comes, or says why it is not its own."""
        code = self.setting.matter.category
        named = max((key for key in DEPARTMENT_OF if code.startswith(key)), key=len, default="")
        self._with_task(DEPARTMENT_OF.get(named, "urban-chaoyang"), "吹哨：请到现场会商，带上处置意见。", refused=self.rng.random() < 0.15)  # fmt: skip

    def _with_task(self, helper: str, words: str, *, refused: bool = False) -> None:
        who = PARTNERS_ALL[helper]
        self.dispatched()
        self.taken(quick=True)
        self.soon(5, 90, self.handler, "give_task", helper=helper, words=words)
        if refused:
            self.soon(10, 90, who, "return_task", task=0, clause="三定方案第四条", result="属地管养范围内，不在本部门职责，建议街道处置。")  # fmt: skip
        else:
            self.soon(5, 45, who, "come", task=0)
            self.soon(20, 180, who, "arrive", task=0)
            if self.rng.random() < 0.3:
                self.soon(
                    5,
                    30,
                    who,
                    "need_material",
                    task=0,
                    needed="要换的配件手头没有，已报备件，到货就装。",
                )
            self.soon(30, 600, who, "finish_task", task=0, result="已到场处置，现场交接给社区，后续按周回看。")  # fmt: skip
        self.reported(share=0.4)
        self.called_back()
        self.closed()

    def answered_at_once(self) -> None:
        self.soon(1, 6, "operator-2", "answer", disposition="answer_now", text=self.request.reply)

    def transferred(self) -> None:
        self.soon(1, 3, "operator-1", "transfer", disposition="emergency_line", text="已三方通话转接专线，专线已出动；社区同时收到提醒。")  # fmt: skip

    def referred(self) -> None:
        self.soon(2, 9, "operator-1", "refer", disposition="statutory_route", text="此事已有法定途径，已告知受理机关、地址和期限。")  # fmt: skip

    def declined(self) -> None:
        self.soon(2, 9, "dispatcher", "decline", disposition="secret_or_privacy", text="涉及他人隐私，不能受理查询，已说明理由和可走的途径。")  # fmt: skip

    def merged(self) -> None:
        if self.setting.same_as is None:
            self.straight()
            return
        self.soon(3, 15, "dispatcher", "merge", disposition="duplicate_no_new_facts", text="同一件事已在办理，办理结果一并告知您。", same_as=self.setting.same_as)  # fmt: skip

    def consulted(self) -> None:
        if self.request.urgency == "E1":
            self.straight()
            return
        self.soon(3, 20, "dispatcher", "consult", unit=self.lead, words="这件是否属本单位办理？")
        self.soon(10, 150, self.handler, "answer_consultation", consultation=True, is_theirs=True, answer="属我们办理，可以派来。")  # fmt: skip
        self.straight()

    def objected(self) -> None:
        """The committee objects in time; the office gives it to the street."""
        self.dispatched(to=self.setting.committee if self.lead == self.setting.committee else "")
        is_committee = self.lead == self.setting.committee
        self.soon(15, 100, self.handler, "object_to", clause="社区职责清单：不在所列事项", evidence="涉及市政道路和产权单位，社区无权处置。")  # fmt: skip
        if is_committee:
            self.soon(20, 100, "office", "rule_elsewhere", lead=self.setting.street, ruling="属街道牵头事项，改派街道，时限重新计算。")  # fmt: skip
            self.lead = self.setting.street
            self.handler = self.rng.choice(TEAMS[self.lead])
        else:
            self.soon(20, 100, "dispatcher", "rule_final", ruling="按目录由街道牵头，可吹哨部门到场，裁定为终局。")  # fmt: skip
            self.soon(10, 200, self.handler, "contact", means="phone", was_reached=True, note=self.request.contact)  # fmt: skip
            self.reported()
            self.called_back()
            self.closed()
            return
        self.taken()
        self.reported()
        self.called_back()
        self.closed()

    def paused(self) -> None:
        self.dispatched()
        self.taken(quick=True)
        self.asks(
            "pause", reason="third_party_test", words="等第三方检测报告，预计三天出。", days=6
        )
        self.soon(30, 300, self.above, "pause", asked="pause", decision="同意，报告出来即恢复。")
        self.then(dt.timedelta(days=3), self.handler, "resume", day=True)
        self.reported(share=0.4)
        self.called_back()
        self.closed()

    def extended(self) -> None:
        self.dispatched()
        self.taken(quick=True)
        self.asks("extension", reason="material", words="配件要从厂家调，路上两天。", told="已电话告知来电人新的时间。", amount=_amount(self.request.kind, self.request.urgency))  # fmt: skip
        self.soon(30, 200, "office", "extend", asked="extension", decision="理由成立，只此一次。")
        self.reported()
        self.called_back()
        self.closed()

    def held(self) -> None:
        self.dispatched()
        self.taken(quick=True)
        self.asks("hold", reason=self.rng.choice(("funds", "history", "planning")), words="需要列入改造计划，资金明年安排。", days=80)  # fmt: skip
        self.then(dt.timedelta(hours=20), "officer-chaoyang", "hold", day=True, asked="hold", decision="同意挂账，按季复核。")  # fmt: skip
        if self.rng.random() < 0.4:
            self.then(dt.timedelta(days=20), "officer-chaoyang", "clear_hold", day=True, clearing="计划已批，可以开工。")  # fmt: skip
            self.reported(share=0.6)
            self.called_back()
            self.closed()

    def excluded(self) -> None:
        self.straight()
        self.then(dt.timedelta(hours=30), self.handler, "ask_exclusion", day=True, reason="wrong_facts", words="来电所说地点核查后不存在该情况。", evidence="现场照片两张，两位工作人员签字。", days=180)  # fmt: skip
        self.then(dt.timedelta(hours=20), "office", "exclude", day=True, asked="exclusion", decision="两人核对属实，剔除并公示。")  # fmt: skip

    def escalated(self) -> None:
        self.dispatched()
        self.taken(quick=True)
        self.asks("escalation", reason="several_units", words="涉及三家单位，请上级召集会商。")
        self.then(dt.timedelta(hours=5), self.above, "answer_call", day=True, asked="escalation", decision="明天上午现场会商，三家到场，我来主持。")  # fmt: skip
        self.reported(share=0.6)
        self.called_back()
        self.closed()

    def refused(self) -> None:
        self.dispatched()
        self.taken(quick=True)
        self.asks("extension", reason="work_in_progress", words="还需几天。", told="已告知来电人。", amount=1)  # fmt: skip
        self.soon(
            30, 200, "office", "refuse", asked="extension", decision="时限够用，请先办，不予延期。"
        )
        self.reported(share=0.7)
        self.called_back()
        self.closed()

    def supervised(self) -> None:
        self.dispatched()
        self.soon(
            20, 80, "office", "supervise", reason="sensitive", words="当天回报进展，请负责人到场。"
        )
        self.taken()
        self.reported(share=0.5)
        self.called_back()
        self.closed()

    def reworked(self) -> None:
        if self.request.resolution == "explained":
            self.straight()
            return
        self.dispatched()
        self.taken()
        self.reported(share=0.5)
        self.called_back(answered="not_solved", satisfaction="not")
        self.soon(1, 5, "follow-up", "rework")
        self.reported(share=0.3)
        self.called_back(answered="solved", satisfaction="satisfied")
        self.closed()

    def reopened(self) -> None:
        self.dispatched()
        self.taken()
        self.reported(share=0.4)
        self.called_back(answered="solved", satisfaction="satisfied")
        self.closed()
        self.then(
            dt.timedelta(days=4), "operator-1", "reopen", because="修好没几天又坏了，请再来看看。"
        )
        self.dispatched()
        self.taken()
        self.reported(share=0.4)
        self.called_back()
        self.closed()

    def unreached(self) -> None:
        self.dispatched()
        self.taken()
        self.reported()
        self.soon(90, 600, "follow-up", "miss_follow_up", day=True, means="phone")
        self.then(dt.timedelta(hours=3), "follow-up", "miss_follow_up", day=True, means="phone")
        self.then(dt.timedelta(hours=20), "follow-up", "miss_follow_up", day=True, means="message")
        self.closed()


PARTNERS_ALL = {**PARTNERS, "volunteers-shuanghe": CAPTAIN}
Taken = Callable[[Way], None]
WAYS: tuple[tuple[Taken, int], ...] = (
    (Way.straight, 22),
    (Way.verified, 6),
    (Way.with_property, 8),
    (Way.whistled, 5),
    (Way.with_volunteers, 2),
    (Way.answered_at_once, 4),
    (Way.merged, 2),
    (Way.referred, 1),
    (Way.declined, 1),
    (Way.transferred, 1),
    (Way.consulted, 2),
    (Way.objected, 3),
    (Way.paused, 1),
    (Way.extended, 1),
    (Way.held, 1),
    (Way.excluded, 1),
    (Way.escalated, 1),
    (Way.refused, 1),
    (Way.supervised, 1),
    (Way.sent_back, 1),
    (Way.reworked, 2),
    (Way.reopened, 1),
    (Way.unreached, 2),
)
"""Every way, and how many of 70 cases go it: rare enough to be believed, often enough to be seen."""
SLOW = (Way.extended, Way.refused, Way.paused, Way.held, Way.declined)
"""Ways that an urgent matter never goes."""
BLOCK = [way for way, count in WAYS for _ in range(count)]


def suits(way: Taken, matter: Matter) -> bool:
    """Return whether a matter can go a way: only inquiries are answered at once, only emergencies transferred."""
    request = matter.request
    if way is Way.transferred:
        return request.urgency == "E1"
    if way is Way.answered_at_once:
        return request.kind == "inquiry"
    if way is Way.referred:
        return request.kind in ("inquiry", "complaint") and request.urgency in ("N", "C")
    return request.urgency in ("N", "C") if way in SLOW else True


def _limits(kind: str, urgency: str) -> tuple[dt.timedelta, dt.timedelta]:
    """Return both limits of a request, a working day taken as 24 hours."""
    limits = _class(kind, urgency)
    always = Calendar(times=((0, 24 * 60),), zone=dt.UTC)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    contact, handling = (
        whole(Clock(limit, start), calendar=always)
        for limit in (limits.first_contact, limits.handling)
    )
    return contact, handling


def _amount(kind: str, urgency: str) -> int:
    return max(int(_class(kind, urgency).handling.amount) // 2, 1)


def _class(kind: str, urgency: str) -> Any:
    shipped = next(one for one in SHIPPED if one.code == DEFAULT)
    return shipped.classes[class_of(kind=kind, urgency=urgency)]
