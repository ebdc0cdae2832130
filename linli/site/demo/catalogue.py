"""The demo's catalogue and duty lists: who leads what, and what its requests are about.

Invented for the demo, by what is usual; a city uploads its own.
"""

from linli.cases.catalogue.models import CatalogueEntry, Category, DutyItem
from linli.cases.catalogue.operations import (
    add_duty,
    add_entry,
    begin_catalogue,
    load_categories,
)
from linli.cases.catalogue.shipped import shipped
from linli.kernel.actor import Actor
from linli.territory.models import Organisation, Place

DISTRICT, FOREIGN = "110105", "xd"
BASIS = "《北京市接诉即办工作条例》第十一条、第十二条：按派单目录派至承办单位（演示目录）"
DUTY_BASIS = "朝阳区社区职责清单（演示）"
FOREIGN_BASIS = "西地省留言办理办法（演示）"
MORE_DUTIES = ("0101", "0801")
"""On the demo's duty list beside what residents' committees usually lead."""

ABOUT = {
    "电梯停运，老人下不了楼": "020301",
    "电动车推进电梯，怕着火": "060201",
    "垃圾桶满冒，味道大": "0101",
    "酒店空调外机夜里嗡嗡响": "010903",
    "暖气不热，屋里十五度": "040401",
    "路灯不亮，台阶看不清": "0206",
    "车停在消防通道上": "060101",
    "楼上漏水，天花板湿了一片": "0303",
    "流浪狗在儿童滑梯旁边": "011202",
    "无障碍坡道被快递车占着": "0210",
    "树枝压着窗户，遮光": "0106",
    "地下车库漏水，车上滴泥点": "0204",
    "宠物粪便没人清理": "011201",
    "广场舞音响太大": "010902",
    "施工没公示，夜里还在干": "010901",
    "井盖响，过车咣当一声": "0406",
    "楼道堆杂物，挡着消火栓": "0209",
    "门禁坏了，谁都能进": "0204",
    "停水一上午没人说": "040101",
    "跳闸，半栋楼没电": "0402",
    "闻到煤气味": "040301",
    "老旧小区能不能加装电梯": "020303",
    "老年卡丢了怎么补": "0801",
    "孩子上学片区怎么划": "1001",
    "小区想建个充电棚": "1306",
    "表扬社区小李": "0803",
    "外卖车在人行道上乱窜": "0504",
    "健身器材松了": "0206",
    "想找个能修鞋配钥匙的地方": "1302",
    "下水道返水，厨房一地": "0405",
    "共享单车堆在门口": "0507",
    "楼顶漏雨，顶层墙皮掉了": "0302",
    "孤寡老人几天没见人": "0607",
    "网上买的药能不能帮我取": "1303",
    "门口早点摊油烟大": "0107",
    "儿童乐园地垫破了": "0206",
    "物业费涨价没公示": "0202",
    "快递柜占了晾衣杆的地方": "0210",
    "冬天小区里结冰路滑": "0204",
    "想学用手机挂号": "0807",
}
"""What each request of the demo is about, by its title."""


def load_catalogue(root: Actor) -> None:
    """Load what is missing. A second run adds nothing."""
    load_categories(actor=root, rows=list(shipped()))
    begin_catalogue(actor=root, basis=BASIS)
    district = Place.objects.get(code=DISTRICT)
    for category in Category.objects.all():
        if category.usual_lead != "committee" and category.code not in MORE_DUTIES:
            continue
        if not DutyItem.objects.filter(category=category, kind="committee").exists():
            add_duty(
                actor=root, category=category, kind="committee", place=district, basis=DUTY_BASIS
            )
        if not CatalogueEntry.objects.filter(category=category, place=district).exists():
            add_entry(
                actor=root,
                category=category,
                place=district,
                lead_kind="committee",
                clock_class=category.usual_class,
                basis=DUTY_BASIS,
            )
    _foreign(root)


def _foreign(root: Actor) -> None:
    """The coded territory of imported messages has one office for everything."""
    place = Place.objects.get(code=FOREIGN)
    office = Organisation.objects.get(code="xidi-office")
    if CatalogueEntry.objects.filter(place=place).exists():
        return
    for category in Category.objects.filter(parent=None):
        add_entry(actor=root, category=category, place=place, lead=office, basis=FOREIGN_BASIS)
