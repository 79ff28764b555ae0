"""A whole import taken back leaves the database as it was; what people did since stays, with the reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.test import Client
from django.utils import timezone
from people import Firm, make_firm
from wizard import Wizard, counts

from otdel.billing import actions as billing
from otdel.billing.models import Invoice, Payment
from otdel.billing.rules import PaymentValues
from otdel.customers import actions as customers
from otdel.customers.models import Customer
from otdel.deals.models import Deal
from otdel.interfaces.files import actions

ROOMS = ("org", "customers", "deals", "billing", "activities", "plans")
ALL = ["people", "units", "customers", "products", "stages", "lists"]

CUSTOMERS = """ID;Название компании;ИНН;Телефон;Сегмент;Регион;Ответственный
1;ООО Ромашка;7707083893;+7 495 123-45-67;Дилеры;Москва;Abramova Anna
2;АО Лютик;;8 (812) 200-11-22;Розница;Казань;Volkova Vera
"""
DEALS = """ID;Сделка;Компания;Воронка;Этап сделки;Сумма;Товар;Цена;Количество;Дата начала;Дата закрытия;Ответственный
10;Насосы;ООО Ромашка;Общая;Договор;150000;Насос;50000;2;01.02.2026;;Abramova Anna
10;Насосы;ООО Ромашка;Общая;Договор;150000;Монтаж;50000;1;01.02.2026;;Abramova Anna
11;Трубы;АО Лютик;Общая;Сделка успешна;90000;Труба;900;100;03.02.2026;20.02.2026;Volkova Vera
12;Краны;ООО Новый;Общая;Сделка провалена;;Кран;;;03.02.2026;20.02.2026;Новикова Нина
"""
INVOICES = """Номер счета;Дата;Контрагент;Сумма;Срок оплаты
1;05.02.2026;ООО Ромашка;1000;20.02.2026
2;06.02.2026;ООО Ромашка;500;
"""
PAYMENTS = """Дата оплаты;Сумма;Плательщик;Номер счета;Номер платежного поручения
10.02.2026;700;ООО Ромашка;1;71
11.02.2026;900;ООО Ромашка;2;72
12.02.2026;50;ООО Ромашка;;73
12.02.2026;50;ООО Ромашка;;73
"""
SALES = """Номер заказа;Дата;Контрагент;Товар;Количество;Цена;Сумма;Себестоимость;Менеджер
УТ-1;03.02.2026;ООО Ромашка;Насос;2;100;200;120;Abramova Anna
УТ-1;03.02.2026;ООО Ромашка;Труба;1;50;50;20;Abramova Anna
УТ-2;04.02.2026;АО Лютик;Насос;1;100;100;60;Volkova Vera
"""
CALLS = """Тип;Дата звонка;Контрагент;Длительность;Ответственный
Звонок;03.02.2026 10:15;ООО Ромашка;00:04:10;Abramova Anna
Встреча;04.02.2026 12:00;АО Лютик;;Volkova Vera
"""
PLANS = """Сотрудник;Показатель;Март 2026;Апрель 2026
Abramova Anna;Поступления;100000;110000
Volkova Vera;Поступления;90000;
"""


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


@pytest.fixture
def wizard(client: Client, firm: Firm) -> Wizard:
    client.force_login(firm.olga)
    return Wizard(client)


def dump() -> dict[str, Any]:
    """Every row of every record, but for when it was last touched."""
    found = {}
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            if model._meta.label_lower.startswith("plans.fact") or model.__name__ in ("ChangedDay", "Role"):
                continue
            table = model._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT to_jsonb(t) - 'updated_at' - 'last_login' - 'password' FROM {table} t ORDER BY id"
                )
                found[table] = [row[0] for row in cursor.fetchall()]
    return found


def everything(wizard: Wizard) -> list[Any]:
    files = (CUSTOMERS, DEALS, INVOICES, PAYMENTS, SALES, CALLS, PLANS)
    names = ("companies", "deals", "invoices", "payments", "sales", "calls", "plans")
    return [
        wizard.go(text.encode("cp1251"), f"{name}.csv", create=ALL) for text, name in zip(files, names, strict=True)
    ]


def test_every_import_can_be_undone_in_turn(wizard: Wizard) -> None:
    states = [dump()]
    sessions = []
    for text, name in (
        (CUSTOMERS, "companies"), (DEALS, "deals"), (INVOICES, "invoices"), (PAYMENTS, "payments"),
        (SALES, "sales"), (CALLS, "calls"), (PLANS, "plans"),
    ):  # fmt: skip
        session = wizard.go(text.encode("cp1251"), f"{name}.csv", create=ALL)
        assert session.target == {"companies": "customers", "calls": "activities"}.get(name, name)
        assert session.refused == 0, session.reasons
        assert session.created == text.count("\n") - 1
        sessions.append(session)
        states.append(dump())
    assert Invoice.objects.get(number="1").paid == 700
    assert Invoice.objects.get(number="2").paid == 500
    assert Payment.objects.count() == 4  # two alike in one file are two

    for session, before in zip(reversed(sessions), reversed(states[:-1]), strict=True):
        wizard.undo(session)
        assert session.status == "UNDONE"
        assert session.undo["kept"] == {}
        now_there = dump()
        for table, rows in before.items():
            assert now_there[table] == rows, (session.target, table)


def test_the_same_files_again_change_nothing(wizard: Wizard) -> None:
    everything(wizard)
    before = dump()
    for session in everything(wizard):
        assert counts(session)[:2] == (0, 0), (session.target, counts(session))
        assert session.unchanged == session.total
    assert dump() == before


def test_undo_gives_changed_fields_their_old_values(wizard: Wizard) -> None:
    everything(wizard)
    before = dump()
    changed = DEALS.replace("150000", "170000").replace("Труба;900;100", "Труба;800;100").replace("Насосы", "Насосы 2")
    session = wizard.go(changed.encode("cp1251"), "deals.csv", create=ALL)
    assert counts(session) == (0, 3, 1, 0)
    assert Deal.objects.get(external_id="10").amount == 170000

    wizard.undo(session)

    assert dump() == before


def test_what_people_did_since_stays(wizard: Wizard, firm: Firm) -> None:
    session = wizard.go(CUSTOMERS.encode("cp1251"), "companies.csv", create=ALL)
    edited = Customer.objects.get(external_id="1")
    customers.change_customer(by=firm.olga, customer_id=edited.pk, values={"note": "important"}, now=timezone.now())
    used = Customer.objects.get(external_id="2")
    billing.record_payment(
        by=firm.olga,
        values=PaymentValues(paid_on=date(2026, 2, 1), amount=Decimal(5), customer_id=used.pk),
        now=timezone.now(),
    )

    wizard.undo(session)

    assert set(Customer.objects.values_list("pk", flat=True)) == {edited.pk, used.pk}
    kept = session.undo["kept"]
    assert kept["changed:customers.customer"] == 1
    assert kept["used:customers.customer"] == 1
    page = wizard.client.get(f"/import/{session.pk}/result/").content.decode()
    assert "changed by somebody since" in page


def test_undo_of_payments_recounts_what_is_paid(wizard: Wizard, firm: Firm) -> None:
    for text, name in ((CUSTOMERS, "companies"), (INVOICES, "invoices")):
        wizard.go(text.encode(), f"{name}.csv", create=ALL)
    session = wizard.go(PAYMENTS.encode(), "payments.csv")
    invoice = Invoice.objects.get(number="1")
    billing.record_payment(
        by=firm.olga,
        values=PaymentValues(paid_on=date(2026, 2, 20), amount=Decimal(100), customer_id=invoice.customer_id),
        wish={invoice.pk: None},
        now=timezone.now(),
    )
    assert Invoice.objects.get(number="1").paid == 800

    wizard.undo(session)

    assert Invoice.objects.get(number="1").paid == 100
    assert Invoice.objects.get(number="2").paid == 0
    assert Payment.objects.count() == 1


def test_undo_in_many_portions_tells_how_far_it_is(wizard: Wizard, firm: Firm) -> None:
    """A portion of one change at a time: what is paid agrees with what remains after each, and the end is known."""
    for text, name in ((CUSTOMERS, "companies"), (INVOICES, "invoices")):
        wizard.go(text.encode(), f"{name}.csv", create=ALL)
    session = wizard.go(PAYMENTS.encode(), "payments.csv")
    actions.undo_session(by=firm.olga, session_id=session.pk, now=timezone.now())
    actions.take(session.pk, "test", actions.State.UNDOING, timezone.now())
    before = -1
    while actions.undo_portion(by=firm.olga, session_id=session.pk, runner="test", portion=1, now=timezone.now()):
        session.refresh_from_db()
        assert before <= session.undo["changed"] <= session.undo["total"]
        before = session.undo["changed"]
        for invoice in Invoice.objects.annotate(laid=Coalesce(Sum("allocations__amount"), Decimal(0))):
            assert invoice.paid in (invoice.laid, 0)
    session.refresh_from_db()
    assert session.undo["changed"] == session.undo["total"] == 8  # two invoices, four payments, two parts
    assert (session.status, Payment.objects.count()) == ("UNDONE", 0)


def test_a_payment_counts_for_the_department_of_its_invoices_owner(wizard: Wizard, firm: Firm) -> None:
    """The file names no owner: the invoice's is taken, and with them their department of that day."""
    wizard.go(CUSTOMERS.encode(), "companies.csv", create=ALL)
    owned = "Номер счета;Дата;Контрагент;Сумма;Ответственный\n7;05.02.2026;ООО Ромашка;1000;Volkova Vera\n"
    wizard.go(owned.encode(), "invoices.csv", create=ALL)
    paid = "Дата оплаты;Сумма;Номер счета\n10.02.2026;700;7\n"
    session = wizard.go(paid.encode(), "payments.csv", target="payments")
    assert counts(session) == (1, 0, 0, 0), session.reasons
    payment = Payment.objects.get()
    assert (payment.owner_id, payment.unit_id) == (firm.vera.pk, firm.south.pk)
