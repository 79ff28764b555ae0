"""The files of a fictional CRM go in through the wizard as they are, and their figures come out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import Count, Sum
from django.test import Client
from people import Firm, make_firm
from shared_data import DATA, needs
from wizard import Wizard, counts

from otdel.billing.models import DealLine, Product
from otdel.customers.models import Customer
from otdel.deals.models import Deal, StageChange
from otdel.org.models import Person, Unit

MAVEN = DATA / "maven_crm"
pytestmark = needs("maven_crm")
ALL = ["people", "units", "customers", "products", "stages", "lists"]


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


@pytest.fixture
def wizard(client: Client, firm: Firm) -> Wizard:
    client.force_login(firm.olga)
    return Wizard(client)


@pytest.mark.slow
def test_maven_goes_in_as_it_is(wizard: Wizard) -> None:
    people = wizard.go(MAVEN / "sales_teams.csv", create=ALL)
    assert people.target == "people"
    assert counts(people) == (35, 0, 0, 0)
    assert wizard.checked["created"] == 35
    assert Unit.objects.get(name="Dustin Brinkmann").parent.name == "Central"
    assert Unit.objects.get(name="Dustin Brinkmann").head.name == "Brinkmann Dustin"

    accounts = wizard.go(MAVEN / "accounts.csv", create=ALL)
    assert (accounts.target, counts(accounts)) == ("customers", (85, 0, 0, 0))
    products = wizard.go(MAVEN / "products.csv", create=ALL)
    assert (products.target, counts(products)) == ("products", (7, 0, 0, 0))

    deals = wizard.go(MAVEN / "sales_pipeline.csv", create=ALL)
    assert (deals.target, counts(deals)) == ("deals", (8800, 0, 0, 0))
    assert wizard.checked["created"] == 8800
    assert Product.objects.count() == 7  # GTXPro is GTX Pro
    assert Customer.objects.count() == 85
    assert Person.objects.count() == 7 + 35 + 6
    found = dict(Deal.objects.values_list("stage__name").annotate(Count("id")))
    assert found == {"Won": 4238, "Lost": 2473, "Engaging": 1589, "Prospecting": 500}
    won = Deal.objects.filter(stage__outcome="WON")
    assert won.aggregate(sum=Sum("amount"))["sum"] == Decimal(10_005_534)
    best = won.values("owner__name").annotate(n=Count("id"), sum=Sum("amount")).order_by("-sum")[0]
    assert best == {"owner__name": "Schlecht Darcel", "n": 349, "sum": Decimal(1_153_214)}
    assert not Deal.objects.filter(stage__outcome="OPEN").exclude(amount=None).exists()
    assert Deal.objects.filter(customer=None).count() == 1425
    assert not won.filter(unit=None).exists()
    assert DealLine.objects.count() == StageChange.objects.count() == 8800

    again = wizard.go(MAVEN / "sales_pipeline_excel_us_dates.csv", create=ALL)
    assert counts(again) == (0, 0, 8800, 0)
    assert wizard.checked["unchanged"] == 8800
