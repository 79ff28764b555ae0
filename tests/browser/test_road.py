"""The whole road of a new company in a real browser: from the first page to a number's rows and back in Excel."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from browser.road import PostOffice, Visitor, number, post_office, worker
from django.core.cache import cache
from ledger import make_customer
from people import NOW, Firm
from playwright.sync_api import Browser, Locator, Page, expect
from shared_data import DATA, needs

from otdel.billing.models import Payment

MAVEN = DATA / "maven_crm"
PASSWORD = "верный конь батарея скрепка"
FILES = [("sales_teams", "35"), ("accounts", "85"), ("products", "7"), ("sales_pipeline", "8 800")]
WHOLE = "from=2016-10-01&to=2017-12-31"
Q4 = "metric=won_amount&period=2017-Q4"
# what people typed stays in their language
ENTERED = re.compile("Полевые товары|Орлова|Ольга|Данилова|Дина|Громов|Глеб|Лыкова|Лида|Русский|[А-Я][.]")
Check = Callable[[Page], None]


def squeezed(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def words(place: Page | Locator) -> str:
    return squeezed((place.locator("main") if isinstance(place, Page) else place).inner_text())


@pytest.mark.slow
@needs("maven_crm")
def test_road_of_a_new_company(
    transactional_db: None, browser: Browser, live_server: Any, settings: Any, axe: Check, fits: Check, picture: Any
) -> None:
    cache.clear()
    with post_office(settings) as office, worker(settings):
        olga = Visitor(browser, live_server.url)
        begin(olga, axe)
        for who in (
            ("Громов", "Глеб", "gromov@example.com", "Руководитель отдела продаж"),
            ("Лыкова", "Лида", "lykova@example.com", "Менеджер по продажам"),
        ):
            invite(olga, *who)
        dina = invited(browser, live_server.url, office, olga)
        for file, created in FILES:
            import_file(olga, file, created, axe)
        figures(olga)
        plan = make_plan(olga, axe)
        approve(dina, plan)
        board_and_rows(olga, axe)
        excel_equals_the_screen(olga)
        on_a_phone(olga, plan, axe, fits, picture)
        in_english(olga, plan, fits)
        assert olga.troubles == dina.troubles == []
        olga.context.close()
        dina.context.close()


def begin(olga: Visitor, axe: Check) -> None:
    page = olga.at("/")
    axe(page)
    page.get_by_role("link", name="Начать со своей компании").click()
    axe(page)
    for field, text in {
        "name": "Полевые товары", "last_name": "Орлова", "first_name": "Ольга", "email": "olga@example.com",
        "password": PASSWORD,
    }.items():  # fmt: skip
        page.locator(f"[name={field}]").fill(text)
    olga.page.locator("[name=currency]").select_option("USD")
    olga.page.locator("[name=time_zone]").select_option("Europe/Samara")
    page.get_by_role("button", name="Начать").click()
    expect(page.get_by_role("heading", name="Начните с того, что уже есть")).to_be_visible()
    axe(page)


def invite(olga: Visitor, last: str, first: str, email: str, role: str) -> None:
    page = olga.at("/people/new/")
    for field, text in {"last_name": last, "first_name": first, "email": email}.items():
        page.locator(f"[name={field}]").fill(text)
    olga.choose("role", role)
    page.locator("main button.primary").click()
    expect(page.get_by_text(f"Приглашение отправлено на {email}.")).to_be_visible()


def invited(browser: Browser, address: str, office: PostOffice, olga: Visitor) -> Visitor:
    """The head and the manager come by their letters; the second director is told of by the plan itself."""
    for email in ("gromov@example.com", "lykova@example.com"):
        guest = Visitor(browser, address)
        guest.join(office.link(email), PASSWORD)
        guest.page.context.clear_cookies()
        guest.sign_in(email, PASSWORD)
        assert guest.troubles == []
        guest.context.close()
    invite(olga, "Данилова", "Дина", "dina@example.com", "Директор")
    dina = Visitor(browser, address)
    dina.join(office.link("dina@example.com"), PASSWORD)
    return dina


def import_file(olga: Visitor, file: str, created: str, axe: Check) -> None:
    """As a user does who changes nothing: upload, next, check, import."""
    page = olga.at("/import/")
    page.locator("main input[type=file]").set_input_files(MAVEN / f"{file}.csv")
    page.locator("main form[action*=upload] button.primary").click()
    expect(page.get_by_role("heading", name="Что в файле")).to_be_visible()
    looked_at = file == "sales_pipeline"
    if looked_at:
        axe(page)
    page.get_by_role("button", name="Дальше").click()
    if looked_at:
        axe(page)
    page.get_by_role("button", name="Проверить весь файл").click()
    expect(page.get_by_text("Вот что сделает загрузка")).to_be_visible(timeout=60_000)
    assert f"Будет создано\n{created}" in words(page)
    if looked_at:
        axe(page)
    page.get_by_role("button", name="Загрузить файл").click()
    expect(page.get_by_text("Файл загружен.")).to_be_visible(timeout=60_000)
    assert f"Создано\n{created}\nИзменено\n0\nБез изменений\n0\nНе принято\n0" in words(page)
    if looked_at:
        axe(page)
        page.get_by_role("link", name="Открыть план–факт").click()
        expect(page.get_by_role("heading", name="Сумма выигранных сделок: декабрь 2017")).to_be_visible()


def figures(olga: Visitor) -> None:
    """The figures known beforehand, on the screen."""
    page = olga.at("/")
    assert "ещё ни плана, ни факта. Показан последний период, где есть цифры: декабрь 2017." in words(page)
    page = olga.at(f"/plan/?metric=won_amount&by=person&{WHOLE}")
    assert "10 005 534 $" in words(page.locator(".strip"))
    assert "1 153 214" in words(row(page, "Schlecht D."))
    page = olga.at(f"/plan/?metric=deals_won&by=person&{WHOLE}")
    assert "4 238" in words(page.locator(".strip"))
    assert "349" in words(row(page, "Schlecht D."))


def row(page: Page, name: str) -> Locator:
    return page.locator("tr", has=page.get_by_role("link", name=name, exact=True)).first


def typed(page: Page, name: str) -> list[str]:
    return [box.input_value() for box in page.locator("tr", has_text=name).locator("input:not([type=hidden])").all()]


def make_plan(olga: Visitor, axe: Check) -> str:
    page = olga.at(f"/plan/?{Q4}")
    page.get_by_role("link", name="Создать план").click()
    axe(page)
    assert page.locator("[name=period]").input_value() == "2017-Q4"
    page.locator("[name=total]").fill("3 000 000")
    page.get_by_role("button", name="Создать черновик").click()
    expect(page.get_by_role("heading", name="Сумма выигранных сделок: Полевые товары, IV квартал 2017")).to_be_visible()
    assert "3 000 000" in words(page.locator("[data-grand-sum]"))
    team = page.locator("tr.unit", has_text="Dustin Brinkmann")
    before = typed(page, "Snelling")
    team.locator("input:not([type=hidden])").first.click()
    for amount in ("120 000", "150 000", "180 000"):
        page.keyboard.type(amount)
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("Сохранено 3 числа.")).to_be_visible()
    olga.choose("unit", "Dustin Brinkmann")
    page.get_by_role("button", name="Раздать").click()
    expect(page.get_by_text("План подразделения роздан")).to_be_visible()
    after = typed(page, "Snelling")
    assert [number(text) for text in after] == [24_000, 30_000, 36_000] != before
    axe(page)
    page.get_by_role("button", name="Согласовать").click()
    expect(page.get_by_text("Кто утверждает: Данилова Д. (")).to_be_visible()
    assert page.get_by_role("button", name="Утвердить").count() == 0
    return page.url.removeprefix(olga.address)


def approve(dina: Visitor, plan: str) -> None:
    page = dina.at(plan)
    page.get_by_role("button", name="Утвердить").click()
    expect(page.get_by_text("Утверждено")).to_be_visible()


def board_and_rows(olga: Visitor, axe: Check) -> None:
    """From a number to the rows under it in one click, to the card in two."""
    page = olga.at(f"/plan/?{Q4}")
    assert "План\n3 000 000 $" in words(page.locator(".strip"))
    axe(page)
    fact = row(page, "Central").locator("a.figure")
    total = squeezed(fact.inner_text())
    assert number(total) == 987_782
    fact.click()
    expect(page.get_by_role("heading", name="Сумма выигранных сделок")).to_be_visible()
    assert f"{total} $" in words(page.locator(".lead"))
    assert page.locator("tbody tr").count() > 20
    axe(page)
    page.locator("tbody a.row-link").first.click()
    expect(page).to_have_url(f"{olga.address}/deals/{page.url.split('/')[4]}/")


def excel_equals_the_screen(olga: Visitor) -> None:
    page = olga.at(f"/plan/?{Q4}&by=person")
    told = page.locator("table:has(tfoot)").evaluate(
        """table => [...table.rows].filter(row => row.querySelector("td")).map(row =>
            [(row.querySelector("th a.row-link") ?? row.querySelector("th")).textContent.trim(),
             ...[...row.querySelectorAll("td")].slice(0, 3).map(cell => cell.textContent.trim())])"""
    )
    screen = {name: [None if text == "—" else number(squeezed(text)) for text in cells] for name, *cells in told}
    with page.expect_download() as coming:
        page.get_by_role("link", name="Excel").click()
    sheet = openpyxl.load_workbook(BytesIO(coming.value.path().read_bytes())).worksheets[0]
    rows = {str(cells[0]): cells[1:4] for cells in sheet.iter_rows(max_col=4, values_only=True)}
    assert len(screen) > 30
    for name, shown in screen.items():
        written = [None if value is None else round(float(value)) for value in rows[name]]
        assert written == shown, name


def pages(plan: str) -> list[str]:
    return [f"/plan/?{Q4}", f"/plan/rows/?{Q4}", plan, "/import/", "/import/4/result/", "/deals/", "/people/"]


def on_a_phone(olga: Visitor, plan: str, axe: Check, fits: Check, picture: Any) -> None:
    page = olga.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.context.add_cookies([{"name": "theme", "value": "dark", "url": olga.address}])
    for path in pages(plan):
        olga.at(path)
        fits(page)
        axe(page)
    picture(olga.at(f"/plan/?{Q4}"), "board")
    page.set_viewport_size({"width": 1440, "height": 900})


def in_english(olga: Visitor, plan: str, fits: Check) -> None:
    page = olga.page
    page.locator(".me > summary").click()
    page.locator(".me button[name=language][value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "Won amount: Q4 2017" in words(page)
    assert "Plan\n$3,000,000" in words(page.locator(".strip"))
    for path in pages(plan):
        olga.at(path)
        fits(page)
        assert not re.search("[а-яё]{3,}", ENTERED.sub("", words(page)), re.IGNORECASE), path


def tab_to(page: Page, selector: str) -> None:
    """Walk by Tab to the first element like this."""
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never comes to {selector} on {page.url}")


def test_keys_alone_are_enough(firm: Firm, opened: Callable[..., Page]) -> None:
    Payment.objects.create(
        owner=firm.anna, unit=firm.north, amount=500, paid_on=date.today(), customer=make_customer(firm.anna, "Lutik"),
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    page = opened("/sign-in/")
    tab_to(page, "[name=login]")
    page.keyboard.type(firm.boris.email)
    tab_to(page, "[name=password]")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.locator(".rail")).to_be_visible()

    tab_to(page, "table a.figure")
    page.keyboard.press("Enter")
    expect(page.get_by_text("the records that make up")).to_be_visible()

    page.keyboard.press("Control+Home")
    tab_to(page, "#add > summary")
    page.keyboard.press("Enter")
    tab_to(page, "a[href='/import/']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Import", exact=True)).to_be_visible()
    tab_to(page, "main input[type=file]")
