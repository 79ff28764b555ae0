"""AdventureWorks put straight into the tables: the reference for arithmetic, not a test of import."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from people import make_roles
from shared_data import DATA

from otdel.billing.models import Product, ProductGroup, Shipment, ShipmentLine
from otdel.core.periods import Period
from otdel.customers.models import ClientSegment, Customer, Region
from otdel.org.models import Company, Membership, Person, Unit
from otdel.plans.models import Plan, PlanLine

FOLDER = DATA / "adventureworks"
NOW = datetime(2020, 9, 1, tzinfo=UTC)
STAMP = {"created_at": NOW, "updated_at": NOW}
QUARTERS = [Period.parse(f"{year}-Q{number}") for year in range(2017, 2021) for number in range(1, 5)][2:14]


@dataclass
class Works:
    unit: Unit
    director: Person
    people: dict[str, Person]


def table(name: str) -> list[dict[str, str]]:
    opened = gzip.open if name.endswith(".gz") else open
    with opened(FOLDER / name, "rt", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter="|"))


def load() -> Works:
    roles = make_roles()
    Company.objects.create(id=1, name="Adventure Works", currency="USD", country="US", created_at=NOW)
    unit = Unit.objects.create(name="Adventure Works")
    people = {row["EmployeeKey"]: _person(row, roles["manager"]) for row in table("pbi_Salesperson.csv")}
    director = _person({"Salesperson": "Olga Orlova", "UPN": "olga@example.com"}, roles["director"])
    Membership.objects.bulk_create(
        Membership(person=person, unit=unit, starts_on=date(2015, 1, 1)) for person in [*people.values(), director]
    )
    _sales(people, unit, _products(), _regions(), _customers(people))
    _quotas(people, unit, director)
    return Works(unit, director, people)


def _person(row: dict[str, str], role) -> Person:
    first, _, last = row["Salesperson"].partition(" ")
    return Person.objects.create(email=row["UPN"].lower(), first_name=first, last_name=last, role=role, created_at=NOW)


def _products() -> dict[str, Product]:
    rows = table("pbi_Product.csv")
    groups = {name: ProductGroup.objects.create(name=name) for name in sorted({row["Category"] for row in rows})}
    return {
        row["ProductKey"]: Product.objects.create(name=row["Product"], group=groups[row["Category"]], **STAMP)
        for row in rows
    }


def _regions() -> dict[str, Region]:
    return {row["SalesTerritoryKey"]: Region.objects.create(name=row["Region"]) for row in table("pbi_Region.csv")}


def _customers(people: dict[str, Person]) -> dict[str, Customer]:
    rows = table("pbi_Reseller.csv")
    kinds = {name: ClientSegment.objects.create(name=name) for name in sorted({row["Business Type"] for row in rows})}
    owner = next(iter(people.values()))
    made = Customer.objects.bulk_create(
        Customer(name=row["Reseller"], segment=kinds[row["Business Type"]], owner=owner, **STAMP) for row in rows
    )
    return {row["ResellerKey"]: customer for row, customer in zip(rows, made, strict=True)}


def _sales(people, unit, products, regions, customers) -> None:
    orders: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in table("pbi_Sales.csv.gz"):
        orders[row["SalesOrderNumber"]].append(row)
    shipments = [
        Shipment(
            number=number, shipped_on=date.fromisoformat(rows[0]["OrderDate"].replace("/", "-")), unit=unit,
            customer=customers[rows[0]["ResellerKey"]], owner=people[rows[0]["EmployeeKey"]],
            region=regions[rows[0]["SalesTerritoryKey"]], amount=sum(Decimal(row["Sales"]) for row in rows), **STAMP,
        )
        for number, rows in orders.items()
    ]  # fmt: skip
    made = Shipment.objects.bulk_create(shipments, batch_size=2000)
    lines = (
        ShipmentLine(
            shipment=shipment, product=products[row["ProductKey"]], quantity=Decimal(row["Quantity"]),
            amount=Decimal(row["Sales"]), cost=Decimal(row["Cost"]),
        )
        for shipment in made
        for row in orders[shipment.number]
    )  # fmt: skip
    ShipmentLine.objects.bulk_create(lines, batch_size=5000)


def _quotas(people, unit, director) -> None:
    """Twelve dates in order stand for twelve quarters: two of them carry the same label."""
    with open(FOLDER / "dw_FactSalesQuota.csv", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file, delimiter="|"))
    quarters = dict(zip(sorted({row[6] for row in rows}), QUARTERS, strict=True))
    plan = Plan.objects.create(
        metric="shipments", unit=unit, starts_on=QUARTERS[0].start, ends_on=QUARTERS[-1].end, status="APPROVED",
        author=people["272"], approved_by=director, approved_at=NOW, created_at=NOW,
    )  # fmt: skip
    PlanLine.objects.bulk_create(
        PlanLine(
            plan=plan, metric="shipments", unit=unit, person=people[row[1]], starts_on=quarters[row[6]].start,
            ends_on=quarters[row[6]].end, amount=Decimal(row[5]), is_effective=True,
        )
        for row in rows
    )  # fmt: skip
