"""Fields a company added itself come in from files like ours: recognised by name, checked, kept, undone."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.apps import apps
from django.test import Client
from people import Firm, make_firm
from wizard import Wizard, counts

from otdel.core.models import CustomField

FILES = {
    "customers.customer": ("customers", "Название компании"),
    "customers.contact": ("contacts", "Полное имя контакта"),
    "billing.product": ("products", "Номенклатура"),
    "deals.lead": ("leads", "Название лида"),
    "deals.deal": ("deals", "ID сделки;Название сделки;Бюджет"),
    "billing.shipment": ("sales", "Номер заказа;Дата отгрузки;Сумма отгрузки"),
    "billing.invoice": ("invoices", "Номер счёта;Дата счёта;Сумма счёта;Контрагент"),
    "billing.payment": ("payments", "Номер платежа;Дата платежа;Сумма платежа"),
    "activities.activity": ("activities", "Дата звонка;Тема"),
}
CELLS = {"ID": "7", "Дата": "01.02.2026", "Сумма": "100", "Бюджет": "100", "Номер": "15", "Контрагент": "Ромашка"}


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


@pytest.fixture
def wizard(client: Client, firm: Firm) -> Wizard:
    client.force_login(firm.olga)
    return Wizard(client)


def file(heads: str, own: str, *cells: str) -> bytes:
    row = ";".join(CELLS.get(head.split()[0], "Первая") for head in heads.split(";"))
    return f"{heads};{own}\n{row};{';'.join(cells)}\n".encode()


@pytest.mark.parametrize("record", FILES)
def test_own_fields_come_in(wizard: Wizard, firm: Firm, record: str) -> None:
    said = {"create": ["customers", "stages"], "owner": firm.olga.pk, "key": "name"}
    for key, label, kind, options in (
        ("power", "Мощность кВт", "NUMBER", []), ("stock", "Склад отгрузки", "CHOICE", ["Южный"]),
        ("given", "День сдачи", "DATE", []), ("ours", "Наша установка", "FLAG", []),
    ):  # fmt: skip
        CustomField.objects.create(record=record, key=key, label=label, type=kind, options=options)
    target, heads = FILES[record]
    own = "Мощность кВт;Склад отгрузки;День сдачи;Наша установка"

    session = wizard.go(file(heads, own, "7,5", "Южный", "28.02.2026", "да"), target=target, **said)

    assert counts(session) == (1, 0, 0, 0), session.reasons
    kept = apps.get_model(record).objects.get()
    assert kept.custom == {"power": 7.5, "stock": "Южный", "given": "2026-02-28", "ours": True}
    again = wizard.go(file(heads, own, "8", "", "", "нет"), "again.csv", target=target, **said)
    kept.refresh_from_db()
    assert kept.custom == {"power": 8, "stock": "Южный", "given": "2026-02-28", "ours": False}
    assert counts(again)[:2] == (0, 1)
    wizard.undo(again)
    kept.refresh_from_db()
    assert kept.custom["power"] == 7.5
    wrong = wizard.go(file(heads, own, "много", "Южный", "", ""), "wrong.csv", target=target, **said)
    assert counts(wrong)[3] == 1
    other = wizard.go(file(heads, own, "1", "Луна", "", ""), "other.csv", target=target, **said)
    assert counts(other)[3] == 1
    assert "has no such choice" in other.reasons[0][2]


def test_a_field_out_of_use_is_no_column_any_more(wizard: Wizard, client: Client) -> None:
    field = CustomField.objects.create(record="billing.product", key="power", label="Мощность", type="NUMBER")
    wizard.go("Номенклатура;Мощность\nНасос;5\n".encode(), "a.csv", target="products")
    waiting = wizard.upload("Номенклатура;Мощность\nНасос;6\n".encode(), "b.csv")
    field.is_active = False
    field.save()

    assert client.get(f"/import/{waiting.pk}/columns/").status_code == 200
    later = wizard.upload("Номенклатура;Мощность\nНасос;7\n".encode(), "c.csv")
    assert [use["field"] for use in later.columns] == ["name"]
    example = client.get("/import/example/products/").getvalue()
    assert "Мощность" not in [cell.value for cell in openpyxl.load_workbook(BytesIO(example)).active[1]]
    field.is_active = True
    field.save()
    example = client.get("/import/example/products/").getvalue()
    assert "Мощность" in [cell.value for cell in openpyxl.load_workbook(BytesIO(example)).active[1]]
