"""AdventureWorks through the wizard as it is: sales by person and quarter against shifted quotas."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal

import pytest
from django.test import Client
from people import Firm, make_firm, make_person
from shared_data import DATA, needs
from wizard import Wizard, counts

from otdel.billing.models import Product, Shipment, ShipmentLine
from otdel.customers.models import Region
from otdel.plans.models import Plan, PlanLine

FILES = DATA / "adventureworks"
pytestmark = needs("adventureworks")
ALL = ["people", "units", "customers", "products", "stages", "lists"]


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


@pytest.fixture
def wizard(client: Client, firm: Firm) -> Wizard:
    client.force_login(firm.olga)
    return Wizard(client)


def quarter(day: object) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


@pytest.mark.slow
def test_adventureworks_goes_in_as_it_is(wizard: Wizard, firm: Firm, client: Client) -> None:
    person = wizard.go(FILES / "pbi_Salesperson.csv", create=ALL)
    assert (person.target, counts(person)) == ("people", (18, 0, 0, 0))
    regions = wizard.go(FILES / "pbi_SalespersonRegion.csv", create=ALL)
    assert (regions.target, counts(regions)) == ("people", (0, 0, 39, 0))
    region = wizard.go(FILES / "pbi_Region.csv", create=ALL)
    assert (region.target, counts(region)) == ("regions", (10, 0, 0, 0))
    assert Region.objects.get(external_id="1").name == "Northwest"
    product = wizard.go(FILES / "pbi_Product.csv", create=ALL)
    assert product.target == "products"
    assert counts(product)[3] == 0
    assert Product.objects.count() == counts(product)[0]
    reseller = wizard.go(FILES / "pbi_Reseller.csv", create=ALL)
    assert (reseller.target, counts(reseller)[3]) == ("customers", 0)

    sales = wizard.go(FILES / "pbi_Sales.csv.gz", create=["lists"])
    assert (sales.target, counts(sales)) == ("sales", (57851, 0, 0, 0))
    assert ShipmentLine.objects.count() == 57851
    facts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for key, day, amount in Shipment.objects.values_list("owner__external_id", "shipped_on", "amount"):
        facts[key, quarter(day)] += amount

    quota = wizard.go(
        FILES / "dw_FactSalesQuota.csv", target="plans",
        columns={"field_0": "", "field_1": "unit", "field_2": "", "field_3": "", "field_4": "", "field_5": "amount",
                 "field_6": "period"},
        period_from="in_order", first_period="2017-Q3", metric="shipments",
    )  # fmt: skip
    assert counts(quota) == (163, 0, 0, 0)
    approver = make_person("Dina", "Danilova", firm.roles["director"], firm.root)
    for plan in Plan.objects.all():
        client.post(f"/plans/{plan.pk}/agree/")
    client.force_login(approver)
    for plan in Plan.objects.all():
        client.post(f"/plans/{plan.pk}/approve/")
    lines = PlanLine.objects.filter(is_effective=True)
    plans = {(line.person.external_id, quarter(line.starts_on)): line.amount for line in lines.select_related("person")}
    with (FILES / "reference_plan_fact_163.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(plans) == 163
    for row in rows:
        key = (row["EmployeeKey"], row["calendar_quarter"])
        assert plans[key] == Decimal(row["quota"])
        assert facts[key] == Decimal(row["actual"]).quantize(Decimal("0.01")), key

    client.force_login(firm.olga)
    again = wizard.go(FILES / "pbi_Sales.csv.gz", create=["lists"], check=False)
    assert counts(again) == (0, 0, 57851, 0)
