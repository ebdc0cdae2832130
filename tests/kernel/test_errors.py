"""A refusal has one code for machines and a sentence for the person, in her language."""

from django.utils import translation
from django.utils.translation import gettext_lazy

from linli.kernel.errors import NOT_ALLOWED, Refusal


def test_a_refusal_called_with_facts_says_them() -> None:
    broken = Refusal("test.late", "%(who)s was first", field="lead")(who="赵调度")
    assert broken.code == "test.late"
    assert broken.field == "lead"
    assert broken.message == "赵调度 was first"
    assert str(broken) == "test.late"  # what a log may hold: never the facts


def test_facts_that_are_words_are_said_in_the_language_in_force() -> None:
    broken = Refusal("test.month", "%(month)s")(month=gettext_lazy("January"))
    with translation.override("zh-hans"):
        assert broken.message == "一月"
    with translation.override("en"):
        assert broken.message == "January"


def test_a_refusal_is_known_again_by_itself() -> None:
    assert NOT_ALLOWED().refusal is NOT_ALLOWED
