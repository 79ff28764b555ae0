"""Tasks in a real browser: given over any page by a key, counted live, handed in; nothing serious for axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from ledger import fresh, make_customer
from people import Firm
from playwright.sync_api import Page, expect

from otdel.tasks import actions
from otdel.tasks.models import Task
from otdel.tasks.rules import TaskValues, To

MORE = ("/tasks/calendar/", "/tasks/calendar/?view=week", "/tasks/efficiency/", "/tasks/templates/")


@pytest.fixture
def pages(firm: Firm) -> list[str]:
    """Addresses of every page of tasks, with something on each."""
    now, lutik = timezone.now(), make_customer(firm.anna, "Лютик")

    def give(by: str, to: str, title: str, hours: int | None, **fields: object) -> Task:
        deadline = None if hours is None else now + timedelta(hours=hours)
        values = TaskValues(title=title, deadline=deadline, **fields)
        address = To(people=(getattr(firm, to).pk,))
        return actions.create_tasks(by=fresh(getattr(firm, by)), values=values, to=address, now=now)[0]

    first = give(
        "boris",
        "anna",
        "Перезвонить о смете на 480 тысяч",
        -40,
        customer_id=None,
        needs_acceptance=True,
        text="Обещали ответ в пятницу: https://example.com/smeta",
        checklist=("Позвонить", "Записать итог"),
        priority=3,
        most_moves=2,
        observers=(firm.olga.pk,),
    )
    give("anna", "anna", "Напомнить об оплате счёта", 3, customer_id=lutik.pk)
    give("anna", "anna", "Подготовить предложение", 100)
    give("boris", "boris", "Собрать планёрку", None)
    waiting = give("boris", "anna", "Обзвонить должников", 20, needs_acceptance=True)
    actions.submit_task(by=fresh(firm.anna), task_id=waiting.pk, result="Двое обещали", now=now)
    actions.comment_task(by=fresh(firm.boris), task_id=first.pk, text="Как дела?", now=now)
    Task.objects.filter(pk=first.pk).update(assignee=firm.boris, creator=firm.anna)
    return [
        "/today/",
        "/tasks/",
        "/tasks/board/",
        "/tasks/team/",
        "/tasks/new/",
        f"/tasks/{first.pk}/",
        *MORE,
        f"/tasks/{first.pk}/time-line/",
    ]


@pytest.mark.parametrize(
    ("width", "language", "theme"), [(1440, "ru", "light"), (390, "en", "dark"), (390, "ru", "light")]
)
def test_pages_fit_and_have_no_barriers(
    opened: Callable[..., Page],
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    picture: Callable[..., Path],
    firm: Firm,
    pages: list[str],
    width: int,
    language: str,
    theme: str,
) -> None:
    page = opened("/gallery/", firm.boris, width=width, language=language, theme=theme)
    root = page.url.removesuffix("/gallery/")
    for path in pages:
        page.goto(root + path)
        page.wait_for_load_state("networkidle")
        picture(page, path.strip("/").replace("/", "-"))
        fits(page)
        axe(page)


def test_given_over_any_page_by_a_key_and_counted_live(opened: Callable[..., Page], firm: Firm) -> None:
    anna = opened("/today/", firm.anna)
    boris = opened("/deals/", firm.boris)
    boris.keyboard.press("t")
    boris.get_by_label("What is to be done").fill("Call Lutik")
    boris.locator("#task select[name=to]").select_option(label="Abramova Anna")
    boris.get_by_role("button", name="Give the task").click()
    boris.wait_for_url("**/deals/")
    expect(boris.locator("#toasts")).to_contain_text("The task is given.")
    anna.evaluate("document.body.dispatchEvent(new Event('task-changed'))")  # what the minute's asking does
    expect(anna.locator('nav.rail a[href^="/tasks/"] .n')).to_have_text("1")
    assert anna.title().startswith("(1) ")
    anna.goto(anna.url)
    anna.get_by_text("Call Lutik").click()
    anna.get_by_role("button", name="Done").click()
    anna.get_by_label("Result").fill("They agree")
    anna.locator("dialog#submit button.primary").click()
    expect(anna.locator("main")).to_contain_text("They agree")
    assert Task.objects.get().state == "DONE"


def test_all_that_is_wrong_is_named_and_one_begins_with_the_first(opened: Callable[..., Page], firm: Firm) -> None:
    page = opened("/me/notices/", firm.anna)
    form = page.locator("form[action$='/absence/']")
    first, last = form.locator("[name=starts_on]"), form.locator("[name=last_on]")
    form.get_by_role("button").click()
    expect(form.get_by_role("alert").locator("li")).to_have_count(2)
    expect(form.locator("p.error")).to_have_count(2)
    expect(first).to_be_focused()
    form.get_by_role("alert").get_by_role("link").last.click()
    expect(last).to_be_focused()
    first.fill("2026-12-10")
    form.get_by_role("button").click()
    expect(form.locator("p.error")).to_have_count(1)
    expect(first).not_to_have_attribute("aria-invalid", "true")
    expect(last).to_have_attribute("aria-invalid", "true")


def test_a_day_is_changed_from_the_keyboard_and_names_are_completed(opened: Callable[..., Page], firm: Firm) -> None:
    values = TaskValues(title="Call back", reason_needed=False)
    to = To(people=(firm.anna.pk,))
    task = actions.create_tasks(by=fresh(firm.boris), values=values, to=to, now=timezone.now())[0]
    now = timezone.localtime()
    due = now.replace(day=10, hour=20, minute=0, second=0, microsecond=0) + timedelta(days=31)
    Task.objects.filter(pk=task.pk).update(deadline=due, judged_by=due, first_deadline=due, reason_needed=False)
    page = opened(f"/tasks/calendar/?day={due.date()}", firm.anna)
    moved = due.date() + timedelta(days=1)
    link = page.locator(f"li[data-id='{task.pk}'] a")
    link.focus()
    with page.expect_response(lambda answer: f"/tasks/calendar/{task.pk}/" in answer.url) as answer:
        page.keyboard.press("Shift+ArrowRight")
    assert answer.value.status == 204
    expect(page.locator(f"ul[data-value='{moved}'] li[data-id='{task.pk}']")).to_be_visible()
    task.refresh_from_db()
    assert task.deadline is not None
    assert timezone.localtime(task.deadline).date() == moved

    page.goto(f"{page.url.partition('/tasks/')[0]}/tasks/{task.pk}/")
    comment = page.locator("#comments textarea")
    comment.press_sequentially("@vol")
    expect(page.locator("#comments .names-offered li")).to_have_text(["Volkova Vera"])
    comment.press("Enter")
    expect(comment).to_have_value("@Volkova Vera ")
    comment.press_sequentially("look")
    comment.press("Control+b")
    comment.press_sequentially("here")
    expect(comment).to_have_value("@Volkova Vera look**here**")
    page.locator("#comments button", has_text="Comment").click()
    expect(page.locator("#comments .timeline b", has_text="here")).to_be_visible()
    task.refresh_from_db()
    assert task.mentioned == [firm.vera.pk]
