"""Small files to fill in: the usual columns of each kind, named in the reader's language, with a row to follow."""

from __future__ import annotations

from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext as _

from otdel.interfaces.files.targets import own_key, whole

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS: dict[str, dict[str, str]] = {
    "people": {"name": "Соколова Анна Игоревна", "email": "sokolova@example.ru", "position": "Менеджер",
               "department": "Продажи / Север", "head": "Ким Виктор", "employed_from": "2024-03-01"},
    "customers": {"external_id": "101", "name": "ООО «Ромашка»", "inn": "7707083893", "kpp": "773601001",
                  "phones": "+7 495 123-45-67", "emails": "info@example.ru", "segment": "Дилеры", "region": "Москва",
                  "owner": "Соколова Анна"},
    "contacts": {"name": "Иванов Иван Петрович", "phones": "+7 916 123-45-67 доб. 12", "emails": "ivanov@example.ru",
                 "position": "Закупщик", "customer": "ООО «Ромашка»", "owner": "Соколова Анна"},
    "products": {"code": "Н-1", "name": "Насос Н-1", "group": "Насосы", "price": "50000", "unit_cost": "32000",
                 "unit": "шт"},
    "leads": {"name": "Заявка с сайта", "status": "Новый", "contact": "Пётр Петров", "phones": "+7 916 123-45-67",
              "source": "Сайт", "owner": "Соколова Анна"},
    "deals": {"external_id": "15", "name": "Поставка насосов", "customer": "ООО «Ромашка»", "owner": "Соколова Анна",
              "stage": "Договор", "amount": "150000", "opened": "2026-01-12", "expected_close": "2026-03-31",
              "product": "Насос Н-1", "price": "50000", "quantity": "3"},
    "sales": {"order": "УТ-00015", "date": "2026-02-03", "customer": "ООО «Ромашка»", "product": "Насос Н-1",
              "quantity": "3", "price": "50000", "amount": "150000", "cost": "96000", "owner": "Соколова Анна"},
    "invoices": {"number": "15", "date": "2026-02-01", "due": "2026-02-15", "customer": "ООО «Ромашка»",
                 "amount": "150000", "owner": "Соколова Анна"},
    "payments": {"number": "204", "date": "2026-02-10", "amount": "150000", "customer": "ООО «Ромашка»",
                 "invoice": "15", "purpose": "Оплата по счёту 15"},
    "activities": {"kind": "Звонок", "date": "2026-02-03 10:15", "customer": "ООО «Ромашка»",
                   "owner": "Соколова Анна", "duration": "00:04:10", "result": "Договорились"},
    "plans": {"unit": "Соколова Анна", "metric": "Поступления", "period": "2026-Q1", "amount": "2100000"},
    "regions": {"external_id": "1", "name": "Москва"},
}  # fmt: skip


def workbook(target: str) -> bytes:
    kind, out = whole(target), BytesIO()
    row = ROWS[target] | {each.key: "" for each in kind.fields if own_key(each.key)}
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(str(kind.label)[:31] or _("Sheet"))
        bold = book.add_format({"bold": True})
        for place, (name, value) in enumerate(row.items()):
            sheet.write_string(0, place, str(kind.field(name).label), bold)
            sheet.write_string(1, place, value)
            sheet.set_column(place, place, max(len(value), len(str(kind.field(name).label))) + 3)
        sheet.freeze_panes(1, 0)
    return out.getvalue()
