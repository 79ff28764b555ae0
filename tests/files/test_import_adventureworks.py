"""AdventureWorks through the wizard as it is, to the board and its Excel: 163 pairs of plan and fact, to the cent."""

from __future__ import annotations

import csv
import re
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.test import Client
from lxml import html
from people import Firm, make_firm, make_person
from shared_data import DATA, needs
from wizard import Wizard, counts

from otdel.billing.models import Product, ShipmentLine
from otdel.core.periods import Period
from otdel.customers.models import Region
from otdel.org.models import Person
from otdel.plans.actions.facts import refill
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


Pairs = dict[tuple[str, str], tuple[Decimal, Decimal]]


def pairs_of_the_reference() -> Pairs:
    """(quarter, employee) → (plan, fact)."""
    with (FILES / "reference_plan_fact_163.csv").open() as file:
        return {
            (f"{row['calendar_quarter'][:4]}-{row['calendar_quarter'][4:]}", row["EmployeeKey"]): (
                Decimal(row["quota"]), Decimal(row["actual"]).quantize(Decimal("0.01")),
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


def on_the_board(client: Client, firm: Firm) -> Pairs:
    """The pairs as the pages of twelve quarters show them; their Excel files have to hold the same."""
    keys = dict(Person.objects.values_list("pk", "external_id"))
    found: Pairs = {}
    for number in range(12):
        quarter = str(Period.parse("2017-Q3").plus(number))
        state = f"unit={firm.root.pk}&by=person&metric=shipments&period={quarter}"
        page = html.fromstring(client.get(f"/plan/?{state}").content)
        shown = [row_of(row) for row in page.xpath("//table[tfoot]/tbody/tr")]
        sheet = sheet_of(client.get(f"/plan/board.xlsx?{state}").content)
        assert [row for row in sheet if row[1] is not None] == [row[1:] for row in shown if row[2] is not None]
        found |= {(quarter, keys[person]): (plan, fact) for person, _name, plan, fact in shown if plan is not None}
    return found


def row_of(row: Any) -> tuple[int, str, Decimal | None, Decimal]:
    """Person, name, plan and fact of a row: to the cent in the sentence at the number, whole in the cell."""
    link = row.xpath(".//a[contains(@href, '/plan/rows/')]")[0]
    person = int(parse_qs(urlsplit(link.get("href")).query)["person"][0])
    name = row.xpath("string(th/a[@class='row-link'])").strip()
    cells = [cell.text_content().strip() for cell in row.xpath("td")]
    said = re.search(r"Fact (.+?) against the plan of (.+?): ", row.text_content())
    if said is None:
        return person, name, None, number(cells[2])
    fact, plan = number(said[1]), number(said[2])
    assert (number(cells[0]), number(cells[2])) == (round(plan), fact.quantize(Decimal(1), ROUND_HALF_UP))
    return person, name, plan, fact


def number(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.\-]", "", text.replace("−", "-")))


def sheet_of(content: bytes) -> list[tuple[str, Decimal | None, Decimal]]:
    """The rows between the headings and the whole."""
    rows = list(openpyxl.load_workbook(BytesIO(content)).worksheets[0].iter_rows(max_col=4, values_only=True))
    head = next(number for number, row in enumerate(rows) if row[1] == "Plan")
    told = list(takewhile(lambda row: isinstance(row[3], int | float), rows[head + 1 :]))
    return [
        (str(name), None if plan is None else Decimal(str(plan)), Decimal(str(fact)))
        for name, plan, _due, fact in told[:-1]
    ]


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
    reference = pairs_of_the_reference()
    assert len(reference) == 163
    assert PlanLine.objects.filter(is_effective=True).count() == 163
    live = on_the_board(client, firm)
    assert live == reference  # counted from the records
    refill()
    assert on_the_board(client, firm) == reference  # read from what is kept by day
    eleven = [pair for (quarter, _person), pair in reference.items() if quarter < "2020-Q2"]
    assert (len(eleven), sum(plan for plan, _ in eleven)) == (146, Decimal(85355000))
    assert sum(fact for _, fact in eleven) == Decimal("72005871.91")

    client.force_login(firm.olga)
    again = wizard.go(FILES / "pbi_Sales.csv.gz", create=["lists"], check=False)
    assert counts(again) == (0, 0, 57851, 0)
