"""Stories of several people: an objection, calls back that reach nobody, rework, a worker's day, a batch."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from linli.kernel.ids import read_number
from tests.journeys.conftest import BASE, Open, shoot
from tests.journeys.steps import (
    accepted,
    answered,
    case_page,
    dispatched,
    filled,
    fits,
    moved,
    opened,
    received,
    reported,
)
from tests.journeys.test_photos import a_lamp

pytestmark = pytest.mark.journey
IN_BOTH = pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_an_objection_is_ruled_and_another_unit_gets_the_order(
    as_person: Open, script: bool
) -> None:
    number = received(as_person("operator-1", script=script), "三号楼楼顶漏水，顶层两户受淹。")
    dispatcher = as_person("dispatcher", script=script)
    dispatched(dispatcher, number)
    worker = as_person("worker-shuanghe", phone=True, script=script)
    moved(
        worker,
        number,
        "object",
        clause="派单目录：公共部位维修",
        evidence="楼顶属全体业主共有。",
    )
    expect(worker.locator("#main")).to_contain_text("楼顶属全体业主共有。")
    dispatcher.goto(f"{BASE}/rulings/?case={number}")
    expect(dispatcher.locator("#detail")).to_contain_text("楼顶属全体业主共有。")
    expect(dispatcher.locator("#detail")).to_contain_text("职责清单")
    if script:
        fits(dispatcher)
        shoot(dispatcher, "ruling")
    form = dispatcher.locator("form[action$='/rule-elsewhere/']")
    form.locator("[name=unit_id]").select_option(label="垡头街道办事处")
    form.locator("[name=ruling]").fill("涉及多个产权单位，由街道牵头。")
    form.locator("button").click()
    case_page(dispatcher, number)
    expect(dispatcher.locator(".cs-head")).to_contain_text("垡头街道办事处")
    # The other unit has it to accept; the first has it no more.
    street = as_person("street-fatou", script=script)
    accepted(street, number)
    expect(street.locator("#main")).to_contain_text("涉及多个产权单位，由街道牵头。")
    worker.goto(f"{BASE}/work/")
    expect(worker.locator(f"#main a[href*='{number}']")).to_have_count(0)


@IN_BOTH
def test_unanswered_twice_then_reached_and_done_again(as_person: Open, english: bool) -> None:
    number = received(as_person("operator-1", english=english), "三号楼水泵又不上水了。")
    dispatched(as_person("dispatcher", english=english), number)
    worker = as_person("worker-shuanghe", phone=True, english=english)
    reported(worker, number)
    caller = as_person("follow-up", english=english)
    for means in ("phone", "message"):
        caller.goto(f"{BASE}/follow-up/?case={number}")
        caller.locator(f"button[name=means][value={means}]").click()
        expect(caller).to_have_url(re.compile("/follow-up/$"))
    caller.goto(f"{BASE}/follow-up/?case={number}")
    used = "2 of 3" if english else "2"
    expect(caller.locator(".op-help section").first).to_contain_text(used)
    expect(caller.locator(".op-help section").first.locator("li")).to_have_count(2)
    # One sentence at a time: what is asked last is not there before the first is answered.
    expect(caller.locator("[name=satisfaction]").first).not_to_be_visible()
    fits(caller)
    answered(caller, number, answered="not_solved", satisfaction="not")
    shoot(caller, "follow-up-en" if english else "follow-up-rework")
    caller.locator(f"form[action$='/{number}/rework/'] button").click()
    worker.goto(f"{BASE}/work/")
    expect(worker.locator("#main")).to_contain_text("三号楼水泵又不上水了")
    reported(worker, number)
    answered(caller, number, answered="solved", satisfaction="very")
    # It was sent back once, and there is no second time.
    expect(caller.locator(f"form[action$='/{number}/rework/']")).to_have_count(0)
    caller.locator(f"form[action$='/{number}/close/'] button").click()
    expect(caller).to_have_url(re.compile("/follow-up/$"))
    case_page(caller, number)
    expect(caller.locator(".cs-head .chip").first).to_contain_text("Closed" if english else "办结")


def test_a_day_of_the_worker_with_one_thumb(as_person: Open, tmp_path: Path) -> None:
    number = received(as_person("operator-1"), "地库水泵不转，积水没过脚面。")
    dispatched(as_person("dispatcher"), number)
    worker = as_person("worker-shuanghe", phone=True)
    worker.goto(f"{BASE}/work/")
    fits(worker)
    shoot(worker, "worker-day-390")
    worker.locator(f"form[action$='/{number}/accept/'] button").click()
    expect(worker).to_have_url(re.compile(number))
    fits(worker)
    moved(worker, number, "contact", note="已说明先抽水再修泵。")
    worker.locator(f"a[href$='/{number}/give-task/']").click()
    fits(worker)
    expect(worker.locator("[name=words]")).not_to_be_empty()
    worker.locator("[name=unit_id]").select_option(label="和木物业服务有限公司（虚构）")
    worker.locator("form[data-primary] button.primary").click()
    expect(worker).to_have_url(re.compile(f"/cases/{number}/"))
    # The company's head of security has an old telephone: no script runs on it.
    partner = as_person("partner-hemu", phone=True, script=False)
    partner.goto(f"{BASE}/tasks/")
    task = partner.locator("article", has_text="地库水泵不转").first
    task.locator("form[action$='/arrive/'] button").click()
    task.locator("details:has(form[action$='/need-material/']) > summary").click()
    task.locator("[name=needed]").fill("水泵叶轮一只，下午三点到货。")
    task.locator("form[action$='/need-material/'] button").click()
    expect(task).to_contain_text("水泵叶轮一只，下午三点到货。")
    case_page(worker, number)
    expect(worker.locator("#main")).to_contain_text("水泵叶轮一只，下午三点到货。")
    task.locator("details:has(form[action$='/finish-task/']) > summary").click()
    task.locator("form[action$='/finish-task/'] [name=result]").fill("叶轮已换，积水抽干。")
    task.locator("form[action$='/finish-task/'] button").click()
    expect(partner.locator("#main")).to_contain_text("叶轮已换，积水抽干。")
    # She photographs what was done; the photo is the evidence of the report.
    case_page(worker, number)
    worker.locator("#add-photos > summary").click()
    worker.locator("#add-photos label:has([name=kind][value=after])").click()
    worker.locator("#add-photos [name=photos]").set_input_files(
        str(a_lamp(tmp_path / "after.jpg", is_lit=True))
    )
    fits(worker)
    worker.locator("form[data-photos] button[type=submit]").click()
    expect(worker.locator("#photos figure")).to_have_count(1)
    moved(worker, number, "report", resolution="solved", public_reply="水泵叶轮已换，积水已抽干。")
    fits(worker)
    # What she can do no more waits for others now.
    worker.goto(f"{BASE}/work/")
    waiting = worker.locator("section:has(h2:has-text('等别人的'))")
    expect(waiting.locator(f"a[href*='{number}']")).to_have_count(1)


def test_what_the_catalogue_decides_goes_out_together(as_person: Open) -> None:
    operator = as_person("operator-2")
    numbers = [
        received(operator, words, category="电梯停运")
        for words in ("一号楼电梯按钮失灵。", "二号楼电梯按钮失灵。")
    ]
    lamp = received(operator, "二号楼电梯间的灯不亮。")
    dispatcher = as_person("dispatcher")
    dispatcher.goto(f"{BASE}/queue/?page=999")  # the newest stand on the last page
    for number in (*numbers, lamp):
        dispatcher.locator(f"[name=case][value='{number}']").check()
    expect(dispatcher.locator(".bulk")).to_be_visible()
    fits(dispatcher)
    shoot(dispatcher, "queue-bulk")
    dispatcher.keyboard.press("Alt+M")
    expect(dispatcher.locator(".toast, .callout[role=alert]").first).to_be_visible()
    for number in numbers:
        case_page(dispatcher, number)
        expect(dispatcher.locator(".cs-head")).to_contain_text("主办 ")


def test_a_company_helps_the_office_decides_and_a_verifier_looks(
    as_person: Open, tmp_path: Path
) -> None:
    operator = as_person("operator-1")
    operator.locator("[name=words]").fill("我叫许桂兰，九号楼门口的路灯不亮，晚上老人看不清台阶。")
    operator.locator("[name=place]").fill("双合家园社区")
    operator.locator("[name=category]").fill("公共部位维修")
    operator.locator("[name=phone]").fill("199 0000 4477")
    operator.locator(".op-send button.primary").click()
    # Her name stood in the words: it is taken out, and the operator sees it before she sends.
    expect(operator.locator("#id_words_error, [data-errors]").first).to_be_visible()
    operator.locator(".op-send button.primary").click()
    expect(operator).to_have_url(re.compile("received="))
    number = read_number(operator.url.split("received=")[1])
    assert number is not None
    dispatched(as_person("dispatcher"), number)

    worker = as_person("worker-shuanghe", phone=True)
    accepted(worker, number)
    moved(worker, number, "contact", note="说明今晚来修。")
    # Nothing shows yet what was done: the report says so and keeps what was typed.
    report = opened(worker, "report")
    filled(report, resolution="solved", public_reply="路灯已换新，台阶边加了反光条。")
    report.locator("form button.primary").click()
    expect(worker.locator("#move-report")).to_contain_text("处理后的照片")
    expect(worker.locator("#move-report [name=public_reply]")).to_have_value(
        "路灯已换新，台阶边加了反光条。"
    )
    fits(worker)
    shoot(worker, "report-asks-for-evidence-390")
    worker.goto(f"{BASE}/cases/{number}/give-task/")
    worker.locator("[name=unit_id]").select_option(label="和木物业服务有限公司（虚构）")
    worker.locator("[name=words]").fill("请电工到九号楼门口换路灯。")
    worker.locator("form[data-primary] button.primary").click()
    expect(worker).to_have_url(re.compile(f"/cases/{number}/$"))
    extension = opened(worker, "ask_extension")
    extension.locator("label:has([name=reason])").first.click()
    filled(extension, words="等灯杆到货。", amount="1", told="电话告知，同意多等一天。")
    extension.locator("form button.primary").click()
    expect(worker.locator("#main")).to_contain_text("等灯杆到货。")

    helper = as_person("partner-hemu", phone=True)
    helper.goto(f"{BASE}/tasks/")
    task = helper.locator("article", has_text="请电工到九号楼门口换路灯。")
    expect(task).not_to_contain_text("许桂兰")
    task.locator("form[action$='/take-on/'] button").click()
    for kind, is_lit in (("before", False), ("after", True)):
        adding = task.locator("details.move", has=helper.locator("[name=photos]"))
        adding.locator("> summary").click()
        adding.locator(f"label:has([name=kind][value={kind}])").click()
        adding.locator("[name=photos]").set_input_files(
            str(a_lamp(tmp_path / f"许桂兰-{kind}.jpg", is_lit=is_lit))
        )
        expect(adding.locator("[data-chosen] img")).to_have_count(1)
        fits(helper)
        adding.locator("form[data-photos] button[type=submit]").click()
        expect(task.locator(".photos figure")).to_have_count(1 + is_lit)
    fits(helper)
    shoot(helper, "task-photos-390")
    task.locator(".photos a").first.click()
    fits(helper)
    shoot(helper, "task-photo-390")

    office = as_person("office")
    office.goto(f"{BASE}/approvals/")
    asked = office.locator("article", has_text="等灯杆到货。")
    asked.locator("form[action$='/grant/'] button").first.click()
    expect(office.locator("article", has_text="等灯杆到货。")).to_have_count(0)

    moved(
        worker,
        number,
        "report",
        resolution="solved",
        public_reply="路灯已换新，台阶边加了反光条。",
        evidence="物业拍了换灯前后的照片，来电人看过。",
    )
    expect(worker.locator("#move-report")).to_have_count(0)

    verifier = as_person("verifier", phone=True)
    case_page(verifier, number)
    look = opened(verifier, "verify")
    filled(look, words="二十点到现场，灯亮，反光条在。")
    fits(verifier)
    shoot(verifier, "verify-case-390")
    look.locator("form button.primary").click()
    expect(verifier.locator("#main")).to_contain_text("二十点到现场")

    # She asks what is kept of her: the officer finds her by her number and hands it out.
    office.goto(f"{BASE}/persons/")
    office.locator("[name=phone]").fill("199 0000 4477")
    office.locator("#main form button[type=submit]").first.click()
    office.locator("#main .rows a").first.click()
    fits(office)
    shoot(office, "own-data-case")
    office.locator("form[action$='/copy/'] label:has([value=called_back])").click()
    office.locator("form[action$='/copy/'] button[type=submit]").first.click()
    expect(office.locator("#main")).to_contain_text("许桂兰")
    fits(office)
    shoot(office, "own-data-copy")
