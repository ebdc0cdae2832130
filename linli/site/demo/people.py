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
    Unit("property-anhuali", "安和物业服务有限公司（虚构）", "Anhe Property (invented)", "property", "110105008054"),
    Unit("parks-chaoyang", "朝阳区园林绿化局", "Chaoyang Parks Bureau", "department", "110105"),
    Unit("environment-chaoyang", "朝阳区生态环境局", "Chaoyang Environment Bureau", "department", "110105"),
    Unit("urban-chaoyang", "朝阳区城市管理委员会", "Chaoyang Urban Management Commission", "department", "110105"),
    Unit("market-chaoyang", "朝阳区市场监督管理局", "Chaoyang Market Supervision Bureau", "department", "110105"),
    Unit("housing-chaoyang", "朝阳区住房和城乡建设委员会", "Chaoyang Housing Commission", "department", "110105"),
    Unit("hotel-songlan", "松岚酒店（虚构）", "Songlan Hotel (invented)", "member_unit", "110105015044"),
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
    Person("officer-balizhuang", "罗景行", "street-balizhuang", "street_officer", "110105015"),
    Person("officer-fatou", "宋知微", "street-fatou", "street_officer", "110105019"),
    Person("officer-chaoyang", "秦明远", "district-chaoyang", "district_officer", "110105"),
    Person("office", "顾清和", "hotline", "hotline_officer", "110000"),
    Person("verifier", "白映雪", "hotline", "verifier", "110105"),
    Person("partner-hemu", "何起山", "property-hemu", "partner", "110105019029"),
    Person("leader-fatou", "韩书记", "street-fatou", "leader", "110105019"),
    Person("leader-city", "程远望", "hotline", "leader", "110000"),
    Person("officer-anzhen", "孟晓棠", "street-anzhen", "street_officer", "110105008"),
    Person("parks", "林知夏", "parks-chaoyang", "department_officer", "110105"),
    Person("environment", "岳澄明", "environment-chaoyang", "department_officer", "110105"),
    Person("urban", "石远航", "urban-chaoyang", "department_officer", "110105"),
    Person("market", "柳思齐", "market-chaoyang", "department_officer", "110105"),
    Person("housing", "梁守拙", "housing-chaoyang", "department_officer", "110105"),
    Person("partner-qingcheng", "樊立诚", "property-qingcheng", "partner", "110105015044"),
    Person("partner-anhuali", "车正平", "property-anhuali", "partner", "110105008054"),
    Person("partner-hotel", "纪闻笙", "hotel-songlan", "partner", "110105015044"),
    # The coded territory of imported messages (linli import cases) has people of its own.
    Person("dispatcher-xidi", "尤嘉禾", "xidi-centre", "dispatcher", "xd"),
    Person("worker-xidi", "顾长川", "xidi-office", "community_worker", "xd"),
    Person("follow-up-xidi", "祝安然", "xidi-centre", "follow_up_caller", "xd"),
)
COLLEAGUES = {
    "committee-shuanghe": ("徐清扬", "高见贤", "何安澜", "丛晓岚", "安若溪", "邵景明", "祁望", "温书言", "尚清如", "闵乐山", "路明谦", "庄恬"),
    "committee-huamao": ("叶知秋", "栗向阳", "苗青禾", "申屠安", "俞静好", "聂长风", "池云舒", "房思远", "牧野", "甘棠", "卓然", "殷素问"),
}  # fmt: skip
"""With the worker above thirteen in each: 12.9 is the city's mean (feature of 2022)."""


def colleagues() -> tuple[Person, ...]:
    """Return the other twelve workers of both communities."""
    place_of = {unit.code: unit.place for unit in UNITS}
    return tuple(
        Person(f"{committee.replace('committee', 'worker')}-{number}", name, committee, "community_worker", place_of[committee])
        for committee, names in COLLEAGUES.items()
        for number, name in enumerate(names, start=2)
    )  # fmt: skip


EVERYBODY = PEOPLE + colleagues()
HANDLERS = {person.unit: person.username for person in PEOPLE if person.role == "community_worker"}
"""Who handles the orders of a unit when somebody is asked for by name."""
TEAMS = {
    unit: tuple(p.username for p in EVERYBODY if p.unit == unit and p.role == "community_worker")
    for unit in HANDLERS
}
"""All who handle the orders of a unit."""
PARTNERS = {
    person.unit: person.username
    for person in PEOPLE
    if person.role in ("partner", "department_officer")
}
"""Who answers for a unit that helps."""

COMMUNITIES = ("110105019029", "110105015044", "110105008054")
COMMITTEE_OF = {
    "110105019029": ("committee-shuanghe", "street-fatou"),
    "110105015044": ("committee-huamao", "street-balizhuang"),
    "110105008054": ("committee-anhuali", "street-anzhen"),
}
"""The residents' committee and the sub-district office of each community."""
STREET_OFFICERS = {
    "110105019029": "officer-fatou",
    "110105015044": "officer-balizhuang",
    "110105008054": "officer-anzhen",
}
PROPERTY_OF = {
    "110105019029": "property-hemu",
    "110105015044": "property-qingcheng",
    "110105008054": "property-anhuali",
}
"""The property company of each community, first responsible in its compounds (首问责任)."""
DEPARTMENT_OF = {"01": "urban-chaoyang", "0106": "parks-chaoyang", "0109": "environment-chaoyang", "02": "housing-chaoyang", "03": "housing-chaoyang", "12": "market-chaoyang"}  # fmt: skip
"""Which department of the district is asked to help with a category, by the longest code that holds it."""
