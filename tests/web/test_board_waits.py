"""A board without an approved plan says which one is under way, whose word it waits for, and leads there."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from ledger import fresh, make_customer
from people import NOW, Firm

from otdel.billing.models import Payment
from otdel.core.periods import Period
from otdel.plans import actions
from otdel.plans.models import Plan
from otdel.plans.rules import LineKey

CREATE = "Create a plan"


@pytest.fixture
def firm(firm: Firm):
    """Vera of South was paid 999 in March; nothing is planned."""
    Payment.objects.create(
        owner=firm.vera, unit=firm.south, amount=999, paid_on="2026-03-17", customer=make_customer(firm.vera, "Lutik"),
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    with time_machine.travel(datetime(2026, 3, 17, 9, 0, tzinfo=UTC), tick=False):
        yield firm


def draft(by, unit, period: str = "2026-03", of=None) -> Plan:
    asked = Period.parse(period)
    amounts = {(LineKey((of or unit).pk), asked.start, asked.end): Decimal(500)}
    return actions.create_plan(by=fresh(by), metric="payments", unit_id=unit.pk, period=asked, amounts=amounts, now=NOW)


def agreed(by, unit, period: str = "2026-03", of=None) -> Plan:
    return actions.agree_plan(by=fresh(by), plan_id=draft(by, unit, period, of).pk, now=NOW)


def board(client, unit, period: str = "2026-03") -> str:
    reply = client.get(f"/plan/?unit={unit.pk}&period={period}&metric=payments")
    assert reply.status_code == 200
    return str(reply.content.decode())


def button(plan: Plan, words: str, main: bool) -> str:
    return f'<a class="btn{" primary" if main else ""}" href="/plans/{plan.pk}/">{words}</a>'


def test_a_draft_is_led_to_instead_of_beginning_another(firm, signed):
    assert CREATE in board(signed("gleb"), firm.south)
    plan = draft(firm.gleb, firm.south)
    for period, of in (("2026-03", ""), ("2026-W10", "It is the plan of “South”, March 2026.")):
        page = board(signed("gleb"), firm.south, period)
        assert "There is a draft of the plan, made by Gusev G.: nobody is measured by it yet." in page
        assert button(plan, "Open the draft", main=True) in page
        assert of in page
        assert CREATE not in page


def test_an_agreed_plan_names_whose_approval_it_waits_for(firm, signed):
    plan = agreed(firm.gleb, firm.south)
    page = board(signed("gleb"), firm.south)
    assert "The plan is agreed and waits for approval (by Orlova O.)." in page
    assert button(plan, "Open the plan", main=False) in page
    assert CREATE not in page
    page = board(signed("olga"), firm.south)
    assert "The plan is agreed and waits for your approval." in page
    assert button(plan, "Open and approve", main=True) in page
    actions.approve_plan(by=fresh(firm.olga), plan_id=plan.pk, now=NOW)
    assert "waits for" not in board(signed("gleb"), firm.south)


def test_the_empty_board_says_so_too(firm, signed):
    plan = agreed(firm.gleb, firm.south, "2026-05")
    page = board(signed("gleb"), firm.south, "2026-05")
    assert page.count("The plan is agreed and waits for approval (by Orlova O.).") == 1
    assert page.count(button(plan, "Open the plan", main=False)) == 1
    assert "nothing is planned for it yet" not in page
    assert CREATE not in page


def test_where_nobody_may_approve_it_says_that(firm, signed):
    agreed(firm.olga, firm.south)
    assert "nobody here yet who may approve it" in board(signed("olga"), firm.south)


def test_the_plan_of_a_department_above_counts_where_it_has_lines_below(firm, signed):
    plan = agreed(firm.olga, firm.root, "2026", of=firm.south)
    page = board(signed("olga"), firm.south)
    assert f"It is the plan of “{firm.root.name}”, 2026." in page
    assert f'href="/plans/{plan.pk}/"' in page
    assert CREATE in board(signed("olga"), firm.north)
    assert CREATE in board(signed("olga"), firm.south, "2027-01")


def test_others_see_no_more_than_before(firm, signed):
    """Not a head of another department, not who has but their own line, not of a plan of all of the company."""
    plan = agreed(firm.gleb, firm.south)
    whole = agreed(firm.olga, firm.root, "2026", of=firm.north)
    assert signed("boris").get(f"/plan/?unit={firm.south.pk}&period=2026-03").status_code == 404
    for page in (board(signed("boris"), firm.north), board(signed("vera"), firm.south)):
        assert "The plan is agreed" not in page
        assert f"/plans/{plan.pk}/" not in page
        assert f"/plans/{whole.pk}/" not in page
    assert CREATE in board(signed("boris"), firm.north)


def test_it_is_asked_only_where_there_is_no_approved_plan(firm, signed):
    plan, client = agreed(firm.gleb, firm.south), signed("gleb")

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            board(client, firm.south)
        return len(queries), sum("'AGREED'" in each["sql"] for each in queries)

    waiting, of_plans = asked()
    assert (waiting <= 10, of_plans) == (True, 1)
    actions.approve_plan(by=fresh(firm.olga), plan_id=plan.pk, now=NOW)
    assert asked() == (waiting - 2, 0)
