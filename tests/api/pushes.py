"""Orders as a city's platform pushes them: good ones, damaged ones, newer and older versions."""

import random
from typing import Any

Order = dict[str, Any]
DAMAGES: tuple[dict[str, str], ...] = (
    {"CREATE_TIME": "上周三"},
    {"CREATE_TIME": ""},
    {"COMMUNITY_NAME": "", "STREET_NAME": "", "DISTRICT_NAME": "火星区"},
    {"STATE_NAME": "外星处理中"},
    {"EVENT_DESC": "", "MAIN_TYPE_NAME": "", "SUB_TYPE_NAME": "", "OCCUR_PLACE": ""},
)


def an_order(number: int, **given: Any) -> Order:
    """Return an order in the fields of the shipped map, which a committee has in hand."""
    return {
        "REPORT_NUM": f"2611{number:06d}",
        "CREATE_TIME": "2026-11-17 09:12:00",
        "UPDATE_TIME": "2026-11-17 10:00:00",
        "DISTRICT_NAME": "朝阳区",
        "STREET_NAME": "垡头街道",
        "COMMUNITY_NAME": "双合家园社区",
        "MAIN_TYPE_NAME": "物业管理",
        "SUB_TYPE_NAME": "电梯故障",
        "EVENT_DESC": f"第{number}号楼的电梯停运两天了",
        "DISPOSE_UNIT_NAME": "双合家园社区居委会",
        "STATE_NAME": "已派遣",
        "DEADLINE_TIME": "2026-11-20 18:00:00",
        "REPORTER_NAME": "许大妈",
        "REPORTER_PHONE": f"1990{number:07d}",
        **given,
    }


def a_push(count: int, *, damaged: int, seed: int) -> list[Order]:
    """Return orders of which some are damaged, shuffled."""
    chance = random.Random(seed)
    orders = [an_order(number) for number in range(1, count + 1)]
    for place, order in enumerate(chance.sample(orders, damaged)):
        order |= DAMAGES[place % len(DAMAGES)]
    chance.shuffle(orders)
    return orders


def parts(orders: list[Order], size: int = 250) -> list[list[Order]]:
    return [orders[start : start + size] for start in range(0, len(orders), size)]
