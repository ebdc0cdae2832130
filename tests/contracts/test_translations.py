"""Both languages are whole: every message of the code has its Chinese, and the compiled file has it too."""

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools import messages

_HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”）][,;:?!]|[,;:?!][\u4e00-\u9fff]")


def catalogue(**translations: str) -> Catalog:
    """Return a catalogue of made-up messages, for testing what finds faults."""
    found = Catalog(locale=messages.LOCALE)
    for english, chinese in translations.items():
        found.add(english.replace("_", " "), chinese)
    return found


def test_every_message_is_translated_and_both_files_are_fresh() -> None:
    assert messages.check() == []


@pytest.mark.parametrize(
    ("english", "chinese", "fault"),
    [
        ("Closed", "", "missing"),
        ("Hello %(name)s", "您好 %(nme)s", "other places"),
        ("Hello %(name)s", "您好", "other places"),
        ("Used", "用了 50%", "other places"),
        ("<b>Now</b>", "现在", "other mark-up"),
    ],
)
def test_a_faulty_translation_is_named(english: str, chinese: str, fault: str) -> None:
    found = messages.faults(catalogue(**{english: chinese}))
    assert len(found) == 1
    assert found[0].startswith(fault)


def test_a_fuzzy_translation_is_named() -> None:
    found = Catalog(locale=messages.LOCALE)
    found.add("Closed", "已办结", flags=["fuzzy"])
    assert messages.faults(found) == ["fuzzy: 'Closed'"]


def test_a_message_that_left_the_code_is_named() -> None:
    code, old = messages.used(), messages.standing()
    del code[None, "Dispatch"]
    assert "no longer used: 'Dispatch'" in messages.unused(code, old)


def test_plurals_and_template_texts_are_found() -> None:
    code = messages.used()
    assert (None, ("%(n)s case", "%(n)s cases")) in code
    assert any(name.endswith(".html") for entry in code.values() for name in entry.files)
    assert any(name.endswith(".py") for entry in code.values() for name in entry.files)


def test_the_compiled_file_speaks_chinese() -> None:
    with messages.MO.open("rb") as file:
        spoken = gettext.GNUTranslations(file)
    assert spoken.gettext("Dispatch") == "派单"
    assert spoken.ngettext("%(n)s case", "%(n)s cases", 1) == "%(n)s 件"


def test_the_files_hold_no_date() -> None:
    for path in (messages.PO, messages.MO):
        assert b"-Date" not in path.read_bytes()


def test_chinese_has_full_width_punctuation() -> None:
    texts = [messages.texts(message) for message in messages.standing().values()]
    plain = [re.sub(r"<[^>]+>", "", chinese) for _english, chinese in texts]
    assert [chinese for chinese in plain if _HALF_WIDTH.search(chinese)] == []


def test_lines_of_a_list_fill_the_catalogue(tmp_path: Path) -> None:
    lines = tmp_path / "list.txt"
    lines.write_text(
        "Closed => 已办结\n%(n)s day | %(n)s days => %(n)s 天\nno arrow here\n", "utf-8"
    )
    taken: dict[messages.Key, messages.Message] = {}
    messages.fill(taken, lines)
    assert taken[None, "Closed"].string == "已办结"
    assert taken[None, ("%(n)s day", "%(n)s days")].string == ("%(n)s 天",)
