"""Sentences that name a place, in many manners, made of real names at test time; and sentences that name none.

Written before the code that reads them. `sentences(compounds)` takes rows of compound_community_by_name.csv.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import opencc

Row = Mapping[str, str]

MATTERS = (
    "电梯又停了", "楼道灯坏了半个月", "垃圾没人清运", "下水道往上返水", "半夜装修吵得睡不着", "有人占消防通道停车",
    "暖气摸着是凉的", "水管爆了", "门禁坏了谁都能进", "有一股糊味", "健身器材松了", "路面塌了个坑", "井盖响", "狗没拴绳",
    "树枝挡住窗户", "快递柜堵着坡道",
)  # fmt: skip
SAME_SOUND = {
    "园": "圆", "苑": "院", "里": "理", "家": "佳", "嘉": "家", "新": "欣", "馨": "新", "景": "井", "华": "花", "城": "成",
    "庄": "装", "村": "存", "寺": "四", "桥": "乔", "街": "接", "路": "露", "园区": "圆区", "府": "福", "安": "按", "河": "合",
    "东": "冬", "西": "夕", "南": "男", "北": "被", "营": "盈", "坊": "方", "江": "姜", "龙": "隆", "丽": "利", "金": "今",
}  # fmt: skip
SPOKEN = str.maketrans("0123456789", "洞幺两三四五六拐八九")
SHORT = ("嘉园", "家园", "花园", "馨园", "小区", "新村", "社区")


@dataclass(frozen=True)
class Told:
    """A sentence, the row it names (None if none), and the manner."""

    manner: str
    text: str
    meant: Row | None


def _plain(row: Row, pick: random.Random) -> str:
    return f"{row['name']}{pick.randint(1, 20)}号楼{pick.choice(MATTERS)}"


def _in_district(row: Row, pick: random.Random) -> str:
    return f"您好，我是{row['district']}{row['name']}的居民，{pick.choice(MATTERS)}，请处理"


def _in_street(row: Row, pick: random.Random) -> str:
    return f"{row['street']}{row['name']}北门口{pick.choice(MATTERS)}"


def _official(row: Row, pick: random.Random) -> str:
    return f"反映{row['district']}{row['street']}{row['community']}辖区内{pick.choice(MATTERS)}"


def _said_community(row: Row, pick: random.Random) -> str:
    return f"我们{row['name']}社区这边{pick.choice(MATTERS)}，都一个礼拜了"


def _misheard(row: Row, pick: random.Random) -> str | None:
    at = [n for n, one in enumerate(row["name"]) if one in SAME_SOUND]
    if len(row["name"]) < 4 or not at:
        return None
    n = pick.choice(at)
    wrong = row["name"][:n] + SAME_SOUND[row["name"][n]] + row["name"][n + 1 :]
    return f"{row['district']}{wrong}{pick.randint(1, 9)}号楼，{pick.choice(MATTERS)}"


def _traditional(row: Row, pick: random.Random) -> str:
    return opencc.OpenCC("s2t").convert(
        f"{row['name']}小区{pick.randint(1, 9)}号楼的{pick.choice(MATTERS)}，什么时候有人来"
    )


def _spoken_digits(row: Row, pick: random.Random) -> str:
    door = str(pick.randint(101, 1904)).translate(SPOKEN)
    return (
        f"地址是{row['district']}{row['name']}，{pick.choice('一二三四五')}号楼幺单元{door}，漏水了"
    )


def _opposite(row: Row, pick: random.Random) -> str:
    return f"{row['name']}{pick.choice(['北门', '东门', '西门'])}对面的马路上{pick.choice(MATTERS)}"


def _home_and_elsewhere(row: Row, other: Row, pick: random.Random) -> str:
    return f"我家住{other['district']}{other['name']}，但是问题出在{row['district']}{row['name']}，{pick.choice(MATTERS)}"


def _not_there(row: Row, other: Row, pick: random.Random) -> str:
    return f"不是{other['name']}，是{row['name']}，{pick.choice(MATTERS)}"


def _moved(row: Row, other: Row, pick: random.Random) -> str:
    return f"我去年从{other['name']}搬到{row['name']}，现在{pick.choice(MATTERS)}"


def _formerly(row: Row, pick: random.Random) -> str:
    return f"我们这儿原来叫化工厂宿舍，现在叫{row['name']}，{row['district']}的，{pick.choice(MATTERS)}"


def _spaced(row: Row, pick: random.Random) -> str:
    return f"【{row['district']} {row['name']}】 ３号楼 : {pick.choice(MATTERS)} !!!"


def _long(row: Row, pick: random.Random) -> str:
    return (
        f"领导您好，我今年七十二岁，腿脚不好，儿女都在外地。上个月物业贴了通知，说要检修，结果一直没动静。"
        f"我住在{row['district']}{row['name']}{pick.randint(1, 9)}号楼三单元，{pick.choice(MATTERS)}。"
        "打了好几次电话都说登记了，请领导给想想办法。"
    )


def _shortened(row: Row, pick: random.Random) -> str | None:
    for ending in SHORT:
        if row["name"].endswith(ending) and len(row["name"]) > len(ending) + 1:
            said = row["name"].removesuffix(ending)
            return f"{row['street']}的{said}，{pick.randint(1, 9)}号楼{pick.choice(MATTERS)}"
    return None


ONE: tuple[Callable[[Row, random.Random], str | None], ...] = (
    _plain, _in_district, _in_street, _official, _said_community, _misheard, _traditional, _spoken_digits, _opposite,
    _formerly, _spaced, _long, _shortened,
)  # fmt: skip
TWO: tuple[Callable[[Row, Row, random.Random], str], ...] = (
    _home_and_elsewhere,
    _not_there,
    _moved,
)

NOWHERE = (
    "我家楼道灯坏了，没人修", "楼上半夜打麻将，吵得睡不着", "请问老年卡怎么办", "我们小区物业乱收停车费", "路口的红绿灯坏了",
    "公园里有人遛大狗不拴绳", "北京市的公积金政策咨询一下", "市里什么时候发高龄津贴", "地铁里太挤了，能不能加车",
    "孩子上学的事，想咨询一下学区", "网上买的东西不给退", "我老家河北的，社保怎么转", "停水了，家里一滴水都没有",
    "暖气不热，屋里十五度", "单位拖欠工资三个月", "出租车司机绕路", "医院挂号太难了", "银行卡被吞了，没人管",
    "小区门口的早点摊油烟大", "楼下饭馆排烟对着我家窗户", "天桥底下有人摆摊", "河边的栏杆断了一截", "健身房关门跑路，三千块不退",
    "培训机构卷钱跑了", "广场舞声音太大", "学校门口堵车", "我妈八十多了，下不了楼", "对门邻居在楼道堆杂物",
    "菜市场缺斤短两", "电动车在楼道充电", "我要表扬一位社区工作者", "井盖丢了，差点掉下去", "幸福生活离不开好物业",
    "光明正大地乱停车", "东边的路灯不亮，西边的也不亮", "新建的停车场收费太贵", "和平解决邻里纠纷，希望调解",
    "团结邻里，大家一起来议一议", "南门的保安态度差", "三号楼二单元电梯停了", "五层水管漏了", "一期和二期之间的路坏了",
    "胜利果实都让开发商拿走了", "花园里的喷泉不开了", "机场大巴为什么停了", "铁路道口堵得厉害", "东风吹得树枝断了",
    "北门口快递堆成山", "我在上海工作，户口怎么迁", "天津的朋友来京怎么坐地铁", "朝阳区的路灯好多不亮", "海淀区的学位怎么分",
    "西城区停车太贵了", "通州区公交少", "大兴区什么时候供暖", "金色年华小区垃圾没人收", "翡翠明珠公寓电梯坏了",
    "星光灿烂花园3号楼漏水", "锦绣前程家园物业不作为", "东方之珠小区停电",
)  # fmt: skip
"""Sentences after which nobody could say which community is meant."""


def sentences(rows: Sequence[Row], *, count: int, seed: int) -> Iterator[Told]:
    """Yield sentences that name one of the rows, the manners in turn."""
    pick = random.Random(seed)
    manners = [*ONE, *TWO]
    made = 0
    while made < count:
        manner = manners[made % len(manners)]
        row, other = pick.sample(list(rows), 2)
        if manner in TWO:
            text: str | None = manner(row, other, pick)  # type: ignore[call-arg, arg-type]
        else:
            text = manner(row, pick)  # type: ignore[call-arg]
        if text is not None:
            made += 1
            yield Told(manner.__name__, text, row)
