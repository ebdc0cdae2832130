"""Finding cases: by words of any length, by number, by telephone; never beyond one's area."""

import datetime as dt
import html
import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from linli.accounts.queries import actor_of
from linli.cases.models import Case, CaseSearch
from linli.cases.operations import receive_batch
from linli.cases.searching.parts import forget_words, index_words
from linli.cases.searching.queries import PAGE, Asked, search, states
from linli.kernel.actor import Grant
from tests.builders import Town, a_case, a_draft
from tests.cases.pages import Page, a_browser
from tests.cases.people import a_user
from tests.cases.standing import standing_town
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
WORDS = "六号楼电梯停运两天了，家里老人下不了楼。"


@pytest.fixture
def town() -> Town:
    return standing_town()


def found(
    town: Town, words: str, *, who: str = "operator", page: int = 1, **narrow: object
) -> list[Case]:
    return search(Asked(words=words, **narrow), actor=town.actor(who), page=page).cases  # type: ignore[arg-type]


# — words —


@pytest.mark.parametrize(
    "words",
    [
        "电梯",
        "电梯停运",
        "下不了楼",
        "停运 老人",
        "電梯",
        "梯",
        "６号楼",
        "六号楼电梯停运两天了",
        "楼。",
    ],
)
def test_a_case_is_found_by_its_words(town: Town, words: str) -> None:
    case = a_case(town, words=WORDS, address="6号楼3单元")
    assert found(town, words) == [case]


@pytest.mark.parametrize("words", ["电运", "梯电", "停运电梯", "电梯 暖气", "物业"])
def test_a_case_is_not_found_by_what_does_not_stand_there(town: Town, words: str) -> None:
    a_case(town, words=WORDS)
    assert found(town, words) == []


def test_neighbours_that_stand_apart_are_no_hit(town: Town) -> None:
    a_case(town, words="物业 业管 管理")
    assert found(town, "物业管理") == []


def test_the_reply_is_found_once_it_is_written(town: Town) -> None:
    assert found(town, "试用") == []
    case = a_case(town, at="reported", words=WORDS)
    assert found(town, "请您试用") == [case]
    assert found(town, "电梯") == [case]


def test_title_and_where_exactly_are_found_notes_are_not(town: Town) -> None:
    case = a_case(town, at="in_progress", words="漏水", title="顶楼渗水", address="锅炉房后面")
    assert found(town, "渗水") == found(town, "锅炉房") == [case]
    assert found(town, "说明") == [], "what was said in confidence is not searched"


def test_a_batch_is_found_and_a_row_set_aside_is_not(town: Town) -> None:
    over = Grant("x", frozenset({"cases.import"}), "city_code", "110000")
    actor = town.actor("administrator")
    actor = type(actor)(actor.user_id, actor.name, (*actor.grants, over), NOW)
    drafts = [
        a_draft(town, words="路灯不亮"),
        a_draft(town, words=""),
        a_draft(town, words="路灯又不亮"),
    ]
    receive_batch(actor=actor, drafts=drafts)
    assert {case.words for case in found(town, "路灯")} == {"路灯不亮", "路灯又不亮"}
    assert CaseSearch.objects.count() == Case.objects.everywhere("test").count()


def test_words_that_are_deleted_are_found_no_more(town: Town) -> None:
    case = a_case(town, words=WORDS)
    with transaction.atomic():
        assert forget_words([case.pk]) == 1
    assert found(town, "电梯") == []


def test_words_that_change_are_found_anew(town: Town) -> None:
    case = a_case(town, words=WORDS)
    case.title = case.words = "水管爆了"
    with transaction.atomic():
        index_words([case])
    Case.objects.everywhere("test").filter(pk=case.pk).update(title=case.title, words=case.words)
    assert found(town, "水管") == [case]
    assert found(town, "停运") == []


def test_the_index_can_answer(town: Town) -> None:
    a_case(town)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT case_id FROM cases_casesearch WHERE grams @@ '''电梯'''::tsquery"
        )
        assert "case_search_grams" in " ".join(row[0] for row in cursor.fetchall())


# — who sees what —


def test_words_lead_to_nothing_outside_the_area(town: Town) -> None:
    case = a_case(town, words=WORDS)
    assert found(town, "电梯", who="worker") == [case]
    assert found(town, "电梯", who="neighbour") == []


def test_who_only_takes_part_does_not_find_by_words(town: Town) -> None:
    """An order in another area: its unit opens the case, but its words must not be probed by search."""
    case = a_case(town, at="dispatched", words=WORDS)
    lent = a_user(town, "community_worker", place="110105015044", unit="committee-029")
    actor = actor_of(lent, now=NOW)
    assert Case.objects.seen_by(actor, permission="cases.see").get() == case
    assert search(Asked(words="电梯"), actor=actor, page=1).cases == []


# — narrowed —


def test_state_place_and_days_narrow(town: Town) -> None:
    old = a_case(town, words=WORDS, now=NOW - dt.timedelta(days=40))
    fresh = a_case(town, at="accepted", words=WORDS)
    closed = a_case(town, at="closed", words=WORDS)
    beside = a_case(town, words=WORDS, place="110105019030")
    assert set(found(town, "电梯")) == {old, fresh, closed, beside}
    assert found(town, "电梯", state="case:received") == [beside, old]
    assert found(town, "电梯", state="order:accepted") == [fresh]
    assert found(town, "电梯", state="case:closed") == [closed]
    assert found(town, "电梯", place=town.places["110105019030"]) == [beside]
    assert found(town, "", since=NOW.date(), state="order:accepted") == [fresh]
    assert found(town, "电梯", until=(NOW - dt.timedelta(days=40)).date()) == [old]


def test_a_category_narrows_with_those_below_it(town: Town) -> None:
    lifts, stopped = (town.categories[code] for code in ("0203", "020301"))
    case = a_case(town, words=WORDS, category=stopped.code)
    a_case(town, words=WORDS, category=None)

    assert found(town, "电梯", category=lifts) == found(town, "", category=stopped) == [case]
    assert found(town, "电梯", category=town.categories["0405"]) == []


def test_a_category_is_named_in_words_and_several_are_offered(town: Town, operator: Client) -> None:
    case = a_case(town, words=WORDS, category="020301")
    a_case(town, words="电梯里的灯不亮，晚上看不见。", category=None)

    one = operator.get("/search/", {"q": "电梯", "category": "电梯停运"}).content.decode()
    assert case.number in one
    assert one.count('class="t ph"') == 1
    several = operator.get("/search/", {"q": "电梯", "category": "物业"})
    assert several.status_code == 422
    assert "category=0201" in several.content.decode()
    none = operator.get("/search/", {"q": "电梯", "category": "没有此类"})
    assert none.status_code == 422
    assert 'value="没有此类"' in none.content.decode()


def test_what_is_found_is_exported_with_its_filter_by_whoever_may(
    town: Town, operator: Client
) -> None:
    a_case(town, words=WORDS)
    asked = {"q": "电梯", "state": "case:received", "since": "2026-11-01"}
    dispatcher = a_browser(town.users["dispatcher"])

    page = dispatcher.get("/search/", asked).content.decode()
    link = re.search(r'href="(/exports/\?[^"]*)"', page)
    assert link is not None
    form = Page(dispatcher.get(html.unescape(link[1])))
    assert form.fields["words"][0] == "电梯"
    assert form.fields["received_from"][0] == "2026-11-01"
    assert form.shows("来自列表")
    assert "/exports/?" not in operator.get("/search/", asked).content.decode()
    phone = a_browser(town.users["worker"]).get("/search/", {"q": "19900001234"})
    assert "/exports/?" not in phone.content.decode(), "a number is no filter of a file"


def test_a_day_is_whole_in_the_citys_time(town: Town) -> None:
    late = dt.datetime(2026, 11, 17, 15, 59, tzinfo=dt.UTC)  # one minute before midnight in Beijing
    case = a_case(town, words=WORDS, now=late)
    day = dt.date(2026, 11, 17)
    assert found(town, "电梯", since=day, until=day) == [case]
    assert found(town, "电梯", since=day + dt.timedelta(days=1)) == []


def test_every_state_that_people_see_can_be_chosen(town: Town) -> None:
    for value, _label in states():
        found(town, "电梯", state=value)
    assert len({label for _value, label in states()}) == len(states())


def test_pages_follow_each_other_the_newest_first(town: Town) -> None:
    cases = [a_case(town, words=WORDS, now=NOW - dt.timedelta(hours=n)) for n in range(PAGE + 3)]
    first = search(Asked(words="电梯"), actor=town.actor("operator"), page=1)
    second = search(Asked(words="电梯"), actor=town.actor("operator"), page=2)
    assert first.cases + second.cases == cases
    assert (first.has_next, second.has_next) == (True, False)


# — the page —


@pytest.fixture
def operator(town: Town) -> Client:
    return a_browser(town.users["operator"])


def test_the_page_lists_marks_and_leads_on(town: Town, operator: Client) -> None:
    case = a_case(town, words=WORDS)
    response = operator.get("/search/", {"q": "电梯"})
    assert response.status_code == 200
    assert "<mark>电梯</mark>" in response.content.decode()
    assert reverse("cases:case", args=[case.number]) in response.content.decode()
    assert Page(operator.get("/search/", {"q": "暖气管"})).shows("没有找到")


def test_the_fragment_is_the_list_alone(town: Town, operator: Client) -> None:
    a_case(town, words=WORDS)
    headers = {"HX-Request": "true", "HX-Target": "found"}
    response = operator.get("/search/", {"q": "电梯"}, headers=headers)
    assert response.content.decode().strip().startswith("<section")
    assert operator.get("/search/", {"q": "1234567"}, headers=headers).status_code == 422


def test_a_telephone_number_finds_for_those_who_hear_it_anyway(town: Town) -> None:
    case = a_case(town, words=WORDS, phone="19900001234")
    for said in ("19900001234", "199 0000 1234", "+86 199-0000-1234", "１９９００００１２３４"):
        response = a_browser(town.users["operator"]).get("/search/", {"q": said})
        assert case.title in response.content.decode(), said
    assert Page(a_browser(town.users["worker"]).get("/search/", {"q": "19900001234"})).shows("电梯")
    refused = a_browser(town.users["dispatcher"]).get("/search/", {"q": "19900001234"})
    assert refused.status_code == 404
    assert case.title not in refused.content.decode()


def test_a_place_of_several_is_offered_and_none_is_said(town: Town, operator: Client) -> None:
    several = operator.get("/search/", {"q": "电梯", "place": "社区"})
    assert several.status_code == 422
    assert "place=110105019029" in several.content.decode()
    chosen = operator.get("/search/", {"q": "电梯", "place": "110105019029"})
    assert chosen.status_code == 200
    nowhere = operator.get("/search/", {"q": "电梯", "place": "没有此地"})
    assert nowhere.status_code == 422
    assert 'value="没有此地"' in nowhere.content.decode(), "what was typed stays"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"since": "2026-11-02", "until": "2026-11-01"}, 422),
        ({"since": "yesterday"}, 422),
        ({"state": "order:none"}, 422),
        ({"page": "-3"}, 200),
        ({"page": "9999999999999"}, 200),
        ({"page": "２"}, 200),
        ({"q": "1234567"}, 404),
        ({"q": "——"}, 404),
        ({"q": "'); DROP TABLE cases_case; --"}, 200),
    ],
)
def test_nonsense_is_answered_in_words(
    town: Town, operator: Client, asked: dict[str, str], status: int
) -> None:
    a_case(town, words=WORDS)
    response = operator.get("/search/", {"q": "电梯", **asked})
    assert response.status_code == status
    assert "电梯" in response.content.decode() or "q" in asked


def test_the_next_page_keeps_what_was_asked(town: Town, operator: Client) -> None:
    for _ in range(PAGE + 1):
        a_case(town, words=WORDS)
    body = operator.get("/search/", {"q": "电梯", "state": "case:received"}).content.decode()
    assert "q=%E7%94%B5%E6%A2%AF&amp;state=case%3Areceived&amp;page=2" in body


def test_a_leader_without_cases_has_no_search(town: Town) -> None:
    leader = a_browser(a_user(town, "leader", place="110000"))
    assert leader.get("/search/", {"q": "电梯"}).status_code == 403
