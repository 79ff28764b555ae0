"""The floor of imports: the same rows by bulk_create, with no file, no rules, no look-ups and no undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from otdel.billing.models import DealLine, Product, Shipment, ShipmentLine
from otdel.customers.models import ContactPoint, Customer
from otdel.deals.models import Deal, Pipeline, Stage, StageChange
from otdel.org.models import Company, Membership, Person, Role, Unit
from otdel.org.rules import PRESETS

AT_ONCE = 1000
LINES = 10
CUSTOMERS = 5000
DAY = date(2026, 2, 2)


def make_ground(now: datetime) -> Person:
    """A company with a director, a catalogue of one product and customers to name."""
    Company.objects.create(id=1, name="Bench", created_at=now)
    name, rights = PRESETS["director"]
    role = Role.objects.create(code="director", name=name, rights=rights, is_preset=True)
    person = Person.objects.create(
        email="bench@example.com", first_name="Anna", last_name="Abramova", role=role, created_at=now, language="en"
    )
    unit = Unit.objects.create(name="Bench", head=person)
    Membership.objects.create(person=person, unit=unit, starts_on=date(2000, 1, 1))
    Product.objects.create(name="Pump", created_at=now, updated_at=now)
    Stage.objects.create(pipeline=Pipeline.objects.create(name="Sales"), name="New", position=0)
    Customer.objects.bulk_create(
        Customer(external_id=f"k{n}", name=f"Client {n}", owner=person, created_at=now, updated_at=now)
        for n in range(CUSTOMERS)
    )
    return person


def customers(rows: int, now: datetime) -> None:
    owner = Person.objects.get()
    for start in range(0, rows, AT_ONCE):
        made = Customer.objects.bulk_create(
            Customer(
                external_id=f"x{n}", name=f"Floor {n}", address=f"Lenina {n}", owner=owner, created_at=now,
                updated_at=now,
            )
            for n in range(start, start + AT_ONCE)
        )  # fmt: skip
        ContactPoint.objects.bulk_create(
            ContactPoint(customer=row, kind=kind, value=f"{kind}{row.pk}")
            for row in made
            for kind in ("PHONE", "EMAIL")
        )


def deals(rows: int, now: datetime) -> None:
    owner, stage, product = Person.objects.get(), Stage.objects.get(), Product.objects.get()
    ids = list(Customer.objects.values_list("pk", flat=True)[:CUSTOMERS])
    for start in range(0, rows, AT_ONCE):
        made = Deal.objects.bulk_create(
            Deal(
                external_id=f"x{n}", title=f"Floor {n}", customer_id=ids[n % CUSTOMERS], owner=owner, stage=stage,
                amount=n, opened_on=DAY, stage_since=now, created_at=now, updated_at=now,
            )
            for n in range(start, start + AT_ONCE)
        )  # fmt: skip
        StageChange.objects.bulk_create(StageChange(deal=deal, after=stage, at=now) for deal in made)
        DealLine.objects.bulk_create(
            DealLine(deal=deal, product=product, name="Pump", quantity=2, price=1, amount=2, position=1)
            for deal in made
        )


def sales(rows: int, now: datetime) -> None:
    owner, product, unit = Person.objects.get(), Product.objects.get(), Unit.objects.get()
    ids = list(Customer.objects.values_list("pk", flat=True)[:CUSTOMERS])
    for start in range(0, rows // LINES, AT_ONCE // LINES):
        made = Shipment.objects.bulk_create(
            Shipment(
                number=f"x{n}", shipped_on=DAY, customer_id=ids[n % CUSTOMERS], owner=owner, unit=unit, amount=100,
                created_at=now, updated_at=now,
            )
            for n in range(start, start + AT_ONCE // LINES)
        )  # fmt: skip
        ShipmentLine.objects.bulk_create(
            ShipmentLine(
                shipment=row, product=product, name="Pump", quantity=2, price=5, amount=10, cost=Decimal(6), position=at
            )
            for row in made
            for at in range(LINES)
        )


FLOORS: dict[str, Callable[[int, datetime], None]] = {"customers": customers, "deals": deals, "sales": sales}
