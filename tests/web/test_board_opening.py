"""What the board opens on when its address does not say: where there are numbers, and it says so."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from ledger import make_customer
from people import NOW, Firm

from otdel.billing.models import Payment
from otdel.deals.models import Deal, Pipeline, Stage
from otdel.plans.actions.facts import refill
from otdel.plans.models import Plan, PlanLine

TODAY = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)


@pytest.fixture
def firm(firm: Firm):
    with time_machine.travel(TODAY, tick=False):
        yield firm


def won(person, unit, amount: int, day: str) -> None:
    stage = Stage.objects.filter(outcome=Stage.Outcome.WON).first()
    if stage is None:
        stage = Stage.objects.create(
            pipeline=Pipeline.objects.create(name="Sales", position=1),
            name="Won",
            position=1,
            outcome=Stage.Outcome.WON,
        )
    Deal.objects.create(
        title="Field", owner=person, unit=unit, stage=stage, amount=amount,
        created_at=NOW, updated_at=NOW, opened_on=date.fromisoformat(day), closed_on=date.fromisoformat(day),
        stage_since=NOW,
    )  # fmt: skip


def paid(person, unit, day: str) -> None:
    customer = make_customer(person, "Lutik")
    Payment.objects.create(
        owner=person, unit=unit, amount=500, paid_on=day, customer=customer, created_at=NOW, updated_at=NOW
    )


def plan(firm: Firm, metric: str, start: date, end: date) -> None:
    made = Plan.objects.create(
        metric=metric, unit=firm.north, starts_on=start, ends_on=end, status="APPROVED", author=firm.boris,
        approved_by=firm.olga, approved_at=NOW, created_at=NOW,
    )  # fmt: skip
    PlanLine.objects.create(
        plan=made, metric=metric, unit=firm.north, amount=Decimal(900), starts_on=start, ends_on=end, is_effective=True
    )


@pytest.mark.parametrize("kept", [False, True])
def test_deals_of_long_ago_are_found_with_a_way_back(firm, signed, kept):
    won(firm.anna, firm.north, 700, "2024-12-20")
    if kept:
        refill()

    page = signed("boris").get("/plan/", follow=True)

    assert page.redirect_chain == [
        (f"/plan/?unit={firm.north.pk}&period=2024-12&metric=won_amount&by=person&instead=2026-03", 302)
    ]
    text = page.content.decode()
    assert "March 2026: no plan and no fact yet. Showing December 2024, the latest with numbers." in text
    assert "period=2026-03&amp;metric=won_amount&amp;by=person" in text
    assert ">Show March 2026</a>" in text


def test_what_was_won_this_month_goes_before_what_was_paid_before(firm, signed):
    paid(firm.anna, firm.north, "2026-01-15")
    won(firm.anna, firm.north, 700, "2026-03-02")

    page = signed("boris").get("/plan/", follow=True)

    assert "Won amount: March 2026" in page.content.decode()
    assert "instead" not in page.redirect_chain[0][0]


def test_a_plan_of_this_month_goes_before_any_fact(firm, signed):
    won(firm.anna, firm.north, 700, "2026-03-02")
    plan(firm, "shipments", date(2026, 1, 1), date(2027, 1, 1))

    assert "Shipments: March 2026" in signed("boris").get("/plan/", follow=True).content.decode()


def test_said_explicitly_it_stays(firm, signed):
    won(firm.anna, firm.north, 700, "2024-12-20")
    client = signed("boris")

    assert client.get("/plan/?period=2026-03&metric=payments").status_code == 200
    assert client.get("/plan/?from=2026-03-01&to=2026-03-05").status_code == 200
    assert client.get("/plan/?metric=payments").status_code == 200
    assert "period=2024-12" in client.get("/plan/?metric=deals_won")["Location"]
    assert "metric=won_amount" in client.get("/plan/?period=2024-12")["Location"]
    assert client.get("/plan/?period=2025-12").status_code == 200


def test_numbers_within_the_usual_choice_cost_no_second_look(firm, signed):
    paid(firm.anna, firm.north, "2026-03-02")
    won(firm.anna, firm.north, 700, "2026-03-02")

    page = signed("boris").get("/plan/")

    assert page.status_code == 200
    assert "Payments received: March 2026" in page.content.decode()


def test_a_manager_is_shown_their_own_not_their_neighbours(firm, signed):
    won(firm.vera, firm.south, 700, "2024-12-20")
    won(firm.anna, firm.north, 300, "2023-05-20")

    assert "period=2023-05" in signed("anna").get("/plan/")["Location"]
    assert "period=2023-05" in signed("boris").get("/plan/")["Location"]
    assert "period=2024-12" in signed("olga").get("/plan/")["Location"]


def test_nothing_anywhere_is_an_empty_board(firm, signed):
    assert "Start with what you already have" in signed("boris").get("/plan/").content.decode()
    assert "Nothing here yet" in signed("boris").get("/plan/?period=2026-03").content.decode()
    assert signed("boris").get("/plan/?instead=nonsense").status_code == 200


def test_a_month_inside_a_russian_title_is_small(firm, signed):
    firm.boris.language = "ru"
    firm.boris.save()
    paid(firm.anna, firm.north, "2026-03-02")

    text = signed("boris").get("/plan/").content.decode()

    assert "Поступления: март 2026" in text
    assert ">Март 2026<" in text  # alone on a button it is a title


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (700, "Распределено на подчинённых: 700 ₽ из 900 ₽, осталось 200 ₽."),
        (1200, "Распределено больше, чем в плане: 1 200 ₽ при плане 900 ₽, лишних 300 ₽."),
    ],
)
def test_what_is_given_out_is_said_both_ways(firm, signed, given, said):
    firm.boris.language = "ru"
    firm.boris.save()
    plan(firm, "payments", date(2026, 3, 1), date(2026, 4, 1))
    line = PlanLine.objects.get()
    PlanLine.objects.create(
        plan=line.plan, metric="payments", unit=firm.north, person=firm.anna, amount=given,
        starts_on=line.starts_on, ends_on=line.ends_on, is_effective=True,
    )  # fmt: skip

    text = signed("boris").get("/plan/").content.decode().replace("\xa0", " ").replace("\u202f", " ")

    assert said in text
