"""Four stories that stand half done in the demo, for whoever looks at it to go on with.

After the feature of 2022: e-bikes in lifts and the property company (S4), overflowing bins as a class of problem (S5), a bedridden man
and a hotel's air-conditioning (S6), trees for a widened road (S10). Everybody in them is invented.
"""

import datetime as dt
from typing import Any

from django.utils import timezone

from linli.site.demo.playing import Script, Step

SHUANGHE, HUAMAO = "110105019029", "110105015044"
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
EBIKE = "电动车推进电梯，怕着火"
EBIKE_GROUP = "电动车进楼专班"
PATROL_AT = dt.time(18, 30)
PATROL_MISSED = 4
"""Which of the evening patrols nobody made, from 0."""
BINS = "垃圾桶满冒，味道大"


class _Story:
    """Writes one case: moments count back from the demo's own, in days."""

    def __init__(self, number: str, as_of: dt.datetime, *, days: float, **draft: Any) -> None:
        self.number, self.as_of, self.draft = number, as_of, draft
        self.received = as_of - days * DAY
        self.at = self.received
        self.steps: list[Step] = []

    def then(self, hours: float, who: str, verb: str, **given: Any) -> "_Story":
        self.at += hours * HOUR
        self.steps.append(Step(self.at, who, verb, given))
        return self

    def taken(self, lead: str, who: str, why: str, note: str) -> "_Story":
        self.then(0.2, "dispatcher", "dispatch", lead=lead, reason=why)
        self.then(0.4, who, "accept")
        return self.then(0.6, who, "contact", means="phone", was_reached=True, note=note)

    def closed(self, who: str, reply: str) -> "_Story":
        self.then(3, who, "report", resolution="solved", public_reply=reply, evidence="夜间巡查记录和现场照片。")  # fmt: skip
        self.then(20, "follow-up", "follow_up", means="phone", was_contacted=True, answered="solved", satisfaction="satisfied", note="")  # fmt: skip
        return self.then(0.1, "follow-up", "close")

    @property
    def script(self) -> Script:
        return Script(self.number, self.received, "operator-1", self.draft, tuple(self.steps))


def stories(as_of: dt.datetime) -> list[Script]:
    """Return the scripts of all stories; each ends where somebody of today goes on."""
    found = [
        *_ebikes(as_of),
        *_bins(as_of),
        _hotel(as_of),
        _trees(as_of),
        *_just_now(as_of),
    ]
    return [story.script for story in found]


def _ebikes(as_of: dt.datetime) -> list[_Story]:
    """S4: earlier calls closed after the security head came at once and patrols grew; the newest waits for him."""
    worker, guard = "worker-shuanghe", "partner-hemu"
    found = []
    said = (
        (24.3, "3号楼1单元", "七点左右又有人把电动车推进电梯，满轿厢都是，孩子吓得不敢上。"),
        (16.4, "5号楼2单元", "电梯里停着两辆电动车，门都关不上，物业贴的条没人看。"),
        (9.2, "3号楼2单元", "晚上有人推电动车上楼充电，去年着过一回火，怎么还这样。"),
        (4.1, "8号楼1单元", "又有人推车进电梯，劝一句还骂人，能不能装个禁入的？"),
    )
    for number, (days, building, words) in enumerate(said, start=1):
        story = _Story(f"demo-s4-{number}", as_of, days=days, words=words, title=EBIKE, kind="complaint", urgency="N", category="060201", place=SHUANGHE, address=building, name="侯先生", phone=f"199000010{number:02d}")  # fmt: skip
        story.taken("committee-shuanghe", worker, "楼内电动车，居委会牵头，物业首问负责。", "先劝返，晚高峰再到楼下看。")  # fmt: skip
        story.then(0.3, worker, "give_task", helper="property-hemu", group=EBIKE_GROUP, words="请安全主管马上到楼下，傍晚加派巡查。")  # fmt: skip
        if number < len(said):
            story.then(0.1, guard, "come", task=0).then(0.3, guard, "arrive", task=0)
            story.then(2, guard, "finish_task", task=0, result="当场劝返两辆，傍晚起两人一组巡查。")  # fmt: skip
            story.closed(worker, "物业安全主管当晚到场，傍晚加派巡查两周；社区在议充电棚。")
            if number == len(said) - 1:
                _patrols(story, worker, guard)
        else:
            story.then(0.2, guard, "come", task=0)
        found.append(story)
    shed = _Story("demo-s4-shed", as_of, days=12.3, words="天天查也不是办法，能不能在东墙边建个充电棚，大伙愿意出点力。", title="想在东墙边建充电棚", kind="suggestion", urgency="C", category="1306", place=SHUANGHE, address="东墙边", name="陶先生", phone="19900001050")  # fmt: skip
    shed.taken(
        "committee-shuanghe", worker, "建议由居委会组织议事。", "记下位置和愿意出力的十一户。"
    )
    shed.then(30, worker, "ask_hold", reason="funds", words="建棚材料约四万元，社区公益金申请中，物业出人工。", days=60)  # fmt: skip
    shed.then(20, "officer-chaoyang", "hold", asked="hold", decision="同意挂账，经费下达即销账。")
    return [*found, shed]


def _patrols(story: _Story, worker: str, guard: str) -> None:
    """Two weeks of evening patrols from the day after the call, each with its check but one that was missed."""
    first = timezone.localtime(story.at, timezone.get_default_timezone()).date() + DAY
    story.then(0.1, worker, "start_repeated", helper="property-hemu", words="傍晚高峰守在3号楼电梯口，劝返电动车，看充电的地方。", weekdays=range(7), times=[PATROL_AT], starts_on=first, ends_on=first + 13 * DAY)  # fmt: skip
    for number in range(14):
        due = dt.datetime.combine(
            first + number * DAY, PATROL_AT, tzinfo=timezone.get_default_timezone()
        )
        if number == PATROL_MISSED or due + HOUR / 6 > story.as_of:
            continue
        is_fine = number != 2
        note = (
            "两人一组，没有推车上楼的。" if is_fine else "劝返一辆，车主答应推去棚里，已登记楼门。"
        )
        given = {"check": number, "is_fine": is_fine, "note": note}
        story.steps.append(Step(due + HOUR / 6, guard, "make_check", given))


def _bins(as_of: dt.datetime) -> list[_Story]:
    """S5: the same bins again and again; the cause is the removal contractor; the street is asked for help."""
    worker = "worker-huamao"
    found = []
    said = (
        (21.2, "北门桶站，下午三点就满了，早上收过一次不够。"),
        (12.4, "桶边上又是一地袋子，苍蝇乱飞，清运车两天没见着。"),
        (3.2, "这回连人行道都占了，老人绕着走马路。"),
    )
    for number, (days, words) in enumerate(said, start=1):
        story = _Story(f"demo-s5-{number}", as_of, days=days, words=words, title=BINS, kind="complaint", urgency="N", category="0101", place=HUAMAO, address="北门桶站", name="许女士", phone=f"199000020{number:02d}")  # fmt: skip
        story.taken("committee-huamao", worker, "小区垃圾清运，居委会督促物业。", "现场看了，清运车一天只来一趟。")  # fmt: skip
        if number < len(said):
            story.closed(worker, "当天加收一趟并冲洗桶站，已约清运单位面谈。")
        else:
            story.then(2, worker, "escalate", reason="several_units", words="清运单位履约差，三个月十一次，建议由街道约谈并更换。")  # fmt: skip
        found.append(story)
    return found


def _hotel(as_of: dt.datetime) -> _Story:
    """S6: nailed down over many visits: measured, agreed, half built; the secretary goes on."""
    worker = "street-balizhuang"
    story = _Story("demo-s6", as_of, days=9.4, words="楼北边酒店一排空调外机，一到夜里就响。我父亲瘫在床上三年了，热也不敢开窗，找过前台找过总部，没人管。", title="酒店空调外机夜里嗡嗡响", kind="complaint", urgency="C", category="010903", place=HUAMAO, address="1号楼3单元", name="段女士", phone="19900003001")  # fmt: skip
    story.then(0.3, "dispatcher", "consult", unit="environment-chaoyang", words="酒店设备噪声，请问由谁牵头测量？")  # fmt: skip
    story.then(2, "environment", "answer_consultation", consultation=True, is_theirs=False, answer="测量我们来，牵头宜由街道。")  # fmt: skip
    story.taken("street-balizhuang", worker, "涉及酒店和环境部门，街道牵头。", "夜里到老人床边听了二十分钟，约好测量。")  # fmt: skip
    story.then(
        1, worker, "give_task", helper="environment-chaoyang", words="请夜间实测老人卧室噪声。"
    )
    story.then(1, worker, "give_task", helper="hotel-songlan", words="请酒店先把夜间风机降到低档，拿出移位方案。")  # fmt: skip
    story.then(3, "environment", "come", task=0).then(20, "environment", "arrive", task=0)
    story.then(2, "environment", "finish_task", task=0, result="夜间实测 52 分贝，超限 7 分贝，报告已交。")  # fmt: skip
    story.then(5, "partner-hotel", "take_on", task=1)
    story.then(14, worker, "contact", means="visit", was_reached=True, note="第二次上门，老人说夜里轻些了，还是睡不踏实。")  # fmt: skip
    story.then(20, worker, "escalate", reason="several_units", words="酒店总部要求物业和城管同意移位位置，请区里召集。")  # fmt: skip
    story.then(6, "officer-chaoyang", "answer_call", asked="escalation", decision="周四上午现场会商，城管委和酒店总部到场。")  # fmt: skip
    story.then(40, worker, "contact", means="visit", was_reached=True, note="第三次上门，带着移位图给老人看，隔声罩先装两台。")  # fmt: skip
    return story


def _trees(as_of: dt.datetime) -> _Story:
    """S10: the community whistles through its street; the parks bureau has reported in and is on site."""
    worker = "street-fatou"
    story = _Story("demo-s10", as_of, days=3.3, words="听说门口这条路要拓宽，路边这些树要砍？小区里还缺树，能不能挪进来种？", title="路边要移的树能不能种进小区", kind="suggestion", urgency="C", category="0106", place=SHUANGHE, address="南门外路边", name="方女士", phone="19900004001")  # fmt: skip
    story.taken("street-fatou", worker, "涉及道路和园林，街道牵头并吹哨。", "和社区一起沿路数了树，五十三棵。")  # fmt: skip
    story.then(1, worker, "give_task", helper="parks-chaoyang", words="吹哨：请园林部门现场踏勘，和街道、社区一起定移栽方案。")  # fmt: skip
    story.then(1, worker, "give_task", helper="property-hemu", words="请物业标出院内能种树的位置和地下管线。")  # fmt: skip
    story.then(2, "parks", "come", task=0)
    story.then(3, "partner-hemu", "take_on", task=1)
    story.then(20, "parks", "arrive", task=0)
    story.then(4, "partner-hemu", "finish_task", task=1, result="标出二十一处，避开燃气和热力管。")  # fmt: skip
    return story


FRESH = (
    (0.15, SHUANGHE, "020301", "E2", "help", "电梯停在三层，按哪层都不走", "2号楼电梯停在三层不动，我母亲拄着拐，还在楼下等着上来。"),
    (0.4, HUAMAO, "060101", "N", "complaint", "消防通道又停满了车", "消防通道又停满了，孩子的婴儿车都过不去，劝了也不挪。"),
    (0.7, SHUANGHE, "0206", "N", "help", "东门台阶的灯不亮", "东门台阶的两盏灯昨晚没亮，我爱人差点踩空。"),
    (0.9, HUAMAO, "0109", "N", "complaint", "楼下半夜装货", "楼下门店半夜一点装货，铁门哐哐响，一宿没睡好。"),
    (1.1, SHUANGHE, "1305", "N", "suggestion", "活动室想多开一晚", "活动室能不能周三晚上也开，我们合唱队没地方练。"),
)  # fmt: skip
"""(hours ago, where, category, urgency, kind, title, words) of calls that wait for the dispatcher."""


def _just_now(as_of: dt.datetime) -> list[_Story]:
    """What waits for somebody at the demo's own moment: calls to send on, an objection, an extension, a pause."""
    found = []
    for number, (hours, place, category, urgency, kind, title, words) in enumerate(FRESH, start=1):
        found.append(_Story(f"demo-now-{number}", as_of, days=hours / 24, words=words, title=title, kind=kind, urgency=urgency, category=category, place=place, address=f"{number + 1}号楼1单元", name="姚先生", phone=f"199000050{number:02d}"))  # fmt: skip
    objected = _Story("demo-now-objection", as_of, days=0.09, words="北门外人行道的砖翘了一大片，轮椅过不去。", title="北门外人行道砖翘了", kind="help", urgency="N", category="0210", place=SHUANGHE, address="北门外", name="白女士", phone="19900005011")  # fmt: skip
    objected.then(0.3, "dispatcher", "dispatch", lead="committee-shuanghe", reason="小区出入口，居委会先看。")  # fmt: skip
    objected.then(0.6, "worker-shuanghe-3", "object_to", clause="社区职责清单：不含市政道路", evidence="在红线外，属市政人行道。")  # fmt: skip
    longer = _Story("demo-now-extension", as_of, days=2.2, words="三号楼门禁主机坏了，谁都能进，晚上不踏实。", title="门禁主机坏了要换", kind="help", urgency="N", category="0210", place=HUAMAO, address="3号楼", name="郭先生", phone="19900005012")  # fmt: skip
    longer.taken(
        "committee-huamao", "worker-huamao-2", "单元门禁，居委会督促物业。", "看过，主机要换新的。"
    )
    longer.then(20, "worker-huamao-2", "ask_extension", reason="material", words="新主机从厂家发出，路上三天。", told="已电话告知来电人，临时派人值守。", amount=3)  # fmt: skip
    paused = _Story("demo-now-pause", as_of, days=1.6, words="地库顶上滴水，车上全是泥点，地上滑。", title="地库渗水", kind="complaint", urgency="N", category="0204", place=SHUANGHE, address="地库B区", name="丁女士", phone="19900005013")  # fmt: skip
    paused.taken("committee-shuanghe", "worker-shuanghe-5", "公共部位渗漏，居委会督促物业。", "两处渗点，先铺了防滑垫。")  # fmt: skip
    paused.then(10, "worker-shuanghe-5", "ask_pause", reason="third_party_test", words="等防水检测报告，五天。", days=6)  # fmt: skip
    reported = _Story("demo-now-report", as_of, days=1.2, words="楼道里堆着旧柜子，消火栓都挡住了。", title="楼道旧柜子挡着消火栓", kind="complaint", urgency="N", category="0209", place=SHUANGHE, address="7号楼2单元", name="魏大爷", phone="19900005014")  # fmt: skip
    reported.taken("committee-shuanghe", "worker-shuanghe-6", "楼道堆物，居委会组织清理。", "两户认领，下午清。")  # fmt: skip
    reported.then(5, "worker-shuanghe-6", "report", resolution="solved", public_reply="两户已清走，消火栓前画了禁放线。", evidence="清理前后照片各一张。")  # fmt: skip
    return [*found, objected, longer, paused, reported]
