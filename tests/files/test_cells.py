"""Cells into values."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otdel.core.requisites import check_account, check_bik, check_inn, check_kpp, check_ogrn
from otdel.interfaces.files import sentences
from otdel.interfaces.files.cells import Column, Form, parse_rows, parser
from otdel.interfaces.files.cells.numbers import boolean, duration, integer, money
from otdel.interfaces.files.cells.periods import Part, Period, in_order, of_day, periods
from otdel.interfaces.files.cells.texts import (
    Phone,
    Reference,
    email,
    emails,
    items,
    path,
    phones,
    reference,
    references,
    site,
    text,
)
from otdel.interfaces.files.cells.words import activity, currency, metric, outcome, stage_outcome
from otdel.interfaces.files.problems import Problem
from otdel.interfaces.files.targets import Kind

JUNK = st.one_of(
    st.text(max_size=80),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.text(alphabet="0123456789.,-/: ()$₽+eE'", max_size=40),
)


def code(value: object) -> str:
    return value.code if isinstance(value, Problem) else ""


@pytest.mark.parametrize("kind", list(Kind))
@settings(max_examples=40, deadline=None)
@given(cell=JUNK)
def test_no_cell_breaks_a_parser_and_every_refusal_has_its_sentence(kind: Kind, cell: object) -> None:
    for order in ("DMY", "MDY", "YMD"):
        value = parser(kind, Form(order, ",", ZoneInfo("Europe/Moscow")))(cell)
        if isinstance(value, Problem):
            assert sentences.of_cell(value)


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("1 234 567,89 ₽", ",", "1234567.89"),
        ("1\u00a0234,56", ",", "1234.56"),
        ("1\u202f234,56", ",", "1234.56"),
        ("350 000", ".", "350000"),
        ("$1,200", ".", "1200"),
        ("(1,200.00)", ".", "-1200"),
        ("($1,200.00)", ".", "-1200"),
        ("-5", ".", "-5"),
        ("−5,5", ",", "-5.5"),
        ("5-", ".", "-5"),
        ("1.234,56", ",", "1234.56"),
        ("1,234.56", ",", "1234.56"),
        ("1.234.567", ",", "1234567"),
        ("12,5", ".", "12.5"),
        ("1,2E+06", ",", "1200000"),
        ("1.2e6", ".", "1200000"),
        ("28000.0000", ".", "28000"),
        ("100 руб.", ",", "100"),
        ("100 р.", ",", "100"),
        ("€ 5", ".", "5"),
        ("1'200", ".", "1200"),
        (0.1 + 0.2, ".", "0.3"),
        (90000.0, ".", "90000"),
        (15, ".", "15"),
        (".5", ".", "0.5"),
        ("+7", ".", "7"),
        ("USD 15", ".", "15"),
    ],
)
def test_money(cell: object, decimal: str, value: str) -> None:
    assert money(decimal)(cell) == Decimal(value)


@pytest.mark.parametrize("cell", ["", "  ", "-", "—", None, "N/A", "не закрыта"])
def test_no_money(cell: object) -> None:
    assert money()(cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "abc",
        "1,2,3",
        "1.2.3",
        "12 34x",
        "--",
        "5%%",
        True,
        float("nan"),
        float("inf"),
        "1e999",
        "1" * 70,
        "10 000 000 000 000 000",
    ],
)
def test_not_money(cell: object) -> None:
    assert code(money()(cell)) in ("not_a_number", "too_large")


@settings(deadline=None)
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_money_written_in_russian_or_english_is_read_back(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    russian = english.replace(",", "\u00a0").replace(".", ",")

    assert money(".")(english) == amount
    assert money(".")(f"{amount} ₽") == amount
    assert money(",")(russian + " ₽") == amount


def test_whole_numbers() -> None:
    assert [integer()(cell) for cell in ("1 200", 5.0, "7.00", "")] == [1200, 5, 7, None]
    assert code(integer()("1.5")) == "not_whole"


@pytest.mark.parametrize(
    ("cell", "order", "value"),
    [
        ("01.09.2026 10:15:00", "DMY", datetime(2026, 9, 1, 10, 15)),
        ("05-09-2026 10:15:00", "DMY", datetime(2026, 9, 5, 10, 15)),
        ("10/20/2016", "MDY", datetime(2016, 10, 20)),
        ("3/1/2017", "MDY", datetime(2017, 3, 1)),
        ("2017/08/25", "DMY", datetime(2017, 8, 25)),
        ("2010-12-29 00:00:00.000", "DMY", datetime(2010, 12, 29)),
        ("20101229", "DMY", datetime(2010, 12, 29)),
        (20101229, "DMY", datetime(2010, 12, 29)),
        ("1 марта 2026", "DMY", datetime(2026, 3, 1)),
        ("01 мар. 2026 г.", "DMY", datetime(2026, 3, 1)),
        ("1-Mar-26", "DMY", datetime(2026, 3, 1)),
        ("Mar 1, 2026", "DMY", datetime(2026, 3, 1)),
        ("March 1st, 2026", "DMY", datetime(2026, 3, 1)),
        ("01.02.26", "DMY", datetime(2026, 2, 1)),
        ("26-02-01", "YMD", datetime(2026, 2, 1)),
        ("2/1/2026 3:05 PM", "MDY", datetime(2026, 2, 1, 15, 5)),
        ("2/1/2026 12:05 am", "MDY", datetime(2026, 2, 1, 0, 5)),
        (46054, "DMY", datetime(2026, 2, 1)),
        ("46054.5", "DMY", datetime(2026, 2, 1, 12)),
        (date(2026, 2, 1), "DMY", datetime(2026, 2, 1)),
        ("2026-12-01 00:00", "DMY", datetime(2026, 12, 1)),
        ("2026-02-01T10:00:00Z", "DMY", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("2026-02-01T10:00:00+03:00", "DMY", datetime(2026, 2, 1, 10, tzinfo=timezone(timedelta(hours=3)))),
    ],
)
def test_moments(cell: object, order: str, value: datetime) -> None:
    assert parser(Kind.DATETIME, Form(order))(cell) == value


@pytest.mark.parametrize("cell", ["не закрыта", "", "-", None, "0000-00-00", "00.00.0000", "не указано"])
def test_no_day(cell: object) -> None:
    assert parser(Kind.DATE, Form())(cell) is None


@pytest.mark.parametrize(
    ("cell", "order", "wrong"),
    [
        ("31.02.2026", "DMY", "no_such_day"),
        ("30/02/2026", "DMY", "no_such_day"),
        ("13/13/2026", "MDY", "no_such_day"),
        ("01.02.2026 25:00", "DMY", "no_such_day"),
        ("скоро", "DMY", "not_a_date"),
        ("01.02.0026", "DMY", "year_out_of_range"),
        ("01.02.3026", "DMY", "year_out_of_range"),
        (5.5, "DMY", "not_a_date"),
        (True, "DMY", "not_a_date"),
        ("x" * 500, "DMY", "not_a_date"),
    ],
)
def test_not_a_day(cell: object, order: str, wrong: str) -> None:
    assert code(parser(Kind.DATE, Form(order))(cell)) == wrong


@settings(deadline=None)
@given(st.dates(date(1950, 1, 1), date(2069, 12, 31)), st.sampled_from(["DMY", "MDY", "YMD"]), st.sampled_from("./-"))
def test_day_written_in_any_order_is_read_back(day: date, order: str, mark: str) -> None:
    parts = {"D": f"{day.day:02}", "M": f"{day.month:02}", "Y": str(day.year)}

    assert parser(Kind.DATE, Form(order))(mark.join(parts[letter] for letter in order)) == day


def test_written_offset_is_brought_into_the_zone() -> None:
    moscow = Form(zone=ZoneInfo("Europe/Moscow"))

    assert parser(Kind.DATE, moscow)("2026-01-31T23:30:00Z") == date(2026, 2, 1)
    assert parser(Kind.DATETIME, moscow)("31.01.2026 10:00") == datetime(
        2026, 1, 31, 10, tzinfo=ZoneInfo("Europe/Moscow")
    )


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("март 2026", Period("month", 2026, 3)),
        ("Март 2026 г.", Period("month", 2026, 3)),
        ("мар.26", Period("month", 2026, 3)),
        ("Mar 2026", Period("month", 2026, 3)),
        ("2026-03", Period("month", 2026, 3)),
        ("03.2026", Period("month", 2026, 3)),
        ("2017Q3", Period("quarter", 2017, 3)),
        ("2026-Q1", Period("quarter", 2026, 1)),
        ("Q1 2026", Period("quarter", 2026, 1)),
        ("1 кв. 2026", Period("quarter", 2026, 1)),
        ("I квартал 2026 г.", Period("quarter", 2026, 1)),
        ("IV кв 2026", Period("quarter", 2026, 4)),
        ("1-й квартал 2026", Period("quarter", 2026, 1)),
        ("2 полугодие 2026", Period("half", 2026, 2)),
        ("H1 2026", Period("half", 2026, 1)),
        ("2026-W12", Period("week", 2026, 12)),
        ("2026", Period("year", 2026)),
        (2026, Period("year", 2026)),
        ("01.03.2026", Period("day", 2026, 1, date(2026, 3, 1))),
        (datetime(2026, 3, 1), Period("day", 2026, 1, date(2026, 3, 1))),
        ("март", Part(3, "month")),
        ("3", Part(3)),
        ("Q3", Part(3, "quarter")),
        ("II кв.", Part(2, "quarter")),
        (4, Part(4)),
    ],
)
def test_periods(cell: object, value: object) -> None:
    assert periods()(cell) == value


@pytest.mark.parametrize("cell", ["когда-нибудь", "Q5 2026", "13.2026", "2026-W60", "марток 2026x", "31.02.2026", True])
def test_not_a_period(cell: object) -> None:
    assert code(periods()(cell)) in ("not_a_period", "no_such_day")


@given(
    st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.sampled_from(["year", "half", "quarter", "month", "week", "day"])
)
def test_periods_follow_one_another_without_gaps(day: date, grain: str) -> None:
    period = of_day(day, grain)

    assert period.start() <= day <= period.end()
    assert period.next().start() == period.end() + timedelta(days=1)


def test_dates_in_order_stand_for_consecutive_periods() -> None:
    dates = [date(2011, 9, 29), date(2011, 7, 1), date(2011, 9, 29), date(2012, 1, 1)]

    assert list(in_order(dates, Period("quarter", 2017, 3)).values()) == [
        Period("quarter", 2017, 3),
        Period("quarter", 2017, 4),
        Period("quarter", 2018, 1),
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("+7 (927) 100-20-30", (Phone("+79271002030"),)),
        ("89271002030", (Phone("+79271002030"),)),
        ("'+79271002030", (Phone("+79271002030"),)),
        (79271002030, (Phone("+79271002030"),)),
        (89271002030.0, (Phone("+79271002030"),)),
        ("8 800 200 06 00 доб. 123", (Phone("+78002000600", "123"),)),
        ("+7 495 123-45-67, доб. 5", (Phone("+74951234567", "5"),)),
        ("84951234567 ext 77", (Phone("+74951234567", "77"),)),
        ("89271002030; 8 927 555 66 77", (Phone("+79271002030"), Phone("+79275556677"))),
        ("+1 212 555 2368", (Phone("+12125552368"),)),
        ("", None),
        (None, None),
        ("8 (927) 100-20-30 (доб. 12)", (Phone("+79271002030", "12"),)),
    ],
)
def test_phones(cell: object, value: object) -> None:
    assert phones(cell) == value


@pytest.mark.parametrize(
    ("cell", "wrong"), [("123", "not_a_phone"), ("нет телефона", "not_a_phone"), ("7,92710E+10", "phone_rounded")]
)
def test_not_a_phone(cell: object, wrong: str) -> None:
    assert code(phones(cell)) == wrong


def test_emails() -> None:
    assert email("Иван <Ivan@Mail.RU>") == "ivan@mail.ru"
    assert emails("a@b.ru; c@d.ru, a@b.ru") == ("a@b.ru", "c@d.ru")
    assert [code(email(cell)) for cell in ("a@b", "a b@c.ru", "@c.ru", "a@@c.ru", "a..b@c.ru")] == ["not_an_email"] * 5


def test_texts_are_cleaned_not_changed() -> None:
    assert text("  ООО\u00a0Ромашка\u200b ") == "ООО Ромашка"
    assert text("'=1+1") == "=1+1"
    assert text("'tis") == "'tis"
    assert text("строка 1\r\nстрока 2") == "строка 1\nстрока 2"
    assert text(101.0) == "101"
    assert code(text("Ром\ufffdшка")) == "unreadable_characters"
    assert code(text("x" * 20_000)) == "too_long"


def test_references() -> None:
    assert reference("Петров Пётр [7]") == Reference("Петров Пётр", "7")
    assert references("8001;8002") == (Reference("8001"), Reference("8002"))
    assert references("Ромашка, ООО") == (Reference("Ромашка, ООО"),)
    assert items("сайт, рассрочка") == ("сайт", "рассрочка")
    assert path("Продажи / Регионы") == ("Продажи", "Регионы")


def test_sites() -> None:
    assert site("bluebay.example.test") == "https://bluebay.example.test"
    assert site("http://a.ru/x?y=1") == "http://a.ru/x?y=1"
    assert [code(site(cell)) for cell in ("javascript:alert(1)", "нет", "http://user@host")] == ["not_a_site"] * 3


def test_yes_and_no() -> None:
    assert [boolean(cell) for cell in ("Да", "N", "true", "0", True, "")] == [True, False, True, False, True, None]
    assert code(boolean("maybe")) == "not_yes_or_no"


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("00:03:25", 205),
        ("3:25", 205),
        ("205", 205),
        (205, 205),
        ("5 мин", 300),
        ("1 ч 5 мин", 3900),
        ("2m 5s", 125),
        (time(0, 3, 25), 205),
        (timedelta(hours=30), 108000),
        ("", None),
    ],
)
def test_durations(cell: object, seconds: int | None) -> None:
    assert duration(cell) == seconds


def test_words() -> None:
    assert [currency(cell) for cell in ("Рубль", "₽", "USD", "руб.", "RUR", "доллар США")] == [
        "RUB",
        "RUB",
        "USD",
        "RUB",
        "RUB",
        "USD",
    ]
    assert code(currency("фантики")) == "unknown_currency"
    assert (outcome("Won"), activity("Звонок"), metric("Отгрузки")) == ("won", "call", "shipments")
    stages = (
        "Сделка успешна",
        "Успешно реализовано",
        "Closed Won",
        "Закрыто и не реализовано",
        "Сделка проиграна",
        "Переговоры",
    )
    assert [stage_outcome(stage) for stage in stages] == ["won", "won", "won", "lost", "lost", ""]


def test_requisites_by_checksum() -> None:
    assert check_inn("7707083893")
    assert check_inn("500100732259")
    assert not check_inn("7707083894")
    assert not check_inn("0000000000")
    assert check_kpp("773601001")
    assert not check_kpp("77360100")
    assert check_ogrn("1027700132195")
    assert not check_ogrn("1027700132196")
    assert check_bik("044525225")
    assert not check_bik("144525225")
    assert check_account("40702810138250123017", "044525225") is check_account("40702810138250123017", "044525225")


@settings(deadline=None)
@given(st.text(alphabet="0123456789", min_size=19, max_size=19), st.integers(0, 19))
def test_one_wrong_digit_of_an_account_is_noticed(start: str, place: int) -> None:
    bik = "044525225"
    right = next(a for digit in "0123456789" if check_account(a := start[:8] + digit + start[8:], bik))
    wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]

    assert wrong.startswith("301") or right.startswith("301") or not check_account(wrong, bik)


def test_spreadsheet_lost_the_leading_zero() -> None:
    assert Column(Kind.BIK)[44525225] == "044525225"
    assert Column(Kind.INN)[7707083893.0] == "7707083893"
    assert code(Column(Kind.INN)["7707083894"]) == "wrong_inn"


def test_rows_are_parsed_by_columns_and_problems_stay_on_their_cells() -> None:
    rows = [(2, ["1", "31.02.2026"]), (3, ["x", "01.02.2026"]), (4, ["x", "02.02.2026", "extra"])]

    parsed = list(parse_rows(rows, [(1, Column(Kind.DATE)), (0, Column(Kind.MONEY))], width=2))

    assert [row.number for row in parsed] == [2, 3, 4]
    assert parsed[0].values[1] == 1
    assert [[(place, p.code) for place, p in row.problems] for row in parsed] == [
        [(0, "no_such_day")],
        [(1, "not_a_number")],
        [(1, "not_a_number"), (-1, "extra_cells")],
    ]


def test_true_is_not_taken_for_one() -> None:
    column = Column(Kind.TEXT)

    assert [column[cell] for cell in ("1", 1, 1.0, True, "True")] == ["1", "1", "1", "1", "True"]
    assert code(Column(Kind.MONEY)[True]) == "not_a_number"
