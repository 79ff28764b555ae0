"""Every fast path writes what Babel writes, but for the narrow space, the real minus and the short ₽."""

from __future__ import annotations

import decimal
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel import numbers
from babel.dates import format_date
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from otdel.interfaces.web import formats
from otdel.interfaces.web.formats import DASH, MINUS, NBSP, THIN

RU, EN = formats.of("ru"), formats.of("en")
amounts = st.decimals(min_value=-(10**13), max_value=10**13, places=2, allow_nan=False, allow_infinity=False)


def ours(text: str) -> str:
    """Babel's text with our spaces and signs."""
    text = text.replace("-", MINUS).replace(f"RUB{NBSP}", "₽").replace("RUB", "₽")
    head, gap, tail = text.rpartition(NBSP)
    if tail in ("₽", "%"):
        return head.replace(NBSP, THIN) + gap + tail
    return text.replace(NBSP, THIN)


def babel(write, *args: object, **kwargs: object) -> str:
    """Babel, rounding halves up as people and spreadsheets do."""
    with decimal.localcontext(rounding=decimal.ROUND_HALF_UP):
        return str(write(*args, **kwargs))


@pytest.mark.parametrize("lang", ["ru", "en"])
@given(value=amounts)
def test_numbers_are_babels(lang: str, value: Decimal) -> None:
    fast = formats.of(lang).number(value, 2)

    assert fast == ours(babel(numbers.format_decimal, value, "#,##0.00", locale=lang)).replace(f"{MINUS}0,00", "0,00")


@pytest.mark.parametrize("lang", ["ru", "en"])
@given(value=st.integers(min_value=-(10**13), max_value=10**13))
def test_whole_numbers_are_babels(lang: str, value: int) -> None:
    assert formats.of(lang).number(value) == ours(babel(numbers.format_decimal, value, locale=lang))


@pytest.mark.parametrize("lang", ["ru", "en"])
@given(value=amounts)
def test_money_is_babels(lang: str, value: Decimal) -> None:
    expected = ours(babel(numbers.format_currency, value, "RUB", locale=lang))

    assert formats.of(lang).money(value, places=2) == expected


@pytest.mark.parametrize("lang", ["ru", "en"])
@given(value=st.decimals(min_value=-9, max_value=9, places=3, allow_nan=False, allow_infinity=False))
def test_percents_are_babels(lang: str, value: Decimal) -> None:
    fast = formats.of(lang).percent(value, 1)
    pattern = f"0.0{NBSP}%" if lang == "ru" else "0.0%"

    assert fast == ours(babel(numbers.format_percent, value, pattern, locale=lang))


@pytest.mark.parametrize(
    ("power", "ru", "en"), [(3, "тыс.", "K"), (6, "млн", "M"), (9, "млрд", "B"), (12, "трлн", "T")]
)
def test_short_words_are_babels(power: int, ru: str, en: str) -> None:
    assert (RU.short[power], EN.short[power]) == (ru, en)


@given(day=st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 1, 1)))
def test_days_are_babels(day: date) -> None:
    assert RU.day(day) == format_date(day, "d MMMM yyyy", locale="ru")
    assert RU.day(day, day) == format_date(day, "d MMMM", locale="ru")
    assert EN.day(day) == format_date(day, "MMMM d, yyyy", locale="en")
    assert RU.date(day) == format_date(day, "dd.MM.yyyy", locale="ru")


@pytest.mark.parametrize(
    ("value", "ru", "en"),
    [
        (12_400_000, "12,4 млн ₽", "₽12.4M"),
        (12_000_000, "12,0 млн ₽", "₽12.0M"),
        (-767_655, "−768 тыс. ₽", "−₽768K"),
        (95_000, "95 тыс. ₽", "₽95K"),
        (999_950, "1,00 млн ₽", "₽1.00M"),
        (412, "412 ₽", "₽412"),
        (Decimal("12.5"), "12,5 ₽", "₽12.5"),
        (0, "0 ₽", "₽0"),
        (1_234_567_890_123, "1,23 трлн ₽", "₽1.23T"),
        (None, DASH, DASH),
    ],
)
def test_compact_keeps_three_digits(value: Decimal | None, ru: str, en: str) -> None:
    assert RU.compact(value).replace(NBSP, " ") == ru
    assert EN.compact(value) == en


def test_deviation_has_a_sign_and_a_real_minus() -> None:
    assert RU.deviation(0.23, 0) == f"+23{NBSP}%"
    assert RU.deviation(-0.088) == f"−8,8{NBSP}%"
    assert RU.deviation(0) == f"0,0{NBSP}%"
    assert RU.deviation(-0.0001) == f"0,0{NBSP}%"
    assert RU.deviation(0.001, 0) == f"0{NBSP}%"
    assert RU.deviation(None) == DASH


def test_kopecks_are_shown_when_there_are_any() -> None:
    assert RU.money(Decimal("100.00")) == f"100{NBSP}₽"
    assert RU.money(Decimal("100.50")) == f"100,50{NBSP}₽"
    assert RU.money(None) == DASH
    assert EN.money(-5, "USD") == "−$5"
    assert EN.money(5, "UZS") == f"сум{NBSP}5"


def test_times_and_spans() -> None:
    moment = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)

    assert RU.moment(moment, moment.date()) == "3 марта, 14:05"
    assert RU.weekday(date(2026, 11, 20)) == "Пятница, 20 ноября"
    assert RU.month(date(2026, 11, 1)) == "Ноябрь 2026"
    assert RU.days(date(2026, 11, 1), date(2026, 11, 30)) == "1–30 ноября 2026"
    assert EN.days(date(2026, 11, 1), date(2026, 12, 2)) == "November 1, 2026 – December 2, 2026"


def test_words_about_time_follow_the_language() -> None:
    now = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)

    with translation.override("en"):
        assert formats.in_working_days(0) == "today"
        assert formats.in_working_days(1) == "in 1 working day"
        assert formats.overdue_by(2) == "2 days overdue"
        assert formats.ago(now - timedelta(seconds=20), now) == "just now"
        assert formats.ago(now - timedelta(minutes=5), now) == "5 minutes ago"
        assert formats.ago(now - timedelta(hours=3), now) == "3 hours ago"
        assert formats.ago(now - timedelta(days=1), now) == "yesterday"
        assert formats.ago(now - timedelta(days=9), now) == "February 22"


def test_phones_are_grouped_and_odd_ones_left_alone() -> None:
    assert formats.phone("+78125551234").replace(NBSP, " ") == "+7 812 555-12-34"
    assert formats.phone("спросить Олю") == "спросить Олю"
    assert formats.phone("") == DASH
    with translation.override("en"):
        assert formats.phone("+78125551234", "12").endswith("ext. 12")
