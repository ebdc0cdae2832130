"""Telephone numbers as callers give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.language.phone import NotATelephone, e164, masked, masked_name


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("19900001234", "+8619900001234"),
        ("199 0000 1234", "+8619900001234"),
        ("199-0000-1234", "+8619900001234"),
        ("１９９００００１２３４", "+8619900001234"),
        ("　199　0000　1234　", "+8619900001234"),
        ("（199）00001234", "+8619900001234"),
        ("+86 199 0000 1234", "+8619900001234"),
        ("＋86 19900001234", "+8619900001234"),
        ("0086 199 0000 1234", "+8619900001234"),
        ("86 19900001234", "+8619900001234"),
        ("0 199 0000 1234", "+8619900001234"),  # as typed on an old landline
        ("010 6500 0000", "+861065000000"),
        ("(010) 6500-0000", "+861065000000"),
        ("010·65000000", "+861065000000"),
        ("+86 10 6500 0000", "+861065000000"),
        ("+86 010 6500 0000", "+861065000000"),
        ("6500 0000", "+861065000000"),
        ("0312 500 0000", "+863125000000"),
        ("0755 2600 0000", "+8675526000000"),
        ("+86 755 2600 0000", "+8675526000000"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("001 212 555 0100", "+12125550100"),
        ("+44 20 7946 0000", "+442079460000"),
    ],
)
def test_reads_what_people_type(typed: str, stored: str) -> None:
    assert e164(typed) == stored


def test_a_short_landline_takes_the_area_code_of_the_installation() -> None:
    assert e164("26000000", area_code="755") == "+8675526000000"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "letters"),
        ("   ", "letters"),
        ("+", "letters"),
        ("没有电话", "letters"),
        ("199000o1234", "letters"),
        ("199 0000 1234 转 5", "letters"),
        ("١٢٣٤٥٦٧٨٩٠١", "letters"),  # Arabic-Indic digits are not the digits of a keypad here
        ("12345", "short"),
        ("1990000123", "short"),
        ("12345678", "short"),  # no landline begins with 1
        ("65000", "short"),
        ("+1 555", "short"),
        ("199000012345", "unknown"),
        ("19900001234567", "long"),
        ("+1 2125 5501 0000 0000", "long"),
        ("12900001234", "unknown"),
        ("0 139 0000 000", "unknown"),  # a mobile behind a trunk zero with a digit missing
    ],
)
def test_says_why_it_is_no_telephone(typed: str, reason: str) -> None:
    with pytest.raises(NotATelephone) as refused:
        e164(typed)
    assert refused.value.reason == reason


_TYPED = st.one_of(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"0[0-9]{9,11}", fullmatch=True),
    st.from_regex(r"[2-8][0-9]{7}", fullmatch=True),
    st.from_regex(r"\+?(86)?[0-9]{7,13}", fullmatch=True),
    st.from_regex(r"010[0-9]{6,9}|0?1[3-9][0-9]{8,10}", fullmatch=True),
)


@given(_TYPED)
def test_what_is_stored_can_be_read_again(typed: str) -> None:
    """A number has one stored form, or the same caller is not found by her second call."""
    try:
        stored = e164(typed)
    except NotATelephone:
        return
    assert e164(stored) == stored


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_refused(typed: str) -> None:
    try:
        stored = e164(typed)
    except NotATelephone:
        return
    assert stored[0] == "+"
    assert stored[1:].isascii()
    assert stored[1:].isdigit()
    assert len(stored) <= 16


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8619900001234", "199 **** 1234"),
        ("+861065000000", "106 **** 0000"),
        ("+12125550100", "+12 **** 0100"),
        ("", "****"),
        ("+86123", "****"),
    ],
)
def test_masks_the_middle_of_a_number(number: str, shown: str) -> None:
    assert masked(number) == shown


@given(st.from_regex(r"\+861[3-9][0-9]{9}", fullmatch=True))
def test_a_masked_number_tells_at_most_seven_digits(number: str) -> None:
    assert sum(c.isdigit() for c in masked(number)) == 7


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("许", "许*"),
        ("许三", "许*"),
        ("许大妈", "许**"),
        ("欧阳某某某", "欧**"),
        ("", ""),
        ("Li", "L*"),
    ],
)
def test_masks_a_name_to_its_first_character(name: str, shown: str) -> None:
    assert masked_name(name) == shown
