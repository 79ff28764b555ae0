from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from ledger import make_customer
from people import NOW, Firm

from otdel.billing.models import Payment
from otdel.customers.models import Region
from otdel.org.models import Person
from otdel.plans.models import Plan, PlanLine

TODAY = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)


@pytest.fixture
def firm(firm: Firm):
    """North: Anna 1400 of 2100, Boris 300 of 1050 in March; South: Vera 999."""
    plan = Plan.objects.create(
        metric="payments", unit=firm.north, starts_on=date(2026, 3, 1), ends_on=date(2026, 4, 1), status="APPROVED",
        author=firm.boris, approved_by=firm.olga, approved_at=NOW, created_at=NOW,
    )  # fmt: skip
    for person, amount in ((firm.anna, 2100), (firm.boris, 1050)):
        PlanLine.objects.create(
            plan=plan, metric="payments", unit=firm.north, person=person, amount=amount,
            starts_on=date(2026, 3, 1), ends_on=date(2026, 4, 1), is_effective=True,
        )  # fmt: skip
    volga = Region.objects.create(name="=Volga")
    pay(firm.anna, firm.north, 1400, "2026-03-04", customer=make_customer(firm.anna, "Lutik", region=volga))
    pay(firm.boris, firm.north, 300, "2026-03-17", customer=make_customer(firm.boris, "Clover"))
    pay(firm.vera, firm.south, 999, "2026-03-17", customer=make_customer(firm.vera, "Stranger"))
    with time_machine.travel(TODAY, tick=False):
        yield firm


def pay(person, unit, amount, day, **fields):
    Payment.objects.create(
        owner=person, unit=unit, amount=amount, paid_on=day, created_at=NOW, updated_at=NOW, **fields
    )


def text_of(reply) -> str:
    return reply.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def test_a_head_sees_where_the_plan_stands(firm, signed):
    page = text_of(signed("boris").get("/plan/"))

    assert "Payments received: March 2026" in page
    assert "<b>54.0%</b>, <b>47.6%</b> is expected by today (10 of 21 working days)" in page
    assert 'Outside tolerance: <b class="is-under">1</b> below, <b class="is-over">1</b> above' in page
    assert "+40.0%" in page
    assert "−40.0%" in page
    assert "Volkova" not in page
    assert page.count(">Give a task</span></a>") == 1


def test_the_rhythm_is_shown_with_where_it_stands(firm, signed):
    page = text_of(signed("boris").get("/plan/"))
    row = re.search(r'<tr aria-current="true"><th scope="row">yesterday.*?</tr>', page)[0]

    assert re.findall(r'<td class="num">([^<]*)', row) == ["10", "47.6%", "47.6%", "1.5K"]
    assert "The rhythm, step by step" not in text_of(signed("boris").get("/plan/?period=2026-02"))


def test_far_from_today_the_periods_around_are_offered(firm, signed):
    page = signed("boris").get("/plan/?period=2018-Q3").content.decode()
    for period in ("2018-Q2", "2018-Q4", "2018-H2", "2018", "2018-08", "2026-03"):
        assert f"period={period}&amp;" in page or f'period={period}"' in page, period


def test_rows_kept_drawn_never_show_what_was(firm, signed):
    """Between two looks come a payment, another name, another language and another day."""
    client = signed("boris")
    assert "₽300 is" in text_of(client.get("/plan/"))
    pay(firm.boris, firm.north, 45, "2026-03-17")
    paid = text_of(client.get("/plan/"))
    assert ">345</a>" in paid
    assert ">300</a>" not in paid
    assert ">1,400</a>" in paid

    Person.objects.filter(pk=firm.anna.pk).update(last_name="Zimina")
    Person.objects.filter(pk=firm.boris.pk).update(language="ru")
    renamed = text_of(client.get("/plan/"))
    assert "Zimina A." in renamed
    assert "Abramova A." not in renamed
    assert "Поручить" in renamed
    assert "Give a task" not in renamed

    with time_machine.travel(TODAY + timedelta(days=1), tick=False):
        assert f">{due(text_of(client.get('/plan/')))}<" != f">{due(renamed)}<"


def due(page: str) -> str:
    """What the first row must have brought by today."""
    return re.findall(r'data-label="(?:To date|На дату)">([^<]*)</td>', page)[0]


def test_whoever_is_behind_is_given_a_task_with_the_figures_written_down(firm, signed):
    client = signed("boris")
    link = re.search(r'href="([^"]+)"[^>]*><svg.{0,200}>Give a task</span></a>', client.get("/plan/").content.decode())
    opened = client.get(unescape(link[1]))

    assert opened.status_code == 302
    assert f"/tasks/new/?to={firm.boris.pk}&" in opened.url
    assert "Belov+B.+is+behind+the+plan%3A+300+of+500" in opened.url
    assert client.get("/plan/task/?row=person-999").status_code == 404
    assert client.get(f"/plan/task/?unit={firm.south.pk}&row=person-{firm.vera.pk}").status_code == 404


def test_the_same_in_russian(firm, signed):
    firm.boris.language = "ru"
    firm.boris.save()
    page = text_of(signed("boris").get("/plan/"))

    assert "Выполнено <b>54,0 %</b>" in page
    assert "10 из 21 рабочего дня" in page
    assert "Вне допуска" in page


@pytest.mark.parametrize(
    "address",
    ["", "?cut=region", "?by=person&sort=gap", "?by=person", "?period=2026-Q1&cut=product_group", "?metric=calls"],
)
@pytest.mark.parametrize("who", ["anna", "boris", "olga"])
def test_a_page_takes_at_most_eight_queries(firm, signed, who, address):
    client = signed(who)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/plan/{address}").status_code == 200
    # an empty board looks where there are numbers instead
    assert len(queries) <= (8 if "metric" in address else 7), [query["sql"][:90] for query in queries]


@pytest.mark.parametrize(
    "address",
    [
        "", "?period=2026", "?unit={north}&person={anna}", "?cut=region&segment=0", "?cut=new&segment=1&only=0",
        "?metric=active_clients", "?metric=new_clients&period=2026", "?after=2026-03-17_99",
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", ["boris", "olga"])
def test_the_rows_under_a_number_take_at_most_eight_queries(firm, signed, who, address):
    client = signed(who)
    address = address.format(north=firm.north.pk, anna=firm.anna.pk)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/plan/rows/{address}").status_code == 200
    assert len(queries) <= 8, [query["sql"][:90] for query in queries]


@pytest.mark.parametrize(
    "address",
    [
        "period=2026-03&cut=region", "period=2026-Q1&metric=shipments", "period=2026-W12", "period=2026&cut=new",
        "period=2026-H1&cut=channel", "from=2026-03-01&to=2026-03-10", "period=2027-01", "period=2019-01&metric=margin",
        "metric=active_clients&cut=client_segment", "metric=new_clients", "period=1900-01", "period=2199",
    ],
)  # fmt: skip
def test_every_state_opens_on_screen_in_excel_and_on_paper(firm, signed, address):
    client = signed("olga")
    assert client.get(f"/plan/?{address}").status_code == 200
    assert client.get(f"/plan/rows/?{address}").status_code == 200
    assert client.get(f"/plan/quality/?{address}").status_code == 200
    assert client.get(f"/plan/board.xlsx?{address}").status_code == 200
    assert client.get(f"/plan/board.pdf?{address}").content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "address",
    [
        "period=x", "period=2026-13", "metric=x", "cut=x", "by=x", "from=2026-03-10&to=2026-03-01", "unit=x", "unit=-1",
        "unit=99999999999999999999", "person=²", "period=0000-01", "from=2026-03-10&to=9999-12-31", "unit=999999",
        "sort=x", "sort=-", "sort=--gap", "sort=gap-",
    ],
)  # fmt: skip
def test_a_damaged_address_is_a_sentence(firm, signed, address):
    client = signed("olga")
    for page in ("/plan/", "/plan/rows/", "/plan/quality/", "/plan/board.xlsx", "/plan/board.pdf"):
        assert client.get(f"{page}?{address}").status_code in (404, 422), page


@pytest.mark.parametrize("address", ["after=x", "after=2026-03-01_x", "segment=x", "only=x", "after=2026-03-01_"])
def test_a_damaged_address_of_rows_is_a_sentence(firm, signed, address):
    assert signed("boris").get(f"/plan/rows/?{address}").status_code == 422


def test_strangers_are_not_found(firm, signed):
    for who, unit in (("anna", firm.south), ("boris", firm.south), ("gleb", firm.north), ("boris", firm.root)):
        client = signed(who)
        for page in ("/plan/", "/plan/rows/", "/plan/quality/", "/plan/board.xlsx", "/plan/board.pdf"):
            assert client.get(f"{page}?unit={unit.pk}").status_code == 404, (who, page)
    assert signed("zoya").get("/plan/").status_code == 403
    assert signed("admin").get("/plan/board.pdf").status_code == 403


def test_a_number_opens_its_records(firm, signed):
    page = text_of(signed("boris").get(f"/plan/rows/?unit={firm.north.pk}&period=2026-03"))

    assert "the records that make up ₽1,700" in page
    assert "Lutik" in page
    assert "Clover" in page
    assert "Stranger" not in page


def test_the_worst_stand_first_on_the_screen_in_excel_and_in_the_address(firm, signed):
    client = signed("boris")
    page = client.get("/plan/?sort=gap&cut=region").content.decode()

    assert re.findall(r'class="row-link"[^>]*>(\w+)', page) == ["Belov", "Abramova"]
    sorted_by = re.findall(r'class="num" aria-sort="(\w+)"><a class="sort" href="([^"]+)">Dev., ₽', page)
    assert sorted_by == [
        ("ascending", f"/plan/?unit={firm.north.pk}&amp;period=2026-03&amp;metric=payments&amp;cut=region&amp;by=person"
         f"&amp;sort=-gap#{table}")
        for table in ("rows", "segments")
    ]  # fmt: skip
    assert 'data-label="Dev., ₽">−200' in page
    # every other way out of the page keeps the order
    for way in ("board.xlsx?", "period=2026-02", "by=person", "metric=calls"):
        assert re.search(rf'href="/plan/[^"]*{re.escape(way)}[^"]*sort=gap', page), way

    book = openpyxl.load_workbook(BytesIO(client.get("/plan/board.xlsx?sort=-gap").content))
    cells = [[cell.value for cell in row] for row in book["Board"].iter_rows()]
    names = [row[0] for row in cells]
    assert names.index("Abramova A.") < names.index("Belov B.") < names.index("North")
    assert ["Order", "Dev., ₽: best first"] in [row[:2] for row in cells]
    assert next(row for row in cells if row[0] == "North")[4] == 200
    assert client.get("/plan/board.pdf?sort=-gap").content.startswith(b"%PDF")


def test_the_deviation_is_one_number_wherever_it_stands(firm, signed):
    Payment.objects.filter(owner=firm.anna).update(amount=1234)
    page = text_of(signed("boris").get("/plan/"))
    shares = {found for found in re.findall(r"[+−][\d.]+%", page) if found not in ("+23.4%", "−40.0%")}

    assert shares == {"+2.3%"}
    assert page.count("+2.3%") >= 3


def test_excel_holds_what_is_on_the_screen(firm, signed):
    reply = signed("boris").get("/plan/board.xlsx?cut=region")
    book = openpyxl.load_workbook(BytesIO(reply.content))

    main = [[cell.value for cell in row] for row in book["Board"].iter_rows()]
    rows = {row[0]: row[1:4] for row in main}
    assert rows["Abramova A."] == [2100, 1000, 1400]
    assert rows["North"] == [3150, 1500, 1700]
    cut = [[cell.value for cell in row] for row in book["Segments"].iter_rows()]
    assert ["Abramova A.", "=Volga"] in [row[:2] for row in cut]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert Decimal(str(book["Days"]["C32"].value or 0)) == 0


def test_no_plan_and_no_fact_are_said(firm, signed):
    assert "There is no approved plan for this period" in text_of(signed("gleb").get("/plan/"))
    assert "Nothing is recorded in these days yet." not in text_of(signed("boris").get("/plan/"))
    assert "The period begins on" in text_of(signed("boris").get("/plan/?period=2026-05"))
    assert "There is neither a plan nor a fact" in text_of(signed("boris").get("/plan/?period=2020-05"))
    assert "No finished periods to learn the rhythm from" in text_of(signed("boris").get("/plan/"))


def test_a_plan_nothing_was_brought_for_says_so(firm, signed):
    Payment.objects.all().delete()
    assert "Nothing is recorded in these days yet." in text_of(signed("boris").get("/plan/"))


def test_a_file_says_when_it_is_made(signed, firm):
    """The page that asked draws a line until it sees the cookie; only a word of ours comes back in it."""
    assert signed("boris").get("/plan/board.xlsx?made=l6qqisdc8zg").cookies["made"].value == "l6qqisdc8zg"
    for strange in ("", "x" * 13, "a;b", "ы"):
        assert "made" not in signed("boris").get("/plan/board.xlsx", {"made": strange}).cookies
