from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otdel.core.amounts import parse_amount


@pytest.mark.parametrize(
    ("text", "lang", "amount"),
    [
        ("1 234 567,89", "ru", "1234567.89"),
        ("1\u202f234\u00a0567,89 ₽", "ru", "1234567.89"),
        ("1,234,567.89", "en", "1234567.89"),
        ("1.234.567,89", "ru", "1234567.89"),
        ("1,200", "ru", "1.2"),
        ("1,200", "en", "1200"),
        ("1.200", "en", "1.2"),
        ("1.200", "ru", "1200"),
        ("250 тыс", "ru", "250000"),
        ("1,5 млн", "ru", "1500000"),
        ("−12,5", "ru", "-12.5"),
        ("0", "ru", "0"),
    ],
)
def test_amounts_are_read_as_people_write_them(text, lang, amount):
    assert parse_amount(text, lang) == Decimal(amount)


def test_nothing_typed_is_no_amount():
    assert parse_amount(" \u00a0", "ru") is None


@pytest.mark.parametrize("text", ["abc", "1.2.3,4,5x", "--1", "1e400", "NaN", "inf", "=1+1"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match=".*"):
        parse_amount(text, "ru")


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    try:
        amount = parse_amount(text)
    except ValueError:
        return
    assert amount is None or amount.is_finite()
