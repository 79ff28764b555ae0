"""Work given in writing and a plan steered by hand, to the end, each person in a browser of their own.

The clock of the house is moved, the one of live updates with it; letters go through a real SMTP server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from browser.road import PostOffice, post_office
from controlled import at, plan_march
from django.core.cache import cache
from ledger import fresh, make_customer, make_invoice, pay
from live_process import live_process
from people import Firm, make_person
from playwright.sync_api import Locator, Page, expect

from otdel.activities import actions as activities
from otdel.activities.rules import ActivityValues
from otdel.measures import actions
from otdel.measures import jobs as measures
from otdel.measures.actions.days import Verdict
from otdel.measures.models import DayPlan
from otdel.notifications import jobs as notifications
from otdel.org.models import Person
from otdel.tasks.models import Task

Opened = Callable[..., Page]
Check = Callable[[Page], None]
BEGAN = at(11, 12)  # a Wednesday; the Monday before it was a day off
COUNTER = 'nav.rail a[href^="/tasks/"] .n'
LIVE = 2_000  # ms: how soon a change is seen


class Clock:
    """The time of the house. Turned on, it does what the scheduler would; the line of live updates stays behind."""

    def __init__(self, traveller: Any, settings: Any) -> None:
        self.traveller, self.settings = traveller, settings

    def turn(self, moment: datetime) -> None:
        self.settings.LIVE_PORT = 0
        self.traveller.move_to(moment)
        measures.rhythm()
        notifications.sweep()


@pytest.fixture
def clock(settings: Any) -> Iterator[Clock]:
    with time_machine.travel(BEGAN, tick=True) as traveller:
        yield Clock(traveller, settings)


@pytest.fixture
def live(live_server: Any, settings: Any, clock: Clock) -> Iterator[int]:
    cache.clear()
    with live_process(now=BEGAN) as port:
        settings.PORT, settings.LIVE_PORT = urlsplit(live_server.url).port, port
        yield port


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    with post_office(settings) as found:
        yield found


def manager(firm: Firm, first: str, last: str) -> Person:
    return make_person(first, last, firm.roles["manager"], firm.north)


def listening(page: Page) -> Page:
    page.wait_for_selector("html[data-line=open]", state="attached", timeout=20_000)
    return page


def squeezed(place: Locator) -> str:
    return re.sub(r"\s+", " ", place.inner_text().replace("\u202f", " ").replace("\xa0", " ")).strip()


def goto(page: Page, path: str) -> Page:
    parts = urlsplit(page.url)
    page.goto(f"{parts.scheme}://{parts.netloc}{path}")
    return page


# a task


@pytest.mark.slow
def test_a_task_from_the_red_row_to_efficiency(
    firm: Firm, opened: Opened, live: int, office: PostOffice, clock: Clock, axe: Check, fits: Check, picture: Any
) -> None:
    plan_march(firm)
    nina, lida = manager(firm, "Nina", "Novikova"), manager(firm, "Lida", "Lykova")
    olga = opened("/plan/?metric=payments&period=2026-03&by=unit", firm.olga, language="ru")
    phone = listening(opened("/customers/", firm.anna, width=390, height=844, language="en"))
    hers = listening(opened("/today/", nina, language="ru", theme="dark"))
    idle = listening(opened("/deals/", lida, width=390, height=844, language="en", theme="dark"))

    give_from_the_red_row(olga, axe)
    for page in (phone, hers, idle):
        expect(page.locator(COUNTER)).to_have_text("1", timeout=LIVE)
    expect(hers.locator("#day")).to_contain_text("Обзвонить", timeout=LIVE)
    notifications.sweep()
    assert sorted(to for to, text in office.letters if "Обзвонить должников" in text) == [
        "Abramova Anna <anna@example.com>",
        "Belov Boris <boris@example.com>",
        "Lykova Lida <lida@example.com>",
        "Novikova Nina <nina@example.com>",
    ]

    listening(goto(olga, "/today/"))
    hand_in_from_the_phone(phone, axe, fits)
    row = olga.locator("#to-accept .task", has_text="Abramova")
    expect(row).to_contain_text("Six calls, two promised", timeout=LIVE)
    axe(olga)
    picture(olga, "to-accept")
    row.get_by_role("button", name="Хорошо").click()
    expect(olga.locator("#toasts")).to_contain_text("Принято")
    expect(olga.locator("#to-accept")).to_have_count(0)
    move_within_limits(hers)

    clock.turn(at(13, 9, 30))
    escalated(opened, firm, office)
    hand_in(goto(hers, "/today/"), "Ещё звоню")
    returned_and_graded(olga, hers, axe)
    boris_does_his(opened, firm)

    clock.turn(at(17, 10))
    efficiency(olga, phone, axe, fits, picture)


def give_from_the_red_row(olga: Page, axe: Check) -> None:
    red = olga.locator("tr", has=olga.get_by_role("link", name="North", exact=True)).first
    red.get_by_role("link", name="Поручить").click()
    form = olga.locator("#task form")
    expect(form.locator("[name=unit] :checked")).to_have_text("North: 4 человека")
    form.locator("[name=title]").fill("Обзвонить должников")
    form.locator("summary", has_text="приёмка").click()
    expect(form.locator("[name=needs_acceptance]")).to_be_checked()
    form.locator("[name=proof]").select_option("TEXT")
    form.locator("[name=most_moves]").fill("1")
    form.locator("[name=most_days]").fill("2")
    axe(olga)
    form.get_by_role("button", name="Поручить").click()
    expect(olga.locator("#toasts")).to_contain_text("Поручено 4 задачи")
    expect(olga).to_have_url(re.compile("/plan/"))


def hand_in(page: Page, result: str) -> None:
    """From my day: what asks for a result opens where it is given."""
    page.locator("#day .task", has_text="Обзвонить").locator(".tick").click()
    page.locator("dialog#submit textarea").fill(result)
    page.locator("dialog#submit button.primary").click()
    expect(page.locator("main .lead .badge").first).to_have_text(re.compile("Waiting for acceptance|Ждёт приёмки"))


def hand_in_from_the_phone(phone: Page, axe: Check, fits: Check) -> None:
    goto(phone, "/today/")
    fits(phone)
    axe(phone)
    phone.locator("#day .task", has_text="Обзвонить").locator(".tick").click()
    phone.locator("dialog#submit button.primary").click()
    assert phone.evaluate("document.querySelector('#submit-result').validity.valueMissing")
    axe(phone)
    goto(phone, "/today/")
    hand_in(phone, "Six calls, two promised")
    fits(phone)
    expect(phone.locator(COUNTER)).to_be_hidden()


def move_within_limits(page: Page) -> None:
    page.locator("#day .task", has_text="Обзвонить").locator("a.plain").click()
    page.locator("main .actions summary").click()
    page.get_by_role("button", name="Перенести срок").click()
    dialog = page.locator("dialog#move")
    page.evaluate("console.error = () => {}")  # htmx tells developers of the refusal
    dialog.locator("[name=day]").fill("2026-03-18")
    dialog.locator("[name=reason]").fill("Ждут директора")
    dialog.locator("button.primary").click()
    expect(dialog.get_by_role("alert")).to_contain_text("не больше чем на 2 дня")
    dialog.locator("[name=day]").fill("2026-03-13")
    dialog.locator("button.primary").click()
    expect(page.locator("#toasts")).to_contain_text("Срок перенесён")


def escalated(opened: Opened, firm: Firm, office: PostOffice) -> None:
    """A working day later the head of whoever ignores it is told, and whoever gave it; the letter leads to the task."""
    told = [(to, text) for to, text in office.letters if "Lykova Lida" in text and "Обзвонить" in text]
    assert {to for to, _text in told} == {"Belov Boris <boris@example.com>", "Orlova Olga <olga@example.com>"}
    [letter] = [text for to, text in told if "boris" in to and "Overdue with" in text]
    link = re.search(r"/notices/\d+/\?c=email", letter)
    assert link, letter
    page = opened(link[0], firm.boris, width=390, height=844, language="ru")
    expect(page.locator("main h1")).to_have_text("Обзвонить должников")
    expect(page.locator("main .lead .is-under")).to_be_visible()
    assert Task.objects.get(assignee__first_name="Lida").state == Task.State.NEW


def returned_and_graded(olga: Page, hers: Page, axe: Check) -> None:
    row = goto(olga, "/today/").locator("#to-accept .task", has_text="Novikova")
    row.get_by_role("link", name="Вернуть").click()
    expect(olga.locator("dialog#return")).to_be_visible()
    axe(olga)
    olga.locator("#return-reason").fill("Кто и когда заплатит?")
    olga.locator("dialog#return button.primary").click()
    expect(olga.locator("#toasts")).to_contain_text("Задача возвращена")
    expect(goto(hers, "/today/").locator(COUNTER)).to_have_text("1")
    hand_in(hers, "Лютик, 20 марта")
    goto(olga, "/today/").locator("#to-accept .task", has_text="Novikova").locator("a.plain").click()
    olga.locator("main .actions").get_by_role("button", name="Принять").click()
    dialog = olga.locator("dialog#accept")
    dialog.locator("label", has_text="Плохо").click()
    dialog.locator("textarea").fill("Со второго раза")
    dialog.locator("button.primary").click()
    expect(olga.locator("main")).to_contain_text("Со второго раза")


def boris_does_his(opened: Opened, firm: Firm) -> None:
    page = opened("/today/", firm.boris, language="en")
    hand_in(page, "Told them how")


def efficiency(olga: Page, phone: Page, axe: Check, fits: Check, picture: Any) -> None:
    goto(olga, "/tasks/efficiency/?period=2026-03")
    rows = {
        squeezed(row.locator("th")): [squeezed(cell) for cell in row.locator("td").all()]
        for row in olga.locator("table").first.locator("tbody tr, tfoot tr").all()
    }
    # due, in time, returned, moved, graded bad, median delay, efficiency, own
    assert {name: cells for name, cells in rows.items() if cells[0] not in ("0", "")} == {
        "Abramova Anna": ["1", "100 % 1", "0 %", "0 %", "0 %", "—", "100 %", "0"],
        "Belov Boris": ["1", "0 %", "0 %", "0 %", "0 %", "1,0", "▼ 0 %", "0"],
        "Novikova Nina": ["1", "100 % 1", "100 % 1", "100 % 1", "100 % 1", "—", "▼ 0 %", "0"],
        "Lykova Lida": ["1", "0 %", "0 %", "0 %", "0 %", "3,0", "▼ 0 %", "0"],
        "Итог": ["4", "50 % 2", "25 % 1", "25 % 1", "25 % 1", "2,0", "25 %", "0"],
    }
    axe(olga)
    picture(olga, "efficiency")
    goto(phone, "/tasks/efficiency/?period=2026-03")
    fits(phone)
    expect(phone.locator("table").first.locator("tbody tr")).to_have_count(1)
    expect(phone.locator("table").first.locator("tbody tr")).to_contain_text("100%")


# a week by hand


@pytest.mark.slow
def test_a_week_of_manual_control(
    firm: Firm, opened: Opened, live: int, office: PostOffice, clock: Clock, axe: Check, fits: Check, picture: Any
) -> None:
    plan_march(firm)
    debtor = make_customer(firm.anna, "Lutik")
    make_invoice(firm, debtor, 900_000, due_on=date(2026, 3, 1), owner_id=firm.anna.pk)
    for day in ("2026-02-11", "2026-02-18", "2026-02-25", "2026-03-04"):  # Wednesdays
        pay(firm, debtor, 50_000, day=day, owner_id=firm.anna.pk)
    clock.turn(at(10, 12))
    boris = opened("/plan/control/norms/", firm.boris, language="ru")
    set_norm(boris)
    declare(boris, axe)

    clock.turn(at(11, 8, 30))
    anna = opened("/today/", firm.anna, width=390, height=844, language="en")
    morning(anna, axe, fits)
    worked(firm, debtor, day=11, amount=700_000)
    clock.turn(at(11, 18, 5))
    evening(anna, boris, axe, fits, picture)

    for day in (12, 13):
        clock.turn(at(day, 8, 30))
        worked(firm, debtor, day=day, amount=100_000)
        clock.turn(at(day, 18, 5))
        hand_in_and_accept(firm, day)
    clock.turn(at(16, 9, 5))
    ended(boris, office, axe)
    clock.turn(at(31, 12))
    effect(opened("/plan/control/", firm.boris, language="ru"), axe, picture)


def set_norm(boris: Page) -> None:
    boris.locator("main form [name=kind]").select_option("CALL")
    boris.locator("main form [name=amount]").fill("3")
    boris.locator("main form [name=starts_on]").fill("2026-03-10")
    boris.get_by_role("button", name="Задать").click()
    expect(boris.locator("main tbody tr")).to_contain_text("3")


def declare(boris: Page, axe: Check) -> None:
    goto(boris, "/plan/?metric=payments&period=2026-03&by=person")
    red = boris.locator("tr", has=boris.get_by_role("link", name="Abramova A.", exact=True)).first
    red.get_by_role("link", name="Ручное управление").click()
    boris.locator("[name=reason]").fill("Мало звонков")
    boris.locator("[name=exit_days]").fill("3")
    boris.locator("[name=until]").fill("2026-03-31")
    boris.locator("[name=reviewer]").select_option(label="Orlova Olga")
    axe(boris)
    boris.get_by_role("button", name="Объявить ручное управление").click()
    expect(boris.locator("main h1")).to_contain_text("Abramova")
    expect(boris.locator("main")).to_contain_text("0 ₽ из")
    axe(boris)


def morning(anna: Page, axe: Check, fits: Check) -> None:
    """The plan of the day is met first thing, and names the debtor with the money that is waited from them."""
    anna.get_by_role("link", name="Your daily plan").click()
    main = anna.locator("main")
    expect(main).to_contain_text("Lutik")
    expect(main).to_contain_text("0 / 3")
    fits(anna)
    axe(anna)
    main.get_by_role("button", name="I take it on").click()
    expect(main.get_by_role("button", name="I take it on")).to_have_count(0)


def worked(firm: Firm, debtor: Any, *, day: int, amount: int) -> None:
    for hour in (10, 11):
        values = ActivityValues(kind="CALL", at=at(day, hour), customer_id=debtor.pk, result="They pay", duration=300)
        activities.log_activity(by=fresh(firm.anna), values=values, now=at(day, hour))
    pay(firm, debtor, amount, day=f"2026-03-{day}", owner_id=firm.anna.pk)


def evening(anna: Page, boris: Page, axe: Check, fits: Check, picture: Any) -> None:
    """The report is there from the records; it is returned once, handed in anew, accepted with what is next."""
    anna.reload()
    main = anna.locator("main")
    expect(main).to_contain_text("2 / 3")
    expect(main).to_contain_text("paid ₽700,000")
    anna.locator("#report-note").fill("The rest on the 20th")
    main.get_by_role("button", name="Hand the report in").click()
    expect(anna.locator("#toasts")).to_contain_text("handed in")
    judge(boris, "Вернуть", comment="А третий звонок?", axe=axe)
    anna.reload()
    expect(main).to_contain_text("А третий звонок?")
    fits(anna)
    picture(anna, "returned")
    main.get_by_role("button", name="Hand the report in").click()
    expect(anna.locator("#toasts")).to_contain_text("handed in")
    judge(boris, "Принять", comment="Хорошо", next_title="Договориться об остатке")
    anna.goto(anna.url)
    expect(anna.locator(COUNTER)).to_have_text("1")
    expect(main.get_by_role("link", name="Договориться об остатке")).to_be_visible()


def judge(boris: Page, button: str, *, comment: str, next_title: str = "", axe: Check | None = None) -> None:
    goto(boris, "/plan/control/days/?day=2026-03-11")
    row = boris.locator("tbody tr", has_text="Abramova")
    expect(row).to_contain_text("2 / 3")
    row.get_by_role("link", name="Оценить").click()
    dialog = boris.locator("dialog[open]")
    if axe:
        axe(boris)
    dialog.locator("[name=comment]").fill(comment)
    dialog.locator("[name=next_title]").fill(next_title)
    if next_title:
        dialog.locator("label", has_text="Хорошо").click()
    dialog.get_by_role("button", name=button).click()
    expect(boris.locator("#toasts")).to_contain_text("Отчёт")


def hand_in_and_accept(firm: Firm, day: int) -> None:
    plan = DayPlan.objects.get(person=firm.anna, day=date(2026, 3, day))
    actions.hand_in(by=fresh(firm.anna), day_id=plan.pk, note="", now=at(day, 18, 20))
    actions.accept_day(by=fresh(firm.boris), day_id=plan.pk, verdict=Verdict(grade="GOOD"), now=at(day, 18, 40))


def ended(boris: Page, office: PostOffice, axe: Check) -> None:
    """Three days in a row at the criterion: the end is proposed by letter and on the page."""
    ends = ("Ручное управление можно закончить: Abramova", "Manual control may end: Abramova")
    told = [to for to, text in office.letters if any(words in text for words in ends)]
    assert sorted(told) == ["Belov Boris <boris@example.com>", "Orlova Olga <olga@example.com>"]
    goto(boris, "/plan/control/")
    boris.locator("tbody a.row-link").click()
    expect(boris.locator("main .alert")).to_contain_text("Критерий выполнен")
    axe(boris)
    boris.get_by_role("button", name="Закончить").first.click()
    boris.locator("#end-note").fill("Должник заплатил")
    boris.locator("dialog#end button.primary").click()
    expect(boris.locator("#toasts")).to_contain_text("закончено")


def effect(boris: Page, axe: Check, picture: Any) -> None:
    boris.locator("tbody a.row-link").click()
    expect(boris.get_by_role("heading", name="Помогло ли")).to_be_visible()
    table = boris.locator("table").first
    rows = {squeezed(row.locator("th")): squeezed(row) for row in table.locator("tbody tr").all()}
    # four Wednesdays of 50,000 before; 900,000 in the four days of the mode; nothing in the eleven after it
    assert rows["Поступления"].startswith("Поступления 12 500 225 000 +1 700 % 4 рабочих дня")
    assert "0 −100 % 11 рабочих дней" in rows["Поступления"]
    assert rows["Звонки"].startswith("Звонки 0 1,5 +1,5 4 рабочих дня")
    axe(boris)
    picture(boris, "effect")
