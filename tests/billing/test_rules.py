from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger import line

from otdel.billing import rules
from otdel.billing.rules import InvoiceState, LineValues, Need, TooMuch, WrongLine, WrongSum, spread, trim

D = Decimal


def test_line_costs_quantity_by_price_to_the_cent():
    assert rules.priced(line("1.5", "33.333")).amount == D("50.00")
    assert rules.priced(line("3", "0.335")).amount == D("1.01")
    assert rules.priced(LineValues(name="Bolt", price=D(10), amount=D("8.50"))).amount == D("8.50")


@pytest.mark.parametrize(
    "wrong",
    [line(0, 5), line(1, 5, name=" "), line("1e12", 1), line(1, "1e11"), line("1e9", "1e9"), line("NaN", 1)],
)
def test_line_that_cannot_be_is_refused(wrong):
    with pytest.raises((WrongLine, WrongSum)):
        rules.priced(wrong)


@pytest.mark.parametrize(
    ("amount", "before", "follows"),
    [(None, None, True), (D(5), None, False), (D(5), D(5), True), (D(5), D(6), False), (None, D(6), True)],
)
def test_amount_follows_the_lines_until_somebody_types_another(amount, before, follows):
    assert rules.follows_lines(amount, before) is follows


@pytest.mark.parametrize(
    ("paid", "due_on", "cancelled_on", "state"),
    [
        (0, "2026-03-02", None, InvoiceState.OPEN),
        (0, "2026-03-01", None, InvoiceState.OVERDUE),
        (0, None, None, InvoiceState.OPEN),
        (40, "2026-03-02", None, InvoiceState.PART),
        (40, "2026-03-01", None, InvoiceState.OVERDUE),
        (100, "2026-03-01", None, InvoiceState.PAID),
        (0, "2026-03-01", "2026-02-01", InvoiceState.CANCELLED),
    ],
)
def test_state_of_an_invoice(paid, due_on, cancelled_on, state):
    def day(text):
        return text and date.fromisoformat(text)

    found = rules.invoice_state(
        amount=D(100), paid=D(paid), due_on=day(due_on), cancelled_on=day(cancelled_on), today=date(2026, 3, 2)
    )
    assert found == state


@pytest.mark.parametrize(("days", "bucket"), [(1, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3)])
def test_age_bucket(days, bucket):
    assert rules.age_bucket(days) == bucket


NEEDS = [Need(1, D(100), D(30)), Need(2, D(50), D(0))]


@pytest.mark.parametrize(
    ("amount", "wish", "parts"),
    [
        (D(60), {}, {1: D(60)}),
        (D(90), {}, {1: D(70), 2: D(20)}),
        (D(500), {}, {1: D(70), 2: D(50)}),
        (D(90), {1: D(10)}, {1: D(10), 2: D(50)}),
        (D(-20), {}, {1: D(-20)}),
        (D(-40), {}, {1: D(-30)}),
    ],
)
def test_payment_spreads_in_order(amount, wish, parts):
    assert spread(amount, NEEDS, wish) == parts


@pytest.mark.parametrize(
    ("amount", "wish", "refusal"),
    [
        (D(90), {1: D(80)}, TooMuch),
        (D(60), {1: D(40), 2: D(30)}, TooMuch),
        (D(60), {1: D(-1)}, WrongSum),
        (D(-60), {1: D(-40)}, TooMuch),
        (D(60), {1: D("0.001")}, WrongSum),
    ],
)
def test_payment_gives_no_more_than_it_has_and_is_needed(amount, wish, refusal):
    with pytest.raises(refusal):
        spread(amount, NEEDS, wish)


cents = st.decimals(-1000, 1000, places=2)


@given(st.lists(cents, max_size=6), st.decimals(-500, 0, places=2), st.decimals(0, 500, places=2))
def test_trimmed_parts_fit_and_never_grow(amounts, low, high):
    parts = list(enumerate(amounts))

    kept = trim(parts, low, high)

    assert low <= sum(kept.values(), D(0)) <= high
    assert all(abs(kept[key]) <= abs(part) and kept[key] * part >= 0 for key, part in parts)
    if low <= sum(amounts, D(0)) <= high:
        assert kept == dict(parts)
