"""The floor of imports: the same rows by bulk_create, with no file, no rules, no look-ups and no undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from otdel.activities.models import Activity
from otdel.billing.models import (
    Allocation,
    DealLine,
    Invoice,
    Payment,
    Product,
    ProductGroup,
    Shipment,
    ShipmentLine,
)
from otdel.customers.models import Contact, ContactPoint, Customer, Region
from otdel.deals.models import Deal, Lead, Pipeline, Stage, StageChange
from otdel.org.models import Company, Membership, Person, Role, Unit
from otdel.org.rules import PRESETS
from otdel.plans.models import Plan, PlanLine

AT_ONCE = 1000
LINES = 10
CUSTOMERS = 5000
GROUPS = 50
REGIONS = 200
DAY = date(2026, 2, 2)


def make_ground(now: datetime) -> Person:
    """A company with a director, a catalogue of one product and customers to name."""
    Company.objects.create(id=1, name="Bench", created_at=now)
    name, rights = PRESETS["director"]
    role = Role.objects.create(code="director", name=name, rights=rights, is_preset=True)
    person = Person.objects.create(
        email="bench@example.com", first_name="Anna", last_name="Abramova", role=role, created_at=now, language="en"
    )
    person.set_password("bench")
    person.save()
    unit = Unit.objects.create(name="Bench", head=person)
    Membership.objects.create(person=person, unit=unit, starts_on=date(2000, 1, 1))
    Product.objects.create(name="Pump", created_at=now, updated_at=now)
    ProductGroup.objects.bulk_create(ProductGroup(name=f"Group {n}", position=n) for n in range(GROUPS))
    Region.objects.bulk_create(Region(name=f"Region {n}", position=n) for n in range(REGIONS))
    Stage.objects.create(pipeline=Pipeline.objects.create(name="Sales"), name="New", position=0)
    Customer.objects.bulk_create(
        Customer(external_id=f"k{n}", name=f"Client {n}", owner=person, created_at=now, updated_at=now)
        for n in range(CUSTOMERS)
    )
    return person


def customers(rows: int, now: datetime) -> None:
    owner = _owner()
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
    owner, stage, product = _owner(), Stage.objects.get(), Product.objects.get()
    ids = _customers()
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
    owner, product, unit = _owner(), Product.objects.get(), Unit.objects.get()
    ids = _customers()
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


def make_invoices(rows: int, now: datetime) -> None:
    """What payments name: made before anything is timed."""
    owner, ids = _owner(), _customers()
    for part in _parts(rows):
        Invoice.objects.bulk_create(
            Invoice(
                number=f"B-{n}", issued_on=day(n), customer_id=ids[n % CUSTOMERS], owner=owner, amount=n + 1,
                created_at=now, updated_at=now,
            )
            for n in part
        )  # fmt: skip


def _owner() -> Person:
    return Person.objects.get(email="bench@example.com")


def _customers() -> list[int]:
    return list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:CUSTOMERS])


def _parts(rows: int) -> Iterator[range]:
    for start in range(0, rows, AT_ONCE):
        yield range(start, min(start + AT_ONCE, rows))


def day(n: int) -> date:
    """Files tell a year from its first day on."""
    return DAY + timedelta(days=n * 7 // 1000 % 330)


def people(rows: int, now: datetime) -> None:
    role, unit = Role.objects.get(), Unit.objects.get()
    for part in _parts(rows):
        made = Person.objects.bulk_create(
            Person(email=f"floor{n}@example.com", first_name="Floor", last_name=f"F{n}", role=role, created_at=now)
            for n in part
        )
        Membership.objects.bulk_create(Membership(person=row, unit=unit, starts_on=DAY) for row in made)


def contacts(rows: int, now: datetime) -> None:
    owner, ids = _owner(), _customers()
    for part in _parts(rows):
        made = Contact.objects.bulk_create(
            Contact(
                external_id=f"x{n}", last_name=f"Floor {n}", first_name="Ivan", customer_id=ids[n % CUSTOMERS],
                owner=owner, created_at=now, updated_at=now,
            )
            for n in part
        )  # fmt: skip
        ContactPoint.objects.bulk_create(
            ContactPoint(contact=row, kind=kind, value=f"{kind}{row.pk}") for row in made for kind in ("PHONE", "EMAIL")
        )


def products(rows: int, now: datetime) -> None:
    group = ProductGroup.objects.earliest("pk")
    for part in _parts(rows):
        Product.objects.bulk_create(
            Product(name=f"Floor {n}", code=f"x{n}", group=group, price=n, created_at=now, updated_at=now) for n in part
        )


def leads(rows: int, now: datetime) -> None:
    owner = _owner()
    for part in _parts(rows):
        Lead.objects.bulk_create(
            Lead(
                external_id=f"x{n}", title=f"Floor {n}", person_name=f"Ivan {n}", phone=f"+7{n}",
                email=f"x{n}@example.com", amount=n, owner=owner, created_at=now, updated_at=now,
            )
            for n in part
        )  # fmt: skip


def invoices(rows: int, now: datetime) -> None:
    owner, ids = _owner(), _customers()
    for part in _parts(rows):
        Invoice.objects.bulk_create(
            Invoice(
                number=f"x{n}", issued_on=day(n), due_on=day(n), customer_id=ids[n % CUSTOMERS], owner=owner,
                amount=n + 1, created_at=now, updated_at=now,
            )
            for n in part
        )  # fmt: skip


def _payments(part: range, now: datetime) -> list[Payment]:
    owner, ids, unit = _owner(), _customers(), Unit.objects.get()
    return Payment.objects.bulk_create(
        Payment(
            number=f"x{n}", paid_on=day(n), customer_id=ids[n % CUSTOMERS], owner=owner, unit=unit, amount=n + 1,
            created_at=now, updated_at=now,
        )
        for n in part
    )  # fmt: skip


def payments(rows: int, now: datetime) -> None:
    for part in _parts(rows):
        _payments(part, now)


def paid_invoices(rows: int, now: datetime) -> None:
    """Payments laid on invoices of their own, and what is paid on those."""
    owner, ids = _owner(), _customers()
    for part in _parts(rows):
        owed = Invoice.objects.bulk_create(
            Invoice(
                number=f"F-{n}", issued_on=day(n), customer_id=ids[n % CUSTOMERS], owner=owner,
                amount=n + 1, paid=n + 1, created_at=now, updated_at=now,
            )
            for n in part
        )  # fmt: skip
        pairs = zip(_payments(part, now), owed, strict=True)
        Allocation.objects.bulk_create(
            Allocation(payment=paid, invoice=invoice, amount=paid.amount) for paid, invoice in pairs
        )


def calls(rows: int, now: datetime) -> None:
    owner, ids, unit = _owner(), _customers(), Unit.objects.get()
    for part in _parts(rows):
        Activity.objects.bulk_create(
            Activity(
                kind="CALL", at=now - timedelta(minutes=n), day=day(n), duration=60, owner=owner, unit=unit,
                customer_id=ids[n % CUSTOMERS], created_at=now, updated_at=now,
            )
            for n in part
        )  # fmt: skip


def plans(rows: int, now: datetime) -> None:
    unit, groups = Unit.objects.get(), list(ProductGroup.objects.values_list("pk", flat=True))
    regions = list(Region.objects.values_list("pk", flat=True))
    plan = Plan.objects.create(
        metric="margin", unit=unit, starts_on=date(2025, 1, 1), ends_on=date(2026, 1, 1), author=_owner(),
        created_at=now,
    )  # fmt: skip
    for part in _parts(rows):
        PlanLine.objects.bulk_create(
            PlanLine(
                plan=plan, unit=unit, starts_on=date(2025, n % 12 + 1, 1), ends_on=date(2025, n % 12 + 1, 28),
                product_group_id=groups[n // 12 % GROUPS], region_id=regions[n // 12 // GROUPS % REGIONS], amount=n,
            )
            for n in part
        )  # fmt: skip


FLOORS: dict[str, Callable[[int, datetime], None]] = {
    "people": people, "customers": customers, "contacts": contacts, "products": products, "leads": leads,
    "deals": deals, "sales": sales, "invoices": invoices, "payments": payments,
    "payments of invoices": paid_invoices, "calls": calls, "plans": plans,
}  # fmt: skip
