"""The installed app in a real browser: its worker, the page without a connection, notifications, and one's devices."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from outer_world import LOCAL
from people import Firm
from playwright.sync_api import Page, expect

from otdel.host.environment import Outside
from otdel.notifications.models import Address

READY = "navigator.serviceWorker.ready.then((found) => found.active.state)"
SHOWN = """navigator.serviceWorker.ready.then((found) => found.getNotifications()).then((all) =>
    all.map((each) => [each.title, each.body, each.tag, each.data.url]))"""


def ready(page: Page) -> Page:
    assert page.evaluate(READY) in ("activating", "activated")
    page.wait_for_function("navigator.serviceWorker.controller")
    return page


def wait_until(page: Page, holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, page.evaluate(SHOWN)
        page.wait_for_timeout(50)


def test_without_a_connection_a_page_says_so_and_shows_nothing_kept(opened: Callable[..., Page], firm: Firm) -> None:
    page = ready(opened("/customers/", firm.anna, installs=True, language="ru"))
    page.reload()
    kept = page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((one) => one.keys()))))"
        ".then((all) => all.flat().map((each) => new URL(each.url).pathname))"
    )
    assert "/offline/" in kept
    assert all(path == "/offline/" or path.startswith("/static/") for path in kept)

    page.context.set_offline(True)
    page.goto(page.url)
    expect(page.locator("h1")).to_have_text("Нет связи")
    page.context.set_offline(False)
    page.get_by_role("link").click()
    expect(page.locator("nav.rail")).to_be_visible()


def test_a_push_is_shown_with_its_number_and_opens_its_page(
    opened: Callable[..., Page], firm: Firm, live_server: Any
) -> None:
    page = opened("/customers/", firm.anna, installs=True)
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    ready(page)
    session = page.context.new_cdp_session(page)
    found: list[str] = []

    def note(said: Any) -> None:
        ours = [each for each in said["registrations"] if each["scopeURL"].startswith(live_server.url)]
        found.extend(each["registrationId"] for each in ours)

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    wait_until(page, lambda: found)
    said = {
        "title": "Overdue",
        "body": "Call Lutik",
        "tag": "letter-7",
        "url": f"{live_server.url}/tasks/",
        "unread": 3,
    }
    for copy in ("Call Lutik", "Call Lutik again"):  # the second one replaces the first
        said["body"] = copy
        session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": live_server.url, "registrationId": found[-1], "data": json.dumps(said)},
        )
        wait_until(page, lambda copy=copy: page.evaluate(SHOWN) == [["Overdue", copy, "letter-7", said["url"]]])


@pytest.mark.parametrize(("width", "language"), [(1440, "ru"), (390, "en")])
def test_devices_fit_and_have_no_barriers(
    opened: Callable[..., Page],
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    picture: Callable[..., Path],
    firm: Firm,
    width: int,
    language: str,
) -> None:
    now = timezone.now()
    Address.objects.create(person=firm.anna, channel="push", title="Chrome · Android", created_at=now, last_ok_at=now)
    Address.objects.create(
        person=firm.anna, channel="webhook", title="Robot", created_at=now, last_error_at=now, last_error="500 no"
    )
    Address.objects.create(person=firm.anna, channel="messenger", title="Chat", created_at=now, is_on=False)
    with override_settings(OUTSIDE=Outside(push=True, networks=LOCAL.networks)):
        page = opened("/me/devices/", firm.anna, width=width, language=language, installs=True)
        ready(page)
        expect(page.locator("[data-push-on]")).to_be_visible()
        picture(page)
        fits(page)
        axe(page)


def test_a_sound_is_off_until_it_is_turned_on_here(opened: Callable[..., Page], firm: Firm) -> None:
    page = opened("/me/devices/", firm.anna)
    box = page.get_by_label("A sound for something new")
    expect(box).not_to_be_checked()
    box.check()
    page.reload()
    expect(page.get_by_label("A sound for something new")).to_be_checked()
