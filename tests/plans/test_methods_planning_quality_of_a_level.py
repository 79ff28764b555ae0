"""docs/methods/planning-quality.md, "A level: active clients": the page's own tables are entered and judged."""

from __future__ import annotations

from datetime import date

import pytest
from calc.worked_tables import cells, tables
from ledger import fresh, make_customer
from people import NOW, Firm, make_firm

from otdel.billing.models import Payment
from otdel.core.periods import Period
from otdel.org.models import Company
from otdel.plans.models import Plan, PlanLine
from otdel.plans.queries.board import BoardQuery, board
from otdel.plans.queries.quality import Quality, quality

TODAY = date(2026, 7, 1)
YEAR = BoardQuery(Period.parse("2026"), metric="active_clients")


@pytest.fixture
def firm(db: None) -> Firm:
    firm = make_firm()
    Company.objects.update(active_days=90)
    return firm


def enter(firm: Firm, language: str) -> None:
    _plain, _totals, purchases, plans, _judged = cells("planning-quality.md", language)
    customers = {name: make_customer(firm.anna, name) for name in {row[0] for row in purchases}}
    for customer, seller, day in purchases:
        buy(firm, customers[customer], seller, day)
    for quarter, who, plan, *_rest in plans:
        promise(firm, getattr(firm, who.lower()), Period.parse(quarter), plan)


def buy(firm: Firm, customer, seller: str, day: str) -> None:
    Payment.objects.create(
        owner=getattr(firm, seller.lower()), unit=firm.north, amount=100, paid_on=day, customer=customer,
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def promise(firm: Firm, person, period: Period, amount: object, unit=None) -> None:
    lines = {"metric": "active_clients", "starts_on": period.start, "ends_on": period.end}
    plan = Plan.objects.create(unit=firm.sales, status="APPROVED", author=firm.boris, created_at=NOW, **lines)
    PlanLine.objects.create(
        plan=plan, unit=unit or firm.north, person=person, amount=amount, is_effective=True, **lines
    )


def judge(firm: Firm) -> Quality:
    return quality(fresh(firm.olga), YEAR, TODAY)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_worked_table(firm: Firm, language: str) -> None:
    enter(firm, language)
    *_others, lines, totals = tables("planning-quality.md", language)
    judged, share, met, over, under, wape, bias, plan, fact = totals[0]

    found = judge(firm)

    assert found.summary is not None
    assert list(found.summary.deviation) == [row[4] for row in lines]
    assert list(found.summary.within) == [bool(row[5]) for row in lines]
    got = found.summary
    assert (got.judged, got.share_within, got.met, got.over, got.under) == (judged, share, met, over, under)
    assert (got.wape, got.bias) == (pytest.approx(wape), pytest.approx(bias))
    assert (found.is_level, found.plan, found.fact) == (True, plan, fact)


def test_the_state_at_the_end_is_the_one_of_the_board(firm: Firm) -> None:
    enter(firm, "en")
    worst = {(line.name, str(line.starts_on)): line.fact for line in judge(firm).worst}
    for quarter, start in (("2026-Q1", "2026-01-01"), ("2026-Q2", "2026-04-01")):
        query = BoardQuery(Period.parse(quarter), metric="active_clients", by="person")
        rows = {row.id: row.figures.fact for row in board(fresh(firm.olga), query, TODAY).rows}
        assert rows[firm.boris.pk] == worst["Belov Boris", start]


def test_a_longer_line_stands_beside_shorter_ones_that_end_before_it(firm: Firm) -> None:
    half = Period.parse("2026-H1")
    promise(firm, None, half, 10, unit=firm.sales)
    promise(firm, firm.anna, Period.parse("2026-Q1"), 3)
    assert len(judge(firm).by_period) == 2

    promise(firm, firm.anna, Period.parse("2026-Q2"), 3)
    found = judge(firm)
    assert [span[:2] for span in found.by_period] == [
        (date(2026, 1, 1), date(2026, 4, 1)), (date(2026, 4, 1), date(2026, 7, 1)),
    ]  # fmt: skip


def test_a_line_of_a_segment_is_judged_by_its_clients_only(firm: Firm) -> None:
    enter(firm, "en")
    PlanLine.objects.filter(person=firm.boris).update(is_new_client=False)
    found = judge(firm)
    assert {line.fact for line in found.worst if line.name == "Belov Boris"} == {0, 1}
