"""What makes somebody a client is chosen on the page of settings, and the board follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from ledger import fresh, make_customer
from people import NOW, Firm

from otdel.billing.models import Payment, Shipment
from otdel.core.models import Event
from otdel.core.periods import Period
from otdel.org.models import Company
from otdel.plans.actions.facts import refill
from otdel.plans.models import Plan, PlanLine
from otdel.plans.queries.board import Board, BoardQuery, board

MARCH = Period.parse("2026-03")
SETTINGS = {
    "name": "Romashka", "currency": "RUB", "country": "RU", "time_zone": "Europe/Moscow", "language": "ru",
    "tolerance": "20", "active_days": "30", "new_client_days": "90", "purchase": "shipments",
}  # fmt: skip


def shown(firm: Firm, metric: str) -> Board:
    query = BoardQuery(period=MARCH, metric=metric, cut="new" if metric == "payments" else "")
    with translation.override("en"):
        return board(fresh(firm.olga), query, date(2026, 3, 31))


def fact(firm: Firm, metric: str) -> Decimal | None:
    return shown(firm, metric).total.figures.fact


def test_the_board_counts_clients_by_what_the_page_of_settings_says(firm, signed):
    paid, shipped = make_customer(firm.anna, "Paid"), make_customer(firm.anna, "Shipped")
    stamp = {"owner": firm.anna, "unit": firm.north, "amount": 100, "created_at": NOW, "updated_at": NOW}
    Payment.objects.create(customer=paid, paid_on="2026-03-04", **stamp)
    Payment.objects.create(customer=shipped, paid_on="2026-03-30", **stamp)
    for day in ("2025-06-10", "2026-03-05"):
        Shipment.objects.create(customer=shipped, shipped_on=day, **stamp)
    refill()
    assert (fact(firm, "new_clients"), fact(firm, "active_clients")) == (2, 2)
    assert {each.name: each.figures.fact for each in shown(firm, "payments").segments} == {"New clients": 200}

    answer = signed("admin").post("/settings/", SETTINGS)

    assert answer.status_code == 302
    # of once: counted live, before anything is kept anew; and the same afterwards
    for _again in range(2):
        assert (fact(firm, "new_clients"), fact(firm, "active_clients")) == (0, 1)
        segments = {each.name: each.figures.fact for each in shown(firm, "payments").segments}
        assert segments == {"New clients": 100, "Regular clients": 100}
        refill()
    changed = Event.objects.get(kind="company.changed").data["changed"]
    assert changed["purchase"] == ["payments", "shipments"]
    assert Company.objects.get().purchase == "shipments"


@pytest.mark.parametrize(("purchase", "said"), [("deals", "the first deal won"), ("payments", "the first payment")])
def test_the_board_says_what_makes_a_client(firm, signed, purchase, said):
    Company.objects.update(purchase=purchase)
    period = {"metric": "new_clients", "starts_on": MARCH.start, "ends_on": MARCH.end}
    plan = Plan.objects.create(unit=firm.sales, status="APPROVED", author=firm.boris, created_at=NOW, **period)
    PlanLine.objects.create(plan=plan, unit=firm.sales, amount=5, is_effective=True, **period)

    answer = signed("olga").get("/plan/?metric=new_clients&period=2026-03", headers={"Accept-Language": "en"})

    assert any(said in note for note in answer.context["notes"])


def test_the_page_of_settings_explains_the_choice_and_refuses_another(firm, signed):
    client = signed("admin")
    assert (
        "New, regular and working clients of all years are counted by this."
        in client.get("/settings/").content.decode()
    )
    assert client.post("/settings/", {**SETTINGS, "purchase": "wishes"}).status_code == 422
    assert Company.objects.get().purchase == "payments"
    assert signed("boris").post("/settings/", SETTINGS).status_code == 403
