"""A real browser against a live server: signed-in pages, pictures, and axe, which looks for barriers."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from django.core.signals import request_finished, request_started
from django.test import Client
from people import Firm, make_firm
from playwright.sync_api import Browser, BrowserContext, Page, expect

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs its loop in the test's thread

expect.set_options(timeout=20_000)  # a machine with much else to do takes its time

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
RESULTS = Path(__file__).parents[2] / "test-results"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RUN_AXE = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
# what still rises or fades has the colours of neither its beginning nor its end
SETTLED = """() => Promise.all(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime !== Infinity)
    .map(one => one.finished.catch(() => null)))"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "Chromium is needed for browser tests: apt-get install --no-install-recommends chromium"
    return {**browser_type_launch_args, "executable_path": found, "args": FLAGS}


class _Requests:
    """How many requests the live server is at: a page may be closed while what it asked for is still being answered."""

    def __init__(self) -> None:
        self.lock, self.count = threading.Lock(), 0
        request_started.connect(self.started)
        request_finished.connect(self.finished)

    def started(self, **_said: Any) -> None:
        with self.lock:
            self.count += 1

    def finished(self, **_said: Any) -> None:
        with self.lock:
            self.count -= 1

    def close(self) -> None:
        request_started.disconnect(self.started)
        request_finished.disconnect(self.finished)


@pytest.fixture(autouse=True)
def answered(transactional_db: None) -> Iterator[None]:
    """Wait for what is still being answered before the tables are emptied: the two would lock each other out."""
    requests = _Requests()
    yield
    deadline = time.monotonic() + 10
    while requests.count > 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    requests.close()


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    return make_firm()


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, live_server: Any, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """`opened("/gallery/", firm.olga, width=390, language="ru", theme="dark")` gives the page, signed in.

    A test fails on any script error, and on anything the Content-Security-Policy had to stop.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(
        path: str,
        person: Any = None,
        *,
        width: int = 1440,
        height: int = 900,
        language: str = "en",
        theme: str = "light",
        installs: bool = False,
    ) -> Page:
        workers: Literal["allow", "block"] = "allow" if installs else "block"  # a worker hides requests from `route`
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, service_workers=workers
        )
        contexts.append(context)
        cookies = {"theme": theme, "django_language": language, **_session(person)}
        if person is not None:  # a person's own language goes before the browser's
            type(person).objects.filter(pk=person.pk).update(language=language)
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if _is_trouble(said.text, said.type) else None)
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _is_trouble(text: str, kind: str) -> bool:
    """A request given up for a newer one is none, though htmx calls it an error."""
    given_up = ("htmx:sendAbort", "htmx:afterRequest")
    return kind == "error" and "Failed to load resource" not in text and not text.startswith(given_up)


def _session(person: Any) -> dict[str, str]:
    if person is None:
        return {}
    client = Client()
    client.force_login(person)
    return {"sessionid": client.cookies["sessionid"].value}


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails on every serious or critical finding, naming the element."""

    def check(page: Page) -> None:
        page.evaluate(SETTLED)
        page.evaluate(AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)[
            "violations"
        ]
        bad = [
            f"{each['impact']} {each['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]
        assert bad == [], "\n".join(bad)

    return check


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """`picture(page, "board")` keeps a full-page picture in test-results/."""

    def take(page: Page, name: str = "") -> Path:
        RESULTS.mkdir(exist_ok=True)
        stem = re.sub(r"[^\w-]+", "-", f"{request.node.name}-{name}".strip("-"))
        path = RESULTS / f"{stem}.png"
        page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
        page.screenshot(path=path, full_page=True)
        return path

    return take


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """`fits(page)` fails when a page scrolls sideways."""

    def check(page: Page) -> None:
        deadline = time.monotonic() + 10  # drawings take their new width a moment later
        while page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
            assert time.monotonic() < deadline
            page.wait_for_timeout(50)

    return check
