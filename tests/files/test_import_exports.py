"""Exports of other CRMs go in through the wizard as they are."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.test import Client
from people import Firm, make_firm
from shared_data import DATA, needs
from wizard import Wizard, counts

from otdel.billing.models import DealLine
from otdel.customers.models import Contact, ContactPoint, Customer
from otdel.deals.models import Deal
from otdel.org.models import Person

FILES = DATA / "crm_exports"
pytestmark = needs("crm_exports")
ALL = ["people", "units", "customers", "products", "stages", "lists"]


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


@pytest.fixture
def wizard(client: Client, firm: Firm) -> Wizard:
    client.force_login(firm.olga)
    return Wizard(client)


def test_bitrix24_deals(wizard: Wizard) -> None:
    session = wizard.go(FILES / "bitrix24_deal_constructed.csv", create=ALL)
    assert (session.target, session.refused) == ("deals", 0), session.reasons
    deal = Deal.objects.get(external_id="15")
    assert (deal.title, deal.amount, deal.stage.name) == ("Поставка насосов", 150000, "В работе")
    assert deal.customer.name == 'ООО "Ромашка"'
    assert deal.owner.external_id == "7"
    lines = DealLine.objects.filter(deal=deal).order_by("position")
    assert [(line.name, line.quantity) for line in lines] == [("Насос Н-1", 2), ("Монтаж", 1)]
    assert Contact.objects.filter(deals=deal).exists()

    again = wizard.go(FILES / "bitrix24_deal_constructed.csv", create=ALL)
    assert counts(again)[:2] == (0, 0)


def test_bitrix24_html_that_calls_itself_xls(wizard: Wizard) -> None:
    session = wizard.go(FILES / "DEAL_20260922_constructed.xls", create=ALL)
    assert (session.target, session.refused) == ("deals", 0), session.reasons
    assert Deal.objects.exists()


def test_amocrm_deals(wizard: Wizard) -> None:
    session = wizard.go(FILES / "amocrm_leads_constructed.csv", create=ALL)
    assert (session.target, session.refused) == ("deals", 0), session.reasons
    won = Deal.objects.get(external_id="101")
    assert (won.stage.outcome, won.amount, str(won.closed_on)) == ("WON", Decimal(350000), "2026-09-20")
    open_deal = Deal.objects.get(external_id="102")
    assert (open_deal.stage.outcome, open_deal.closed_on) == ("OPEN", None)
    assert Person.objects.filter(last_name="Смирнов", first_name="Пётр").count() == 1


def test_amocrm_workbook(wizard: Wizard) -> None:
    session = wizard.go(FILES / "amocrm_export_leads_fixture.xlsx", create=ALL)
    assert (session.target, session.refused) == ("deals", 0), session.reasons
    assert session.created == session.total > 0


def test_hubspot(wizard: Wizard) -> None:
    companies = wizard.go(FILES / "hubspot_companies_fixture.csv", create=ALL)
    assert (companies.target, counts(companies)) == ("customers", (3, 0, 0, 0))
    assert ContactPoint.objects.get(kind="SITE").customer.external_id == "9001"
    contacts = wizard.go(FILES / "hubspot_contacts_fixture.csv", create=ALL)
    assert (contacts.target, counts(contacts)) == ("contacts", (3, 0, 0, 0))
    assert Contact.objects.get(external_id="8002").customer.external_id == "9002"
    deals = wizard.go(FILES / "hubspot_deals_fixture.csv", create=ALL)
    assert deals.target == "deals"
    assert deals.refused == 0, deals.reasons
    assert Customer.objects.count() == 3
    assert Deal.objects.get(external_id="7001").contact.external_id == "8001"
    assert Deal.objects.get(external_id="7002").owner.name == "Here Nobody"


def test_unknown_people_are_refused_unless_ticked(wizard: Wizard) -> None:
    session = wizard.go(FILES / "bitrix24_deal_constructed.csv")
    assert session.created == 0
    assert session.refused == session.total
    assert "No row was imported." in wizard.client.get(f"/import/{session.pk}/result/").content.decode()
    answer = wizard.client.get(f"/import/{session.pk}/refused/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "What is wrong" in text.splitlines()[0]
    assert "There is nobody called" in text
    assert len(list(csv.reader(io.StringIO(text), delimiter=";"))) == session.total + 1
    assert Deal.objects.count() == 0
