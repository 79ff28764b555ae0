"""The page of a list: one request and its queries, fragments, columns, views, files, and who may see what."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from deals.making import make_customer, make_deal, make_pipeline
from django.core.cache import cache
from people import TODAY, make_firm

from otdel.core.models import CustomField, Event
from otdel.interfaces.web.models import ListView

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "results"}


@pytest.fixture
def firm(db):
    cache.clear()
    return make_firm()


@pytest.fixture
def stages(firm):
    return make_pipeline()


def taken(client, address: str) -> bytes:
    return b"".join(client.get(address).streaming_content)


@pytest.fixture
def enter(client):
    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def test_list_page_shows_rows(firm, stages, enter):
    customer = make_customer(firm.anna, "Ромашка & Ко")
    make_deal(firm.anna, stages["new"], "Станок <b>", amount=Decimal("1234567"), customer=customer)
    make_deal(firm.vera, stages["new"], "Чужая")

    page = enter(firm.anna).get("/deals/").content.decode()

    assert "Станок &lt;b&gt;" in page
    assert "Ромашка &amp; Ко" in page
    assert "Abramova A." in page
    assert "1,234,567" in page
    assert "Чужая" not in page


def test_a_full_page_costs_few_queries(firm, stages, enter, django_assert_num_queries):
    customer = make_customer(firm.anna)
    for number in range(60):
        make_deal(firm.anna, stages["new"], f"Deal {number}", amount=number, customer=customer)
    client = enter(firm.boris)
    client.get("/deals/")
    # session, person, how they look at it, custom fields, departments, people in them, rows
    with django_assert_num_queries(7):
        client.get("/deals/")
    client = enter(firm.olga)
    with django_assert_num_queries(5):
        page = client.get("/deals/").content.decode()
    assert page.split("<tbody>")[1].count("<tr") == 50
    assert "50+" in page


def test_typing_brings_rows_alone(firm, stages, enter):
    make_deal(firm.anna, stages["new"], "Станок")
    part = enter(firm.anna).get("/deals/?q=стан", **HTMX).content.decode()
    assert part.strip().startswith('<div id="results"')
    assert "Станок" in part
    assert "<html" not in part
    # what else on the page carries the address of the list follows it
    assert part.count('hx-swap-oob="true"') == 3
    assert "/deals/file.csv?q=%D1%81%D1%82%D0%B0%D0%BD" in part


def test_empty_fields_of_a_form_leave_the_address(firm, enter):
    answer = enter(firm.anna).get("/deals/?q=&state=open&stage=&created=")
    assert (answer.status_code, answer["Location"]) == (302, "/deals/?state=open")


def test_filters_form_knows_what_is_set(firm, stages, enter):
    page = enter(firm.anna).get(f"/deals/filters/?stage={stages['won'].pk}&amount_from=5&sort=-amount").content.decode()
    assert f'value="{stages["won"].pk}" checked' in page
    assert 'name="amount_from" value="5"' in page
    assert '<input type="hidden" name="sort" value="-amount">' in page


def test_chosen_columns_are_remembered(firm, stages, enter):
    make_deal(firm.anna, stages["new"], "Станок", opened_on=TODAY - timedelta(days=1))
    client = enter(firm.anna)

    answer = client.post("/deals/columns/", {"cols": ["title", "opened", "password"], "query": "state=open"})

    assert answer["Location"] == "/deals/?state=open&cols=title%2Copened"
    page = client.get("/deals/").content.decode()
    assert "1 Mar 2026" in page
    assert "Amount" not in page.split("<thead>")[1].split("</thead>")[0]


def test_view_is_saved_and_deleted_by_its_owner(firm, enter):
    client = enter(firm.anna)
    client.post("/deals/views/", {"name": "Мои открытые", "query": "state=open&owner=me&nonsense=1"})

    view = ListView.objects.get(name="Мои открытые")
    assert view.query == "state=open&owner=me"
    assert "/deals/?state=open&amp;owner=me" in client.get("/deals/").content.decode()
    assert enter(firm.vera).post(f"/deals/views/{view.pk}/delete/").status_code == 404
    enter(firm.anna).post(f"/deals/views/{view.pk}/delete/")
    assert not ListView.objects.filter(name="Мои открытые").exists()


def test_custom_field_is_a_column_and_a_filter(firm, stages, enter):
    CustomField.objects.create(record="deals.deal", key="power", label="Мощность", type="NUMBER")
    make_deal(firm.anna, stages["new"], "Сильный", custom={"power": 7})
    make_deal(firm.anna, stages["new"], "Слабый", custom={"power": 1})

    page = enter(firm.anna).get("/deals/?cols=title,c_power&c_power=7").content.decode()

    assert "Мощность" in page
    assert "Сильный" in page
    assert "Слабый" not in page


def test_counting_is_asked_for(firm, stages, enter):
    make_deal(firm.anna, stages["new"])
    assert enter(firm.anna).get("/deals/count/", **HTMX).content.decode() == "1 row"


def test_csv_is_what_the_russian_excel_opens(firm, stages, enter):
    firm.anna.language = "ru"
    firm.anna.save()
    make_deal(firm.anna, stages["new"], "=cmd|' /C calc'!A0", amount=Decimal("1234.5"), expected_on=TODAY)
    make_deal(firm.vera, stages["new"], "Чужая")

    data = taken(enter(firm.anna), "/deals/file.csv?cols=title,amount,expected,owner")

    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows[1] == ["'=cmd|' /C calc'!A0", "1234,50", "Abramova Anna", "02.03.2026"]
    assert len(rows) == 2
    event = Event.objects.get(kind="deal.exported")
    assert (event.by, event.data["count"]) == (firm.anna, 1)


def test_workbook_holds_numbers_and_dates(firm, stages, enter):
    make_deal(firm.anna, stages["new"], "=1+1", amount=Decimal("1234.5"), expected_on=TODAY)

    data = taken(enter(firm.anna), "/deals/file.xlsx?cols=title,amount,expected")

    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    title, amount, expected = next(sheet.iter_rows(min_row=2))
    assert (title.value, title.data_type) == ("=1+1", "s")
    assert amount.value == 1234.5
    assert expected.value.date() == TODAY


def test_who_may_see_and_take_away(firm, stages, enter, client):
    make_deal(firm.anna, stages["new"], "Станок")

    seen = {
        name: b"\xd0\xa1\xd1\x82\xd0\xb0\xd0\xbd" in enter(getattr(firm, name)).get("/deals/").content
        for name in PEOPLE
    }
    files = {name: enter(getattr(firm, name)).get("/deals/file.csv") for name in PEOPLE}
    assert all(b"".join(answer.streaming_content) for answer in files.values() if answer.streaming)

    assert seen == PEOPLE
    assert {name: answer.status_code for name, answer in files.items()} == {
        "anna": 200,
        "boris": 200,
        "olga": 200,
        "vera": 200,
        "zoya": 403,
        "admin": 403,
    }
    assert len(taken(enter(firm.vera), "/deals/file.csv").splitlines()) == 1
    client.logout()
    for address in ("/deals/", "/deals/file.csv", "/deals/filters/", "/deals/count/"):
        assert client.get(address).status_code == 302


PEOPLE = {"anna": True, "boris": True, "olga": True, "vera": False, "zoya": True, "admin": False}


HOSTILE = [
    "at=x",
    "sort=%00",
    "q=%00%27",
    "amount_from=1e999",
    "cols=x",
    "stage=%F0%9F",
    "owner=1e5",
    "unit=-",
    "c_x=1",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_address(firm, stages, enter, query):
    client = enter(firm.anna)
    for address in ("/deals/", "/deals/filters/", "/deals/count/", "/deals/file.csv"):
        answer = client.get(f"{address}?{query}", follow=True)
        assert answer.status_code in (200, 422)
        assert b"".join(answer.streaming_content) if answer.streaming else True
    assert client.get("/deals/file.exe").status_code == 404


def test_an_empty_list_offers_the_first_step(firm, enter):
    assert "No deals yet" in enter(firm.anna).get("/deals/").content.decode()
    assert "Nothing was found" in enter(firm.anna).get("/deals/?q=zzz").content.decode()
