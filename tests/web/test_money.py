"""Pages of money and activities: one request each with its queries, forms with and without what they need, access."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from ledger import fresh, line, make_customer, make_deal, make_invoice, paid, pay
from people import NOW, TODAY, make_firm

from otdel.activities import actions as activities
from otdel.activities.models import Activity
from otdel.activities.rules import ActivityValues
from otdel.billing import actions
from otdel.billing.models import DealLine, Invoice, Payment, Product, ProductGroup, Shipment
from otdel.billing.rules import ProductValues, ShipmentValues
from otdel.interfaces.web.pick import written

D = Decimal


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def firm(db):
    cache.clear()
    return make_firm()


@pytest.fixture
def lutik(firm):
    return make_customer(firm.anna, "Лютик")


@pytest.fixture
def deal(firm, lutik):
    return make_deal(firm.anna, lutik, "Болты на склад")


@pytest.fixture
def enter(client):
    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def records(firm, lutik, deal):
    """One of everything, all Anna's: kind → number."""
    olga = fresh(firm.olga)
    invoice = make_invoice(firm, lutik, 100, "2026-01-01", due_on=TODAY - timedelta(days=40), deal_id=deal.pk)
    payment = pay(firm, lutik, 25)
    values = ShipmentValues(shipped_on=TODAY, customer_id=lutik.pk)
    shipment = actions.record_shipment(by=olga, values=values, lines=[line(2, 50, cost=D(60))], now=NOW)
    call = activities.log_activity(
        by=fresh(firm.anna), values=ActivityValues("CALL", NOW, subject="Price", customer_id=lutik.pk), now=NOW
    )
    product = actions.create_product(by=olga, values=ProductValues("Болт М6", price=D("1.50")), now=NOW)
    return {
        "invoice": invoice.pk,
        "payment": payment.pk,
        "shipment": shipment.pk,
        "activity": call.pk,
        "product": product.pk,
    }


PATHS = {
    "invoice": "/money/invoices/",
    "payment": "/money/payments/",
    "shipment": "/money/shipments/",
    "product": "/money/products/",
    "activity": "/deals/activities/",
}


# every page: one request and its queries


@pytest.mark.parametrize("kind", PATHS)
def test_list_and_card_cost_few_queries(firm, records, enter, kind, django_assert_max_num_queries):
    head = enter(firm.boris)
    head.get(PATHS[kind])
    with django_assert_max_num_queries(8):
        assert head.get(PATHS[kind]).status_code == 200
    with django_assert_max_num_queries(8):
        assert head.get(f"{PATHS[kind]}{records[kind]}/").status_code == 200


@pytest.mark.parametrize("kind", PATHS)
def test_forms_cost_few_queries(firm, records, enter, kind, django_assert_max_num_queries):
    head = enter(firm.boris)
    with django_assert_max_num_queries(8):
        assert head.get(f"{PATHS[kind]}new/").status_code == 200
    with django_assert_max_num_queries(8):
        assert head.get(f"{PATHS[kind]}{records[kind]}/edit/").status_code == 200


def test_debts_by_age_lead_to_their_invoices(firm, records, enter, django_assert_max_num_queries):
    head = enter(firm.boris)
    with django_assert_max_num_queries(7):
        page = head.get("/money/").content.decode()
    assert "/money/invoices/?age=31-60" in page
    assert "Лютик" in page
    found = head.get("/money/invoices/?age=31-60").content.decode()
    assert f"/money/invoices/{records['invoice']}/" in found


def test_list_of_invoices_says_what_is_late(firm, records, enter):
    page = enter(firm.anna).get("/money/invoices/?state=overdue").content.decode()
    assert 'badge under">Overdue' in page
    assert ">40<" in page
    assert "75" in page


# who sees what

WHO = ("anna", "boris", "olga", "zoya", "vera", "gleb", "admin")
SEES = {
    "invoice": {"anna", "boris", "olga", "zoya"},
    "payment": {"anna", "boris", "olga", "zoya"},
    "shipment": {"anna", "boris", "olga", "zoya"},
    "activity": {"anna", "boris", "olga"},
    "product": set(WHO),
}
CHANGES = {
    "invoice": {"anna", "boris", "olga", "zoya"},
    "payment": {"boris", "olga", "zoya"},
    "shipment": {"boris", "olga", "zoya"},
    "activity": {"anna", "boris", "olga"},
    "product": {"boris", "gleb", "olga", "zoya", "admin"},
}
DELETES = {
    "invoice": {"boris", "olga", "zoya"},
    "payment": {"boris", "olga", "zoya"},
    "shipment": {"boris", "olga", "zoya"},
    "activity": {"boris", "olga"},
    "product": {"olga", "admin"},
}
# who has no right to the kind at all is refused its list; others get a list without what is not theirs
NO_LIST = {
    "invoice": {"admin"},
    "payment": {"admin"},
    "shipment": {"admin"},
    "activity": {"admin", "zoya"},
    "product": set(),
}


def taken(answer) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("kind", PATHS)
def test_access(firm, records, enter, kind, who):
    browser, path, card = enter(getattr(firm, who)), PATHS[kind], f"{PATHS[kind]}{records[kind]}/"
    sees, changes = who in SEES[kind], who in CHANGES[kind]

    shown = browser.get(path)
    if who in NO_LIST[kind]:
        assert shown.status_code == 403
        assert browser.get(f"{path}file.csv").status_code == 403
    else:
        assert (card in shown.content.decode()) == sees
        rows = list(csv.reader(io.StringIO(taken(browser.get(f"{path}file.csv"))), delimiter=";"))
        assert bool(rows[1:]) == sees
    assert browser.get(card).status_code == (200 if sees else 404)
    edited = browser.post(f"{card}edit/", {})
    assert edited.status_code == (404 if not sees else 422 if changes else 403)
    if who not in DELETES[kind]:
        assert browser.post(f"{card}delete/").status_code == (403 if sees else 404)
        assert browser.post(f"{card}restore/").status_code in (403, 404)
    else:
        assert browser.post(f"{card}delete/").status_code == 302
        assert card not in browser.get(path).content.decode()
        assert browser.post(f"{card}restore/").status_code == 302


@pytest.mark.parametrize("kind", PATHS)
def test_anonymous_is_led_to_the_sign_in(firm, records, client, kind):
    path = PATHS[kind]
    for address in (path, f"{path}new/", f"{path}{records[kind]}/", f"{path}{records[kind]}/edit/", f"{path}file.csv"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.url.startswith("/sign-in/")
    assert client.post(f"{path}{records[kind]}/delete/").status_code == 302
    for model in (Invoice, Payment, Shipment, Activity, Product):
        assert not model.objects.exclude(deleted_at=None).exists()
    assert client.get("/money/").status_code == 302
    assert client.get("/pick/customer/").status_code == 302


# forms


def lines(*rows):
    columns = list(zip(*rows, strict=True))
    names = ("line_what", "line_quantity", "line_price", "line_cost", "line_was")
    return {name: list(column) for name, column in zip(names, columns, strict=False)}


def test_invoice_is_made_out_without_scripts(firm, lutik, deal, records, enter):
    browser = enter(firm.anna)
    rows = [("болт м6", "1 000", ""), ("Доставка", "", "350,5"), ("", "", ""), ("", "", "")]
    form = {"customer": "лютик", "deal": written(deal.pk, deal.title), "number": "СЧ-1", "issued_on": "2026-03-01"}

    answer = browser.post("/money/invoices/new/", form | lines(*rows))

    invoice = Invoice.objects.get(number="СЧ-1")
    assert answer.url == f"/money/invoices/{invoice.pk}/"
    assert (invoice.amount, invoice.customer_id, invoice.deal_id) == (D("1850.50"), lutik.pk, deal.pk)
    assert [row.product_id for row in invoice.lines.order_by("position")] == [records["product"], None]
    page = browser.get(answer.url).content.decode()
    assert "Болт" in page or "болт м6" in page
    assert "1,850.50" in page


def test_mistakes_stay_beside_their_fields(firm, lutik, enter):
    browser = enter(firm.anna)
    form = {"customer": "никто", "issued_on": "31.02.2026"} | lines(("Болт", "x", "5"), ("Болт", "0", "5"))

    answer = browser.post("/money/invoices/new/", form)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing like this was found." in page
    assert "Enter a number." in page
    assert "The quantity cannot be zero." in page
    assert 'value="x"' in page
    assert not Invoice.objects.exists()


def test_paid_invoice_keeps_its_lines(firm, lutik, records, enter):
    browser, card = enter(firm.boris), f"/money/invoices/{records['invoice']}/"
    form = {"customer": written(lutik.pk, lutik.name), "issued_on": "2026-01-01", "amount": "100", "note": "Call"}

    assert browser.post(f"{card}edit/", form).status_code == 302
    refused = browser.post(f"{card}edit/", form | {"amount": "90"})

    assert refused.status_code == 422
    assert "already paid" in refused.content.decode()
    assert Invoice.objects.get(pk=records["invoice"]).note == "Call"


def test_sum_that_was_given_survives_an_untouched_line(firm, lutik, enter):
    given = [line(3, "3.33", amount=D(10))]
    values = ShipmentValues(shipped_on=TODAY, customer_id=lutik.pk)
    shipment = actions.record_shipment(by=fresh(firm.olga), values=values, lines=given, now=NOW)
    browser, address = enter(firm.boris), f"/money/shipments/{shipment.pk}/edit/"
    assert 'value="3|3.33|10.00"' in browser.get(address).content.decode()
    form = {"customer": written(lutik.pk, lutik.name), "shipped_on": "2026-03-02"}

    browser.post(address, form | lines(("Bolt", "3", "3.33", "", "3|3.33|10.00")))
    assert Shipment.objects.get(pk=shipment.pk).amount == D(10)
    browser.post(address, form | lines(("Bolt", "4", "3.33", "", "3|3.33|10.00")))
    assert Shipment.objects.get(pk=shipment.pk).amount == D("13.32")


def test_payment_from_the_invoice_pays_it(firm, lutik, records, enter):
    browser = enter(firm.zoya)
    page = browser.get(f"/money/payments/new/?invoice={records['invoice']}").content.decode()
    assert 'value="75"' in page
    form = {"amount": "75", "paid_on": "2026-03-02", "invoice": f"#{records['invoice']}"}

    answer = browser.post("/money/payments/new/", form)

    assert answer.status_code == 302
    assert paid(Invoice.objects.get(pk=records["invoice"])) == D(100)
    assert Payment.objects.latest("pk").customer_id == lutik.pk


def test_payment_is_spread_by_hand(firm, lutik, records, enter):
    other = make_invoice(firm, lutik, 50, number="Второй")
    browser, card = enter(firm.zoya), f"/money/payments/{records['payment']}/"
    assert f'name="part_{other.pk}"' in browser.get(card).content.decode()

    browser.post(f"{card}spread/", {f"part_{other.pk}": "20,50", f"part_{records['invoice']}": "", "part_x": "1"})
    assert paid(other) == D("20.50")
    assert browser.post(f"{card}spread/", {f"part_{other.pk}": "1000"}).status_code == 409
    assert browser.post(f"{card}spread/", {f"part_{other.pk}": "abc"}).status_code == 422
    browser.post(f"{card}spread/", {"auto": "1"})
    assert paid(other) == 0


def test_cancel_and_reopen(firm, records, enter):
    browser, card = enter(firm.anna), f"/money/invoices/{records['invoice']}/"
    assert browser.post(f"{card}cancel/").status_code == 302
    assert "Cancelled" in browser.get(card).content.decode()
    assert browser.post(f"{card}cancel/").status_code == 409
    assert browser.post(f"{card}reopen/").status_code == 302
    assert paid(Invoice.objects.get(pk=records["invoice"])) == D(25)


def test_product_and_groups(firm, enter):
    browser = enter(firm.boris)
    browser.post("/money/products/groups/", {"name": "Крепёж"})
    group = ProductGroup.objects.get()
    browser.post("/money/products/new/", {"name": "Гайка", "price": "2,5", "group": group.pk, "is_active": "on"})
    assert Product.objects.get().price == D("2.50")
    assert browser.post("/money/products/groups/", {"name": "КРЕПЁЖ"}).status_code == 422
    browser.post(f"/money/products/groups/{group.pk}/", {"name": "Метизы", "active": "1"})
    assert "Метизы" in browser.get("/money/products/groups/").content.decode()
    assert enter(firm.anna).post("/money/products/groups/", {"name": "Моё"}).status_code in (403, 422)
    assert ProductGroup.objects.count() == 1


def test_suggestions_are_only_what_one_may_see(firm, lutik, deal, records, enter):
    browser = enter(firm.anna)
    assert f"Лютик #{lutik.pk}" in browser.get("/pick/customer/?customer=лют").content.decode()
    assert "Болты" in browser.get("/pick/deal/?deal=болт").content.decode()
    assert 'data-price="1.50"' in browser.get("/pick/product/?line_what=болт").content.decode()
    assert browser.get("/pick/nothing/?q=a").status_code == 404
    stranger = enter(firm.vera)
    assert stranger.get("/pick/customer/?customer=лют").content == b""
    form = {"customer": f"#{lutik.pk}", "issued_on": "2026-03-01", "amount": "5"}
    assert stranger.post("/money/invoices/new/", form).status_code == 422


def test_namesakes_are_named_in_the_error(firm, lutik, enter):
    make_customer(firm.anna, "Лютик")
    form = {"customer": "лютик", "issued_on": "2026-03-01", "amount": "5"}
    page = enter(firm.anna).post("/money/invoices/new/", form).content.decode()
    assert f"Лютик #{lutik.pk}" in page


# activities


def test_call_is_logged_and_planned(firm, lutik, deal, enter):
    browser = enter(firm.anna)
    form = {"type": "CALL", "at": "2026-03-01T10:00", "customer": "лютик", "minutes": "5", "is_done": "on"}

    assert browser.post("/deals/activities/new/", form).status_code == 302
    call = Activity.objects.get()
    assert (call.duration, call.customer_id, call.is_done) == (300, lutik.pk, True)
    later = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert browser.post("/deals/activities/new/", form | {"at": later}).status_code == 422

    quick = {"type": "MEETING", "subject": "Price", "deal": deal.pk, "at": later, "next": "/deals/"}
    assert browser.post("/deals/activities/quick/", quick).url == "/deals/"
    meeting = Activity.objects.get(kind="MEETING")
    assert (meeting.is_done, meeting.customer_id) == (False, lutik.pk)
    assert browser.post(f"/deals/activities/{meeting.pk}/done/", {"result": "Agreed"}).status_code == 302
    assert browser.post(f"/deals/activities/{meeting.pk}/done/").status_code == 409
    listed = browser.get(f"/deals/activities/?deal={deal.pk}").content.decode()
    assert f"/deals/activities/{meeting.pk}/" in listed
    assert f"/deals/activities/{call.pk}/" not in listed
    meeting.refresh_from_db()
    assert (meeting.is_done, meeting.result) == (True, "Agreed")


def test_moment_of_a_call_is_in_the_zone_of_whoever_looks(firm, records, enter):
    assert "12:00" in enter(firm.anna).get(f"/deals/activities/{records['activity']}/").content.decode()
    firm.anna.time_zone = "Asia/Vladivostok"
    firm.anna.save()
    page = enter(firm.anna).get(f"/deals/activities/{records['activity']}/").content.decode()
    assert "7:00" in page or "19:00" in page
    assert (
        'value="2026-03-02T19:00"'
        in enter(firm.anna).get(f"/deals/activities/{records['activity']}/edit/").content.decode()
    )


def test_quick_form_leads_nowhere_outside(firm, lutik, enter):
    quick = {"type": "NOTE", "subject": "x", "next": "https://evil.example/"}
    answer = enter(firm.anna).post("/deals/activities/quick/", quick)
    assert answer.url.startswith("/deals/activities/")
    assert enter(firm.anna).post("/deals/activities/quick/", quick | {"at": "nonsense"}).status_code == 422
    assert enter(firm.anna).post("/deals/activities/quick/", quick | {"type": "DANCE"}).status_code == 422


def test_lines_of_a_deal(firm, lutik, deal, records, enter):
    browser, address = enter(firm.anna), f"/deals/{deal.pk}/lines/"
    assert browser.get(address).status_code == 200

    browser.post(address, {"recount": "1"} | lines(("Болт М6", "10", ""), ("", "", "")))
    deal.refresh_from_db()
    assert (deal.amount, DealLine.objects.get().product_id) == (D(15), records["product"])
    browser.post(address, lines(("Болт М6", "20", "1.5")))
    deal.refresh_from_db()
    assert deal.amount == D(15)
    browser.post(f"{address}amount/")
    deal.refresh_from_db()
    assert deal.amount == D(30)
    assert enter(firm.vera).get(address).status_code == 404
    assert enter(firm.zoya).get(address).status_code == 403


HOSTILE = ("\x00", "%00", "'", "-1", "9" * 30, "<script>", "2026-02-31", "ё" * 500, "1e400", "NaN")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_input_is_answered_calmly(firm, records, enter, text):
    browser = enter(firm.olga)
    for path in PATHS.values():
        assert browser.get(
            path, {"q": text, "amount_from": text, "age": text, "at": text, "sort": text}
        ).status_code in (
            200,
            302,
        )
    fields = ("customer", "deal", "invoice", "owner", "amount", "paid_on", "issued_on", "shipped_on", "at", "type")
    form = dict.fromkeys(fields, text) | lines((text, text, text, text, text))
    for kind, path in PATHS.items():
        assert browser.post(f"{path}new/", form).status_code == 422, kind
        assert browser.post(f"{path}{records[kind]}/edit/", form).status_code in (302, 422), kind
    assert browser.get("/pick/customer/", {"q": text}).status_code == 200
    quick = {"type": "NOTE", "subject": f"Note {text}", "text": text, "customer": text, "next": text}
    assert browser.post("/deals/activities/quick/", quick).status_code in (302, 404, 422)
    assert browser.post("/deals/activities/quick/", quick | {"type": text}).status_code in (404, 422)
    assert browser.post(f"/deals/activities/{records['activity']}/done/", {"result": text}).status_code in (409, 422)
    group = actions.create_group(by=fresh(firm.olga), name="Крепёж", now=NOW)
    answer = browser.post(f"/money/products/groups/{group.pk}/", {"name": text})
    assert answer.status_code in (302, 422)
    assert browser.post(f"/money/payments/{records['payment']}/spread/", {"part_1": text}).status_code in (
        302,
        404,
        409,
        422,
    )


@pytest.mark.parametrize("path", [*PATHS.values(), "/money/", "/money/invoices/new/", "/money/products/groups/"])
def test_pages_speak_russian(firm, records, enter, path):
    firm.boris.language = "ru"
    firm.boris.save()
    page = enter(firm.boris).get(path).content.decode()
    for word in ("Invoices", "Payments", "Amount", "Customer<", ">Save<", "Products", "Overdue", "Number<"):
        assert word not in page
