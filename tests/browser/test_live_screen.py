"""What one person does shows in another's browser at once, without a reload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from ledger import fresh
from live_process import live_process
from people import Firm
from playwright.sync_api import APIResponse, Page, Route, expect

from otdel.tasks import actions
from otdel.tasks.models import Task
from otdel.tasks.rules import TaskValues, To

# pages ask by themselves once a minute: what shows sooner was told. How soon it does is docs/performance.md's
SOON = 20_000
COUNTER = 'nav.rail a[href^="/tasks/"] .n'


@pytest.fixture
def live(live_server: Any, settings: Any) -> Iterator[int]:
    with live_process() as port:
        settings.PORT, settings.LIVE_PORT = urlsplit(live_server.url).port, port
        yield port


def give(firm: Firm, title: str) -> Task:
    now = timezone.now()
    values = TaskValues(title=title, deadline=now + timedelta(days=2))
    return actions.create_tasks(by=fresh(firm.boris), values=values, to=To(people=(firm.anna.pk,)), now=now)[0]


def wait_for_line(page: Page) -> None:
    page.wait_for_selector("html[data-line=open]", state="attached", timeout=20_000)


def test_a_task_given_is_counted_at_once(opened: Callable[..., Page], firm: Firm, live: int) -> None:
    anna = opened("/customers/", firm.anna)
    wait_for_line(anna)
    anna.evaluate("navigator.setAppBadge = (number) => { window.badge = number; return Promise.resolve(); }")
    title = anna.title()

    first = give(firm, "Call Lutik")
    expect(anna.locator(COUNTER)).to_have_text("1", timeout=SOON)

    assert anna.title() == f"(1) {title}"
    assert anna.evaluate("window.badge") == 1

    for number in (2, 3):  # in a row: the page hears of each
        give(firm, "One more")
        expect(anna.locator(COUNTER)).to_have_text(str(number), timeout=SOON)
    actions.bin_many(by=fresh(firm.boris), ids=[first.pk], now=timezone.now())
    expect(anna.locator(COUNTER)).to_have_text("2", timeout=SOON)


def test_the_head_sees_the_jam_grow(opened: Callable[..., Page], firm: Firm, live: int) -> None:
    boris = opened("/tasks/team/", firm.boris)
    wait_for_line(boris)
    row = boris.get_by_role("row").filter(has_text="Abramova")
    expect(row.locator("td").nth(1)).to_have_text("0")
    now = timezone.now()
    values = TaskValues(title="Her own head's head gives it", deadline=now + timedelta(days=2))
    actions.create_tasks(by=fresh(firm.olga), values=values, to=To(people=(firm.anna.pk,)), now=now)
    expect(row.locator("td").nth(1)).to_have_text("1", timeout=SOON)
    boris.goto(boris.url.replace("tasks/team", "today"))
    wait_for_line(boris)
    give(firm, "And Boris gives one")
    expect(boris.locator("#jam .n")).to_have_text("2", timeout=SOON)


def test_tabs_share_a_line_and_hand_it_over(opened: Callable[..., Page], firm: Firm, live: int) -> None:
    first = opened("/customers/", firm.anna)
    wait_for_line(first)
    second = first.context.new_page()
    second.goto(first.url)
    second.wait_for_load_state("networkidle")
    assert second.evaluate("document.documentElement.dataset.line") is None

    give(firm, "Call Lutik")
    for page in (first, second):
        expect(page.locator(COUNTER)).to_have_text("1", timeout=SOON)

    first.close()
    wait_for_line(second)
    give(firm, "One more")
    expect(second.locator(COUNTER)).to_have_text("2", timeout=SOON)


def test_a_line_that_broke_is_made_again_and_nothing_is_missed(
    opened: Callable[..., Page], firm: Firm, live_server: Any, settings: Any
) -> None:
    settings.PORT = urlsplit(live_server.url).port
    with live_process() as port:
        settings.LIVE_PORT = port
        anna = opened("/customers/", firm.anna)
        wait_for_line(anna)
    anna.wait_for_selector("html:not([data-line])", state="attached", timeout=10_000)
    give(firm, "While nobody listened")
    with live_process(port):
        wait_for_line(anna)
        expect(anna.locator(COUNTER)).to_have_text("1", timeout=SOON)


def test_without_live_updates_pages_work_and_say_nothing(
    opened: Callable[..., Page], firm: Firm, settings: Any
) -> None:
    settings.LIVE_PORT = 0
    give(firm, "Call Lutik")
    anna = opened("/customers/", firm.anna)
    expect(anna.locator(COUNTER)).to_have_text("1")
    anna.evaluate("console.error = () => {}")  # htmx tells developers
    anna.context.set_offline(True)
    anna.evaluate("document.body.dispatchEvent(new Event('task-changed'))")
    anna.wait_for_timeout(500)
    expect(anna.locator("#toasts")).to_be_empty()


def test_the_next_page_shows_what_this_one_knew_at_once(opened: Callable[..., Page], firm: Firm, settings: Any) -> None:
    settings.LIVE_PORT = 0
    give(firm, "Call Lutik")
    anna = opened("/customers/", firm.anna)
    expect(anna.locator(COUNTER)).to_have_text("1")
    anna.route("**/tasks/counters/", lambda route: None)  # never answered
    anna.goto(anna.url.replace("customers", "deals"))
    expect(anna.locator(COUNTER)).to_have_text("1")
    assert anna.title().startswith("(1) ")


def test_what_is_told_while_the_answer_is_on_its_way_is_not_lost(
    opened: Callable[..., Page], firm: Firm, settings: Any
) -> None:
    settings.LIVE_PORT = 0
    give(firm, "Call Lutik")
    anna = opened("/tasks/board/", firm.anna)
    tell = "document.body.dispatchEvent(new Event('live:tasks'))"
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    anna.route("**/tasks/board/", hold)
    anna.evaluate(tell)
    while not held:
        anna.wait_for_timeout(10)
    give(firm, "Given meanwhile")
    anna.evaluate(tell)
    held[0][0].fulfill(response=held[0][1])
    expect(anna.locator("#board").get_by_text("Given meanwhile")).to_be_visible()

    tick = anna.locator("#board .pick-one").first
    tick.check()
    give(firm, "Given under the hand")
    anna.evaluate(tell)
    expect(tick).to_be_checked()
    tick.uncheck()  # what was held back shows with the last tick taken off
    expect(anna.locator("#board").get_by_text("Given under the hand")).to_be_visible()
