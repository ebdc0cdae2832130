"""One complaint through all its people to closed, and what the month's rates make of it."""

import re
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from linli.kernel.ids import read_number
from linli.site import cluster
from tests.journeys.conftest import DATABASE, Open, check_axe, shoot

pytestmark = pytest.mark.journey
COMMUNITY = "110105019029"
COUNTS = """
    SELECT count(*) FILTER (WHERE first_contact_at IS NOT NULL OR first_contact_due_at <= now()),
           count(*) FILTER (WHERE first_contact_at <= first_contact_due_at),
           count(*) FILTER (WHERE answered IS NOT NULL AND resolution <> 'explained'),
           count(*) FILTER (WHERE answered = 'solved' AND resolution <> 'explained'),
           count(*) FILTER (WHERE satisfaction IS NOT NULL),
           count(*) FILTER (WHERE satisfaction IN ('very', 'satisfied', 'basically'))
    FROM cases_workorder
    WHERE community_code = %(community)s
      AND case_id = coalesce((SELECT id FROM cases_case WHERE number = %(number)s), case_id)
      AND date_trunc('month', handling_due_at AT TIME ZONE 'Asia/Shanghai')
        = date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai')
      AND NOT EXISTS (
        SELECT FROM cases_application AS agreed
        WHERE agreed.order_id = cases_workorder.id AND agreed.is_granted
          AND (agreed.kind = 'exclusion' AND agreed.until > now()
               OR agreed.kind = 'hold' AND (agreed.ended_at IS NULL OR agreed.ended_at > now())))
"""


def counted(number: str | None = None) -> tuple[int, ...]:
    """Return the month's counts, or one case's share, by a query that shares nothing with the product's."""
    with psycopg.connect(cluster.ensure(DATABASE).superuser_url) as connection:
        row = connection.execute(COUNTS, {"community": COMMUNITY, "number": number}).fetchone()
    assert row is not None
    return tuple(row)


def shown(page: Page) -> tuple[int, ...]:
    """Return the six counts that the rates page prints, in the order of COUNTS."""
    fractions = re.findall(r"(\d+)\s*/\s*(\d+)", page.locator("#main").inner_text())[:3]
    assert len(fractions) == 3, fractions
    return tuple(
        int(part) for numerator, denominator in fractions for part in (denominator, numerator)
    )


def open_case(page: Page, number: str) -> None:
    page.locator("input[name=q]").first.fill(number)
    page.locator("input[name=q]").first.press("Enter")
    expect(page).to_have_url(re.compile(number))


def test_one_complaint_goes_through_all_people_and_is_counted_once(as_person: Open) -> None:
    # E2: answered within a day, so that its month is this month on all days but the last.
    operator = as_person("operator-1")
    operator.locator("[name=words]").fill("三号楼二单元停水一上午了，家里有孩子，物业电话没人接。")
    operator.locator("[name=place]").fill("双合家园社区")
    operator.locator("[name=category]").fill("公共部位维修")
    expect(operator.locator("#hints")).to_contain_text("由谁主办")
    operator.locator("[name=phone]").fill("１９９ 0000 7788")
    operator.locator("[name=name]").fill("许大妈")
    operator.locator("label:has([name=urgency][value=E2])").click()
    check_axe(operator)
    shoot(operator, "take-call")
    operator.keyboard.press("Control+Enter")
    expect(operator).to_have_url(re.compile("received="))
    number = read_number(operator.url.split("received=")[1])
    assert number is not None
    shoot(operator, "take-call-done")

    dispatcher = as_person("dispatcher")
    check_axe(dispatcher)
    shoot(dispatcher, "queue")
    dispatcher.goto(f"{dispatcher.url.split('/queue')[0]}/queue/?case={number}")
    dispatcher.locator("label:has([name=lead])", has_text="双合家园社区居委会").first.click()
    dispatcher.locator("[name=reason]").fill("停水影响基本生活，居委会先到现场。")
    dispatcher.get_by_role("button", name=re.compile("派单")).last.click()
    expect(dispatcher).to_have_url(re.compile("/queue/$"))

    worker = as_person("worker-shuanghe", phone=True)
    expect(worker.locator("#main")).to_contain_text("三号楼二单元停水")
    check_axe(worker)
    shoot(worker, "work-390")
    open_case(worker, number)
    worker.get_by_role("button", name=re.compile("签收")).first.click()
    worker.locator("#move-contact summary").click()
    worker.locator("#move-contact [name=note]").fill("说明抢修在路上，预计中午恢复。")
    worker.locator("#move-contact button").last.click()
    worker.locator("#move-report summary").click()
    worker.locator("label:has([name=resolution][value=solved])").click()
    worker.locator("[name=public_reply]").fill("水泵已修好，11:40 恢复供水，物业已向各户致歉。")
    worker.locator("#move-report [name=evidence]").fill(
        "水泵房压力表读数正常，两位来电人在场看了。"
    )
    check_axe(worker)
    worker.locator("#move-report button").last.click()
    expect(worker.locator("#move-report")).to_have_count(0)
    check_axe(worker)
    shoot(worker, "case-390")

    caller = as_person("follow-up")
    caller.goto(f"{caller.url.split('/follow-up')[0]}/follow-up/?case={number}")
    check_axe(caller)
    for name, value in (("was_contacted", "yes"), ("answered", "solved"), ("satisfaction", "very")):
        caller.locator(f"label:has([name={name}][value={value}])").click()
    caller.locator("[name=note]").fill("来得快，谢谢。")
    shoot(caller, "follow-up")
    caller.locator("button[form=answers]").click()
    caller.locator("form[data-primary] button").last.click()
    expect(caller).to_have_url(re.compile("/follow-up/$"))
    open_case(caller, number)
    expect(caller.locator("#main")).to_contain_text("办结")
    shoot(caller, "case")

    assert counted(number) == (1, 1, 1, 1, 1, 1)
    worker.goto(f"{worker.url.split('/cases')[0]}/rates/")
    assert shown(worker) == counted()
    check_axe(worker)
    leader = as_person("leader-chaoyang")
    check_axe(leader)
    shoot(leader, "rates")


@pytest.mark.parametrize("english", [False, True])
def test_every_page_reads_in_both_languages_and_fits_a_phone(
    as_person: Open, english: bool
) -> None:
    tongue = "en" if english else "zh"
    homes: dict[str, str] = {
        "operator-1": "take-call",
        "dispatcher": "queue",
        "worker-shuanghe": "work",
        "follow-up": "follow-up",
        "leader-chaoyang": "rates",
    }
    for username, name in homes.items():
        for phone in (False, True):
            page = as_person(username, phone=phone, english=english)
            width: Any = page.evaluate("document.documentElement.scrollWidth")
            assert width <= (390 if phone else 1440), f"{name} scrolls sideways at {width}"
            assert page.locator("html").get_attribute("lang") == ("en" if english else "zh-CN")
            check_axe(page)
            if english or phone:
                shoot(page, f"{name}-{tongue}" + ("-390" if phone else ""))


def test_a_call_is_taken_without_javascript(as_person: Open) -> None:
    page = as_person("operator-1", script=False)
    page.locator("[name=words]").fill("北门的路灯不亮，晚上看不清台阶。")
    page.locator("[name=place]").fill("没有这个地方")
    page.get_by_role("button", name=re.compile("受理|登记|接收")).last.click()
    expect(page.locator("[name=words]")).to_have_value("北门的路灯不亮，晚上看不清台阶。")
    expect(page.locator("#main, main").first).to_contain_text("没有这个地方")
    page.locator("[name=place]").fill("双合家园社区")
    page.get_by_role("button", name=re.compile("受理|登记|接收")).last.click()
    expect(page).to_have_url(re.compile("received="))
