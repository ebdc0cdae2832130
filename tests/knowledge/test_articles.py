"""An article is written by one person and put in force by another; what it said is never overwritten."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from linli.kernel.errors import RuleBroken
from linli.kernel.models import Event
from linli.knowledge.models import Article, ArticleVersion
from linli.knowledge.operations import (
    approve,
    decline,
    end_article,
    write_article,
    write_version,
)
from linli.knowledge.queries import answer_in_force, contradicting, readable, said_in, shown
from linli.knowledge.rules import one_within_other, overlap, ways_of
from linli.territory.models import Place, day_of
from tests.builders import Town
from tests.conftest import NOW
from tests.knowledge.conftest import a_draft, an_article

pytestmark = pytest.mark.django_db
TODAY = day_of(NOW)


def refused(code: str, do: Any, **given: Any) -> None:
    with pytest.raises(RuleBroken) as broken:
        do(**given)
    assert broken.value.code == code


def test_nobody_is_told_what_one_person_wrote(town: Town) -> None:
    version = an_article(town, is_approved=False)
    asks = {"actor": town.actor("operator"), "on": TODAY}
    assert answer_in_force(version.pk, **asks) is None
    given = {"article_id": version.article_id, "number": 1}
    refused("article.same_person", approve, actor=town.actor("office"), **given)
    approve(actor=town.actor("administrator"), **given)
    assert answer_in_force(version.pk, **asks) == version
    names = Event.objects.filter(stream_kind="article").values_list("name", flat=True)
    assert list(names) == ["article.written", "article.approved"]


def test_the_database_wants_a_second_person_too(town: Town) -> None:
    version = an_article(town, is_approved=False)
    rows = ArticleVersion.objects.filter(pk=version.pk)
    with pytest.raises(IntegrityError, match="article_second_person"), transaction.atomic():
        rows.update(approved_by=version.author_id, approved_at=NOW)


def test_what_a_version_said_is_never_changed(town: Town) -> None:
    version = an_article(town)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        ArticleVersion.objects.filter(pk=version.pk).update(answer="别的")


def test_the_version_before_serves_until_the_next_is_approved(town: Town) -> None:
    first = an_article(town)
    key = uuid.uuid4()
    given = {"article_id": first.article_id, "draft": a_draft(answer="改为十个工作日。")}
    second = write_version(actor=town.actor("office"), form_key=key, **given)
    assert write_version(actor=town.actor("office"), form_key=key, **given) == second
    operator = town.actor("operator")
    assert answer_in_force(first.pk, actor=operator, on=TODAY) == first
    approve(actor=town.actor("administrator"), article_id=first.article_id, number=2)
    assert answer_in_force(first.pk, actor=operator, on=TODAY) is None
    assert answer_in_force(second.pk, actor=operator, on=TODAY) == second
    assert [one.number for one in first.article.versions.order_by("number")] == [1, 2]


def test_one_that_waited_gives_way_to_the_next(town: Town) -> None:
    first = an_article(town, is_approved=False)
    write_version(
        actor=town.actor("office"),
        article_id=first.article_id,
        draft=a_draft(),
        form_key=uuid.uuid4(),
    )
    given = {"actor": town.actor("administrator"), "article_id": first.article_id}
    refused("article.not_waiting", approve, number=1, **given)
    assert approve(number=2, **given).is_in_force


def test_it_is_sent_back_with_what_is_to_be_mended(town: Town) -> None:
    first = an_article(town, is_approved=False)
    given = {"actor": town.actor("administrator"), "article_id": first.article_id, "number": 1}
    refused("article.no_reason", decline, reason=" ", **given)
    assert decline(reason="缺第几条", **given).decline_reason == "缺第几条"
    refused("article.not_waiting", approve, **given)


def test_an_ended_article_is_told_to_nobody(town: Town) -> None:
    first = an_article(town)
    given = {"actor": town.actor("administrator"), "article_id": first.article_id, "number": 1}
    end_article(**given)
    assert answer_in_force(first.pk, actor=town.actor("operator"), on=TODAY) is None
    refused("article.not_in_force", end_article, **given)


@pytest.mark.parametrize(
    ("changed", "is_told"),
    [
        ({"valid_to": TODAY}, True),
        ({"valid_from": TODAY + dt.timedelta(days=1)}, False),
        ({"audience": "staff"}, False),
    ],
)
def test_only_what_holds_today_and_may_be_told_is_told(
    town: Town, changed: dict[str, Any], is_told: bool
) -> None:
    version = an_article(town, **changed)
    asked = answer_in_force(version.pk, actor=town.actor("operator"), on=TODAY)
    assert (asked is not None) == is_told


def test_what_is_over_is_not_put_in_force(town: Town) -> None:
    past = TODAY - dt.timedelta(days=1)
    version = an_article(town, is_approved=False, valid_from=past, valid_to=past)
    given = {"article_id": version.article_id, "number": 1}
    refused("article.is_over", approve, actor=town.actor("administrator"), **given)


def test_days_the_wrong_way_round_are_refused_twice(town: Town) -> None:
    with pytest.raises(RuleBroken) as broken:
        an_article(town, valid_to=dt.date(2026, 1, 4))
    assert broken.value.code == "article.ends_before_start"
    version = an_article(town, is_approved=False)
    wrong = {"number": 2, "valid_to": dt.date(2026, 1, 4)}
    wrong |= {"form_key": uuid.uuid4(), "ended_at": NOW, "ended_by": 1}
    version.pk = None
    for name, value in wrong.items():
        setattr(version, name, value)
    with pytest.raises(IntegrityError, match="article_ends_after_start"), transaction.atomic():
        version.save(force_insert=True)


def test_the_citys_rule_is_read_in_the_community_and_a_neighbours_is_not(town: Town) -> None:
    citys = an_article(town)
    homes = an_article(town, place="110105019029", question="南院夜间从哪个门进？")
    read = {who: set(readable(town.actor(who))) for who in ("worker", "neighbour", "operator")}
    assert read["worker"] == read["operator"] == {citys.article, homes.article}
    assert read["neighbour"] == {citys.article}
    told = answer_in_force(homes.pk, actor=town.actor("neighbour"), on=TODAY)
    assert told is None


def test_a_worker_writes_for_her_own_community_only(town: Town) -> None:
    given = {
        "owner": town.units["committee-029"],
        "draft": a_draft(),
        "form_key": uuid.uuid4(),
        "actor": town.actor("worker"),
    }
    refused("article.outside", write_article, place=town.places["110000"], **given)
    made = write_article(place=town.places["110105019029"], **given)
    assert made.article.community_code == "110105019029"
    citys = an_article(town)
    with pytest.raises(Article.DoesNotExist):
        write_version(
            actor=town.actor("worker"),
            article_id=citys.article_id,
            draft=a_draft(),
            form_key=uuid.uuid4(),
        )


def test_two_answers_to_one_question_are_shown(town: Town) -> None:
    citys = an_article(town)
    same = an_article(town, place="110105019029", question="居住证 多久能办好")
    later = TODAY + dt.timedelta(days=90)
    an_article(town, valid_from=later)  # another article, of which the days do overlap
    found = contradicting(same, actor=town.actor("operator"))
    assert citys in found
    assert all(one.article_id != same.article_id for one in found)


def test_lists_show_what_waits_and_what_is_to_be_looked_at(town: Town) -> None:
    actor = town.actor("office")
    waiting = an_article(town, is_approved=False)
    old = an_article(town, review_on=TODAY)
    fresh = an_article(town, question="老年卡在哪里办？")
    lists = {which: set(shown(actor, which=which, on=TODAY)) for which in ("waiting", "look", "")}
    assert lists == {"waiting": {waiting}, "look": {old}, "": {old, fresh}}
    assert set(said_in(shown(actor, which="", on=TODAY), "老年卡")) == {fresh}


def test_pure_rules() -> None:
    day = dt.date(2026, 11, 1)
    assert overlap((day, day), (day, None))
    assert not overlap((day, day), (day + dt.timedelta(days=1), None))
    assert ways_of("能开吗？", "能开吗\n怎么开") == ["能开吗", "怎么开"]
    city = Place(city_code="1").scope
    street = Place(city_code="1", district_code="2", street_code="3").scope
    other = Place(city_code="1", district_code="2", street_code="4").scope
    assert one_within_other(city, street)
    assert not one_within_other(street, other)
