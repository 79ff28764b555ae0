"""The history of a card tells what passed as well, and a deal names the contact one talks to."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from ledger import make_customer, make_deal
from people import NOW, Firm

from otdel.activities.models import Activity
from otdel.customers.models import Contact, Customer
from otdel.deals.models import Deal

STAMP = {"created_at": NOW, "updated_at": NOW}


@pytest.fixture
def customer(firm: Firm) -> Customer:
    return make_customer(firm.anna, "Lutik")


@pytest.fixture
def deal(firm: Firm, customer: Customer) -> Deal:
    return make_deal(firm.anna, customer)


def passed(owner, kind: str = "CALL", **fields) -> Activity:
    values = {"at": NOW, "day": NOW.date(), "owner": owner, **STAMP} | fields
    return Activity.objects.create(kind=kind, **values)


def said(page: str) -> list[str]:
    lines = re.findall(r"<li><svg.*?<div>(.*?)</div>", page.partition('class="timeline"')[2], re.S)
    return [re.sub(r"<[^>]+>", "", line) for line in lines]


def test_calls_meetings_and_letters_stand_in_the_history_among_changes(firm, customer, deal, signed):
    client = signed("anna")
    client.post(f"/deals/{deal.pk}/edit/", {"title": "Supply of pumps", "customer": f"Lutik #{customer.pk}"})
    passed(firm.anna, "CALL", subject="Agreed on <b>price</b>", result="yes", deal=deal, customer=customer)
    passed(firm.anna, "MEETING", at=NOW - timedelta(days=1), deal=deal, customer=customer)
    passed(firm.anna, "CALL", subject="A plan", is_done=False, deal=deal, customer=customer)
    passed(firm.anna, "NOTE", subject="In the bin", deleted_at=NOW, deal=deal, customer=customer)

    of_deal = said(client.get(f"/deals/{deal.pk}/history/").content.decode())
    of_customer = said(client.get(f"/customers/{customer.pk}/history/").content.decode())

    call = "Call: Agreed on &lt;b&gt;price&lt;/b&gt; — yes"
    assert of_deal == ["What is being sold: Supply → Supply of pumps", call, "Meeting"]
    assert of_customer == [call, "Meeting"]


def test_the_history_shows_only_what_may_be_opened(firm, deal, signed):
    mine = passed(firm.anna, subject="About the deal", deal=deal)
    passed(firm.vera, subject="Of a stranger, about nobody")
    page = signed("anna").get(f"/deals/{deal.pk}/history/").content.decode()
    assert f'href="/deals/activities/{mine.pk}/"' in page
    assert "Of a stranger" not in page
    assert signed("vera").get(f"/deals/{deal.pk}/history/").status_code == 404


def test_a_long_history_is_read_to_its_end_by_pages(firm, deal, signed, django_assert_max_num_queries):
    for number in range(45):
        passed(firm.anna, subject=f"Call {number:02}", at=NOW - timedelta(hours=number), deal=deal)
    client, address, found = signed("anna"), f"/deals/{deal.pk}/history/", []
    client.get(address)
    while address:
        with django_assert_max_num_queries(8):
            page = client.get(address).content.decode()
        found += said(page)
        more = re.search(r'href="([^"]+\?after=[^"]+)"', page)
        address = more[1] if more else ""
    assert found == [f"Call: Call {number:02}" for number in range(45)]


def test_a_deal_names_its_contact(firm, customer, deal, signed):
    contact = Contact.objects.create(first_name="Ira", last_name="Ivanova", customer=customer, owner=firm.anna, **STAMP)
    other = Contact.objects.create(first_name="Ira", last_name="Yudina", owner=firm.anna, **STAMP)
    hidden = Contact.objects.create(first_name="Ira", last_name="Hidden", owner=firm.vera, **STAMP)
    client = signed("anna")

    offered = client.get("/pick/contact/", {"contact": "ira", "customer": f"Lutik #{customer.pk}"}).content.decode()
    assert offered.index("Ivanova Ira (Lutik)") < offered.index("Yudina Ira")
    assert "Hidden" not in offered

    form = {"title": "Supply", "contact": f"Ivanova Ira (Lutik) #{contact.pk}"}
    assert client.post(f"/deals/{deal.pk}/edit/", form).status_code == 302
    deal.refresh_from_db()
    assert deal.contact_id == contact.pk
    page = client.get(f"/deals/{deal.pk}/").content.decode()
    assert f'href="/customers/contacts/{contact.pk}/"' in page or f'href="/contacts/{contact.pk}/"' in page
    assert "Ivanova Ira" in client.get(f"/deals/{deal.pk}/field/contact/").content.decode()

    assert client.post(f"/deals/{deal.pk}/edit/", {"title": "S", "contact": f"#{hidden.pk}"}).status_code == 422
    assert client.post("/deals/new/", {"title": "New one", "contact": "yudina"}).status_code in (302, 422)
    assert other.pk != deal.contact_id
