"""Every file of others is read and understood as it is."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from otdel.interfaces.files.cells import Form, column, parse_rows
from otdel.interfaces.files.cells.periods import Period, in_order
from otdel.interfaces.files.guess.columns import Profile, profile
from otdel.interfaces.files.guess.mapping import recognise
from otdel.interfaces.files.readers import open_table
from otdel.interfaces.files.targets import BY_KEY

FILES = [
    (
        "maven_crm/accounts.csv",
        85,
        "customers",
        {"account": "name", "sector": "segment", "office_location": "region"},
    ),
    ("maven_crm/products.csv", 7, "products", {"product": "name", "series": "group", "sales_price": "price"}),
    (
        "maven_crm/sales_teams.csv",
        35,
        "people",
        {"sales_agent": "name", "manager": "head", "regional_office": "department"},
    ),
    (
        "maven_crm/sales_pipeline.csv",
        8800,
        "deals",
        {
            "opportunity_id": "external_id",
            "sales_agent": "owner",
            "account": "customer",
            "deal_stage": "stage",
            "engage_date": "opened",
            "close_date": "closed_on",
            "close_value": "amount",
            "product": "product",
        },
    ),
    (
        "maven_crm/sales_pipeline_excel_us_dates.csv",
        8800,
        "deals",
        {"engage_date": "opened", "close_date": "closed_on"},
    ),
    (
        "adventureworks/pbi_Product.csv",
        397,
        "products",
        {"ProductKey": "external_id", "Product": "name", "Standard Cost": "unit_cost", "Category": "group"},
    ),
    ("adventureworks/pbi_Region.csv", 10, "regions", {"SalesTerritoryKey": "external_id", "Region": "name"}),
    (
        "adventureworks/pbi_Reseller.csv",
        701,
        "customers",
        {"ResellerKey": "external_id", "Reseller": "name", "Business Type": "segment", "City": "city"},
    ),
    (
        "adventureworks/pbi_Sales.csv.gz",
        57851,
        "sales",
        {
            "SalesOrderNumber": "order",
            "OrderDate": "date",
            "ProductKey": "product",
            "ResellerKey": "customer",
            "EmployeeKey": "owner",
            "SalesTerritoryKey": "region",
            "Quantity": "quantity",
            "Unit Price": "price",
            "Sales": "amount",
            "Cost": "cost",
        },
    ),
    (
        "adventureworks/pbi_Salesperson.csv",
        18,
        "people",
        {"EmployeeKey": "external_id", "Title": "position", "UPN": "email", "Salesperson": "name"},
    ),
    (
        "adventureworks/pbi_SalespersonRegion.csv",
        39,
        "people",
        {"EmployeeKey": "external_id", "SalesTerritoryKey": "regions"},
    ),
    (
        "adventureworks/reference_plan_fact_163.csv",
        163,
        "plans",
        {"calendar_quarter": "period", "EmployeeKey": "unit", "quota": "amount"},
    ),
    (
        "crm_exports/DEAL_20260922_constructed.xls",
        4,
        "deals",
        {"ID": "external_id", "Товар": "product", "Сумма": "amount"},
    ),
    (
        "crm_exports/bitrix24_deal_constructed.csv",
        4,
        "deals",
        {
            "Стадия сделки": "stage",
            "Предполагаемая дата закрытия": "expected_close",
            "Ответственный": "owner",
        },
    ),
    (
        "crm_exports/amocrm_leads_constructed.csv",
        3,
        "deals",
        {
            "Бюджет": "amount",
            "Дата закрытия": "closed_on",
            "Этап сделки": "stage",
            "Воронка": "pipeline",
            "Теги": "tags",
        },
    ),
    (
        "crm_exports/amocrm_export_leads_fixture.xlsx",
        4,
        "deals",
        {"Бюджет ₽": "amount", "Основной контакт": "contact", "Рабочий email (контакт)": "contact_emails"},
    ),
    (
        "crm_exports/hubspot_companies_fixture.csv",
        3,
        "customers",
        {"Company name": "name", "Website URL": "site"},
    ),
    (
        "crm_exports/hubspot_contacts_fixture.csv",
        3,
        "contacts",
        {"Email": "emails", "Associated Company IDs": "customer"},
    ),
    (
        "crm_exports/hubspot_deals_fixture.csv",
        2,
        "deals",
        {
            "Deal Stage": "stage",
            "Associated Contact IDs": "contact",
            "Date entered current stage": "stage_since",
        },
    ),
]


@pytest.mark.parametrize(("name", "count", "target", "mapping"), FILES, ids=[file[0] for file in FILES])
def test_file_is_recognised(shared: Path, name: str, count: int, target: str, mapping: dict[str, str]) -> None:
    with open_table(shared / name) as table:
        best = recognise(table, profile(table), name.rsplit("/")[-1])[0]
        names = {header.position: header.name for header in table.headers}

        assert sum(1 for _ in table.rows()) == count
        assert best.target == target
        assert not best.missing
        assert mapping.items() <= {names[use.position]: use.field for use in best.uses}.items()


def _form(found: Profile) -> Form:
    return Form(found.order.value, found.decimal.value)


@pytest.mark.parametrize(("name", "count", "target", "mapping"), FILES, ids=[file[0] for file in FILES])
def test_every_mapped_cell_is_parsed(shared: Path, name: str, count: int, target: str, mapping: dict[str, str]) -> None:
    with open_table(shared / name) as table:
        profiles = profile(table)
        uses = recognise(table, profiles, name.rsplit("/")[-1])[0].uses
        columns = [
            (use.position, column(BY_KEY[target].field(use.field).kind, _form(profiles[use.position]))) for use in uses
        ]
        problems = [found for row in parse_rows(table.rows(), columns, table.width) for found in row.problems]

        assert problems == []


def test_quota_file_without_header_is_a_plan(shared: Path) -> None:
    with open_table(shared / "adventureworks/dw_FactSalesQuota.csv") as table:
        best = recognise(table, profile(table), "dw_FactSalesQuota.csv")[0]

        assert not table.has_header
        assert best.target == "plans"
        assert {use.position: use.field for use in best.uses} == {
            1: "unit",
            3: "year",
            4: "quarter",
            5: "amount",
            6: "period",
        }


def test_quota_dates_in_order_stand_for_quarters_of_the_reference(shared: Path) -> None:
    quotas, unit = column("id"), column("money")
    period, reference = column("period"), {}
    with open_table(shared / "adventureworks/reference_plan_fact_163.csv") as table:
        for _, cells in table.rows():
            reference[period[cells[0]], quotas[cells[2]]] = unit[cells[5]]
    with open_table(shared / "adventureworks/dw_FactSalesQuota.csv") as table:
        rows = [(column("date")[cells[6]], quotas[cells[1]], unit[cells[5]]) for _, cells in table.rows()]

    standing = in_order((day for day, _, _ in rows), Period("quarter", 2017, 3))

    assert len(standing) == 12
    assert max(standing.values()) == Period("quarter", 2020, 2)
    assert {(standing[day], who): amount for day, who, amount in rows} == reference


@pytest.mark.parametrize("name", ["sales_pipeline.csv", "sales_pipeline_excel_us_dates.csv"])
def test_both_date_orders_of_maven_give_the_same_days(shared: Path, name: str) -> None:
    with open_table(shared / "maven_crm" / name) as table:
        orders = {p.order.value for p in profile(table) if p.kind == "date"}
        closed = column("date", Form(orders.pop()))
        days = [day for _, cells in table.rows() if (day := closed[cells[6]]) is not None]

        assert (min(days).isoformat(), max(days).isoformat()) == ("2017-03-01", "2017-12-31")
        assert len(days) == 4238 + 2473


def test_won_sum_of_maven(shared: Path) -> None:
    with open_table(shared / "maven_crm/sales_pipeline.csv") as table:
        amount = column("money")
        total = sum((amount[cells[7]] for _, cells in table.rows() if cells[4] == "Won"), Decimal(0))

        assert total == 10_005_534


def test_bitrix_deal_with_two_products_is_two_rows_of_one_id(shared: Path) -> None:
    html = shared / "crm_exports/DEAL_20260922_constructed.xls"
    csv = shared / "crm_exports/bitrix24_deal_constructed.csv"
    with open_table(html) as first, open_table(csv) as second:
        assert (first.kind, second.encoding, second.delimiter) == ("html", "utf-8-sig", ";")
        assert [h.name for h in first.headers] == [h.name for h in second.headers]
        rows = [[cell or "" for cell in cells] for _, cells in first.rows()]
        assert rows == [[cell or "" for cell in cells] for _, cells in second.rows()]
        assert [row[0] for row in rows] == ["15", "15", "16", "17"]
        assert rows[2][3] == 'ООО "Вега ""Плюс"""'
        assert rows[2][17] == "строка 1\nстрока 2"


def test_amocrm_names_repeat_and_are_told_apart(shared: Path) -> None:
    with open_table(shared / "crm_exports/amocrm_leads_constructed.csv") as table:
        places = [(h.position, h.occurrence) for h in table.headers if h.name == "Товар"]

        assert table.width == 76
        assert [occurrence for _, occurrence in places] == [1, 2]


def test_companies_without_a_header_are_customers(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    rows = ["C-1;ООО «Ёлка»;7707083893;+7 495 123-45-67;Опт;Орлова Ольга;15.03.2026",
            "C-2;АО Сосна;7707083893;8 916 222 33 44;Опт;Орлова Ольга;16.03.2026",
            "C-3;ИП Пихта;500100732259;;Розница;Орлов Олег;17.03.2026"]  # fmt: skip
    file.write_text("\n".join(rows), encoding="cp1251")
    table = open_table(file)

    best = recognise(table, profile(table))[0]

    assert best.target == "customers"
    assert {use.field: use.position for use in best.uses}["name"] == 1
