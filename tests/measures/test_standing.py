"""Where a line stands when manual control is thought of is what the board says of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from controlled import MARCH, plan_march
from ledger import fresh, make_customer, pay

from otdel.measures import queries
from otdel.plans.queries.board import BoardQuery, board


@pytest.mark.parametrize("whose", ["unit", "person"])
def test_a_year_ago_does_not_count(firm, whose):
    plan_march(firm)
    customer = make_customer(firm.anna, "Lutik")
    for day, amount in (("2025-03-03", 900_000), ("2025-03-28", 800_000), ("2026-02-27", 50), ("2026-03-05", 400_000)):
        pay(firm, customer, amount, day=day, owner_id=firm.anna.pk)
    # a Sunday: by then as much was expected as by the end of the day before
    today, person_id = date(2026, 3, 15), firm.anna.pk if whose == "person" else None

    said = queries.declaration(
        fresh(firm.boris), unit_id=firm.north.pk, person_id=person_id, metric="payments", period=MARCH, today=today
    )

    shown = board(fresh(firm.boris), BoardQuery(MARCH, "payments", firm.north.pk, person_id), today).total.figures
    assert said.standing.fact == shown.fact == Decimal(400_000)
    assert (said.standing.plan, said.standing.expected) == (shown.amount, shown.expected)
