"""Fields a company adds to money, goods and calls: forms ask, cards show, lists show, narrow and order them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from ledger import make_customer
from lxml import html
from people import NOW, TODAY, Firm

from otdel.activities.models import Activity
from otdel.core.listing import Asking, Cursor, Page, State
from otdel.core.models import CustomField, FieldChange
from otdel.interfaces.web import payments
from otdel.interfaces.web.lists.state import listing_of
from otdel.interfaces.web.pick import written
from otdel.org.models import Person

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "billing.product": ("/money/products/", {"name": "Насос", "is_active": "1"}),
    "billing.invoice": ("/money/invoices/", {"issued_on": "2026-03-01", "amount": "100"}),
    "billing.payment": ("/money/payments/", {"paid_on": "2026-03-01", "amount": "100"}),
    "billing.shipment": ("/money/shipments/", {"shipped_on": "2026-03-01", "amount": "100"}),
    "activities.activity": ("/deals/activities/", {"type": "CALL", "at": "2026-03-01T10:00", "is_done": "1"}),
}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def fields(signed) -> None:
    admin = signed("admin")
    for record in KINDS:
        for given in (
            {"label": "Мощность, кВт", "type": "NUMBER"},
            {"label": "Склад", "type": "CHOICE", "options": "Северный\nЮжный", "is_required": "1"},
            {"label": "Сдано", "type": "DATE"},
        ):
            assert admin.post(f"/settings/fields/{record}/add/", given).status_code == 302


@pytest.fixture
def head(fields: None, signed) -> Client:
    return signed("olga")


def form(firm: Firm, record: str, **own: str) -> dict[str, Any]:
    data = dict(KINDS[record][1])
    if record != "billing.product":
        customer = make_customer(firm.anna, "Лютик")
        data["customer"] = written(customer.pk, customer.name)
    return data | {f"c_{name}": value for name, value in own.items()}


def made(client: Client, firm: Firm, record: str, **own: str) -> Any:
    data = form(firm, record, **({"sklad": "Южный"} | own))
    answer = client.post(f"{KINDS[record][0]}new/", data)
    assert answer.status_code == 302, answer.content.decode()
    return apps.get_model(record).objects.latest("pk")


@pytest.mark.parametrize("record", KINDS)
def test_the_form_keeps_and_the_card_shows(firm, head, record):
    kept = made(head, firm, record, moschnost_kvt="7,5", sdano="2026-02-28")

    assert kept.custom == {"moschnost_kvt": 7.5, "sklad": "Южный", "sdano": "2026-02-28"}
    card = head.get(f"{KINDS[record][0]}{kept.pk}/").content.decode()
    assert "<dt>Склад</dt><dd>Южный</dd>" in card
    assert "<dt>Сдано</dt><dd>28 Feb 2026</dd>" in card
    edit = head.get(f"{KINDS[record][0]}{kept.pk}/edit/").content.decode()
    assert 'value="7.5"' in edit


@pytest.mark.parametrize("record", KINDS)
@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ({"sklad": ""}, "This field is required"),
        ({"sklad": "Южный", "moschnost_kvt": "много"}, "is a number"),
        ({"sklad": "Луна"}, "Луна"),
        ({"sklad": "Южный", "sdano": "0001-01-01"}, "mistake in the year"),
    ],
)
def test_what_does_not_fit_is_refused(firm, head, record, own, sentence):
    answer = head.post(f"{KINDS[record][0]}new/", form(firm, record, **own))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not apps.get_model(record).objects.exists()


@pytest.mark.parametrize("record", KINDS)
def test_the_list_shows_narrows_orders_and_is_taken_away(firm, head, record):
    path = KINDS[record][0]
    small, big, none = (made(head, firm, record, moschnost_kvt=power) for power in ("9", "10,5", ""))

    def order(query: str) -> list[int]:
        page = head.get(f"{path}?cols=c_moschnost_kvt,c_sklad&{query}").content.decode()
        return [pk for pk in found_ids(page, path) if pk in (small.pk, big.pk, none.pk)]

    assert order("sort=c_moschnost_kvt") == [small.pk, big.pk, none.pk]
    assert order("sort=-c_moschnost_kvt") == [big.pk, small.pk, none.pk]
    assert order("c_moschnost_kvt_from=10") == [big.pk]
    assert order("c_moschnost_kvt=9") == [small.pk]
    assert order("c_sklad=Северный") == []
    file = b"".join(head.get(f"{path}file.csv?cols=c_moschnost_kvt,c_sklad&sort=-c_moschnost_kvt").streaming_content)
    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))
    assert rows[0] == ["Мощность, кВт", "Склад"]
    assert ["10.5", "Южный"] in rows
    assert "c_moschnost_kvt_from" in head.get(f"{path}filters/").content.decode()


def test_neither_names_nor_values_are_formulas_in_files(firm, signed):
    signed("admin").post("/settings/fields/billing.invoice/add/", {"label": "=1+1", "type": "TEXT"})
    client = signed("olga")
    client.post("/money/invoices/new/", form(firm, "billing.invoice", f_1_1="＠SUM(1)"))
    file = b"".join(client.get("/money/invoices/file.csv?cols=c_f_1_1").streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(file))) == [["'=1+1"], ["'＠SUM(1)"]]


def found_ids(page: str, path: str) -> list[int]:
    body = page.partition("<tbody")[2]
    parts = [part.split("/", 1)[0] for part in body.split(f'data-href="{path}')[1:]]
    return [int(part) for part in parts if part.isdigit()]


@pytest.mark.parametrize("record", KINDS)
def test_a_change_is_remembered(firm, head, record):
    kept = made(head, firm, record)
    answer = head.post(f"{KINDS[record][0]}{kept.pk}/edit/", form(firm, record, sklad="Северный", moschnost_kvt="3"))
    assert answer.status_code == 302, answer.content.decode()

    last = FieldChange.objects.filter(subject_type=record, subject_id=kept.pk, diff__has_key="custom").latest("pk")
    assert last.diff["custom"] == [{"sklad": "Южный"}, {"sklad": "Северный", "moschnost_kvt": 3}]
    assert last.by_id == firm.olga.pk


def test_pages_of_a_list_go_on_through_rows_without_a_value(firm, head):
    for power in ("2", "", "1", ""):
        made(head, firm, "billing.payment", moschnost_kvt=power)
    whole = listing_of(payments.LIST, TODAY)
    asking = Asking(Person.objects.select_related("role").get(pk=firm.olga.pk), NOW)
    state = replace(whole, size=1).read({"sort": ["c_moschnost_kvt"], "cols": ["c_moschnost_kvt"]}, asking)
    seen, back = [], None
    for _ in range(4):
        page = whole_page(state)
        seen += [row[1] for row in page.rows]
        back, state = page.previous, replace(state, cursor=page.next)
    assert seen == [1, 2, None, None]
    assert page.next is None
    assert back is not None
    assert [row[1] for row in whole_page(replace(state, cursor=back)).rows] == [None]


def whole_page(state: State) -> Page:
    """A page as its address gives it: the cursor is written and read again."""
    if state.cursor is not None:
        state = replace(state, cursor=Cursor.read(state.cursor.write(), state.sort))
    return state.listing.page(state)


def test_a_quick_log_asks_for_what_is_required(firm, head):
    customer = make_customer(firm.olga, "Ромашка")
    quick = {"type": "MEETING", "subject": "Приезжали", "customer": customer.pk, "next": f"/customers/{customer.pk}/"}
    answer = head.post("/deals/activities/quick/", quick)
    assert answer["Location"].startswith("/deals/activities/new/?")
    page = head.get(answer["Location"]).content.decode()
    assert "Приезжали" in page
    assert "Ромашка" in page

    sent = form(firm, "activities.activity", sklad="Южный") | {"type": "MEETING", "subject": "Приезжали"}
    assert head.post(answer["Location"], sent)["Location"] == f"/customers/{customer.pk}/"
    assert Activity.objects.get().custom == {"sklad": "Южный"}
    CustomField.objects.update(is_required=False)
    head.post("/deals/activities/quick/", quick | {"subject": "Ещё раз"})
    assert Activity.objects.count() == 2


def test_saving_a_field_as_it_stands_changes_nothing(fields, signed):
    admin = signed("admin")
    page = html.fromstring(admin.get("/settings/fields/billing.invoice/").content)
    field = CustomField.objects.get(record="billing.invoice", key="sklad")
    form = next(form for form in page.forms if form.action.endswith(f"/{field.pk}/"))

    assert admin.post(form.action, dict(form.form_values())).status_code == 302
    field.refresh_from_db()
    assert (field.options, field.is_required, field.is_active) == (["Северный", "Южный"], True, True)


def test_keys_are_safe_whatever_the_label(signed):
    admin = signed("admin")
    for label in ("2026", "Очень длинное название поля, которое не влезет", "In", "—"):
        admin.post("/settings/fields/billing.invoice/add/", {"label": label, "type": "TEXT"})
    keys = list(CustomField.objects.filter(record="billing.invoice").order_by("id").values_list("key", flat=True))
    assert keys[0] == "f_2026"
    assert keys[3] == "field"
    assert not any(key.endswith("_") or "__" in key for key in keys)
