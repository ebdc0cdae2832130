"""Articles by the real operations: 顾主管 writes, 钱管理 puts in force."""

import datetime as dt
import uuid
from typing import Any

import pytest

from linli.knowledge.models import ArticleVersion
from linli.knowledge.operations import Draft, approve, write_article
from linli.territory.models import day_of
from tests.builders import Town, a_town
from tests.cases.sorting.conftest import proposing as proposing
from tests.conftest import NOW


@pytest.fixture
def town(db: None) -> Town:
    return a_town()


def a_draft(**changed: Any) -> Draft:
    given: dict[str, Any] = {
        "question": "居住证多久能办好？",
        "variants": "申请居住证要等几天\n居住登记满半年后多长时间拿证",
        "answer": "材料齐全的，自受理起十五个工作日内发证，领证时短信通知。",
        "source": "居住证办理须知（演示）",
        "clause": "第六条",
        "source_date": dt.date(2026, 1, 5),
        "valid_from": dt.date(2026, 1, 5),
        "review_on": day_of(NOW) + dt.timedelta(days=180),
    }
    return Draft(**given | changed)


def an_article(
    town: Town, *, place: str = "110000", is_approved: bool = True, **changed: Any
) -> ArticleVersion:
    version = write_article(
        actor=town.actor("office"),
        place=town.places[place],
        owner=town.units["hotline"],
        draft=a_draft(**changed),
        form_key=uuid.uuid4(),
    )
    if is_approved:
        approve(actor=town.actor("administrator"), article_id=version.article_id, number=1)
    return version
