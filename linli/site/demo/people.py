"""Units and people of the demo. Places are real; every person and firm is invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    code: str
    name: str
    name_en: str
    kind: str
    place: str


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    unit: str
    role: str
    place: str


UNITS = (
    Unit("hotline", "12345 市民热线服务中心", "12345 Hotline Centre", "hotline", "110000"),
    Unit("district-chaoyang", "朝阳区城市管理指挥中心", "Chaoyang District Command Centre", "district", "110105"),
    Unit("street-fatou", "垡头街道办事处", "Fatou Sub-district Office", "street", "110105019"),
    Unit("street-balizhuang", "八里庄街道办事处", "Balizhuang Sub-district Office", "street", "110105015"),
    Unit("street-anzhen", "安贞街道办事处", "Anzhen Sub-district Office", "street", "110105008"),
    Unit("committee-shuanghe", "双合家园社区居委会", "Shuanghe Jiayuan Residents' Committee", "committee", "110105019029"),
    Unit("committee-huamao", "华贸中心社区居委会", "Huamao Zhongxin Residents' Committee", "committee", "110105015044"),
    Unit("committee-anhuali", "安华里社区居委会", "Anhuali Residents' Committee", "committee", "110105008054"),
    Unit("property-hemu", "和木物业服务有限公司（虚构）", "Hemu Property (invented)", "property", "110105019029"),
    Unit("property-qingcheng", "青橙物业服务有限公司（虚构）", "Qingcheng Property (invented)", "property", "110105015044"),
    Unit("xidi-centre", "西地省留言受理中心（虚构）", "Xidi Message Centre (invented)", "hotline", "xd"),
    Unit("xidi-office", "西地省留言办理处（虚构）", "Xidi Handling Office (invented)", "department", "xd"),
)  # fmt: skip

PEOPLE = (
    Person("operator-1", "孙晓雯", "hotline", "operator", "110000"),
    Person("dispatcher", "赵启明", "hotline", "dispatcher", "110000"),
    Person("worker-shuanghe", "李秋禾", "committee-shuanghe", "community_worker", "110105019029"),
    Person("follow-up", "周念慈", "hotline", "follow_up_caller", "110000"),
    Person("leader-chaoyang", "王既白", "district-chaoyang", "leader", "110105"),
    Person("administrator", "钱守正", "hotline", "administrator", "110000"),
    Person("operator-2", "吴可心", "hotline", "operator", "110000"),
    Person("worker-huamao", "马骁", "committee-huamao", "community_worker", "110105015044"),
    Person("worker-anhuali", "陈望舒", "committee-anhuali", "community_worker", "110105008054"),
    Person("street-fatou", "李闻", "street-fatou", "community_worker", "110105019"),
    Person("street-balizhuang", "沈知行", "street-balizhuang", "community_worker", "110105015"),
    Person("street-anzhen", "宋临川", "street-anzhen", "community_worker", "110105008"),
    Person("officer-fatou", "宋知微", "street-fatou", "street_officer", "110105019"),
    Person("officer-chaoyang", "秦明远", "district-chaoyang", "district_officer", "110105"),
    Person("office", "顾清和", "hotline", "hotline_officer", "110000"),
    Person("verifier", "白映雪", "hotline", "verifier", "110105"),
    Person("partner-hemu", "何起山", "property-hemu", "partner", "110105019029"),
    Person("leader-fatou", "韩书记", "street-fatou", "leader", "110105019"),
    # The coded territory of imported messages (linli import cases) has people of its own.
    Person("dispatcher-xidi", "尤嘉禾", "xidi-centre", "dispatcher", "xd"),
    Person("worker-xidi", "顾长川", "xidi-office", "community_worker", "xd"),
    Person("follow-up-xidi", "祝安然", "xidi-centre", "follow_up_caller", "xd"),
)
HANDLERS = {person.unit: person.username for person in PEOPLE if person.role == "community_worker"}
"""Who handles the orders of a unit."""

COMMUNITIES = ("110105019029", "110105015044", "110105008054")
COMMITTEE_OF = {
    "110105019029": ("committee-shuanghe", "street-fatou"),
    "110105015044": ("committee-huamao", "street-balizhuang"),
    "110105008054": ("committee-anhuali", "street-anzhen"),
}
"""The residents' committee and the sub-district office of each community."""
