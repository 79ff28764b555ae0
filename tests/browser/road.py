"""What the road of a new company needs around the browser: a post office, the worker of jobs, visitors."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiosmtpd.controller import Controller
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

ROOT = Path(__file__).parents[2]


class PostOffice:
    """A real SMTP server that keeps what was delivered."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        letter = message_from_bytes(bytes(envelope.content), policy=policy.default)
        text = letter.get_body(("plain",))
        self.letters.append((str(letter["To"]), text.get_content()))
        return "250 OK"

    def link(self, to: str) -> str:
        [text] = [text for address, text in self.letters if address == to]
        found = re.search(r"http\S+/join/\S+", text)
        assert found, text
        return found[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def post_office(settings: Any) -> Iterator[PostOffice]:
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    settings.MAIL_WORKS = True
    yield office
    controller.stop()


@contextmanager
def worker(settings: Any) -> Iterator[None]:
    """The process that does background jobs, over the database and the folder of this test."""
    settings.MEDIA_ROOT = settings.ENVIRONMENT.files  # where a process of its own finds the files
    entry = connection.settings_dict
    environ = os.environ | {
        "DATABASE_URL": f"postgres:///{entry['NAME']}?host={quote(str(entry['HOST']))}&port={entry['PORT']}"
        f"&user={entry['USER']}&password={quote(entry['PASSWORD'])}",
        "DJANGO_SETTINGS_MODULE": "otdel.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }
    process = subprocess.Popen([sys.executable, "-m", "django", "worker"], env=environ, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


class Visitor:
    """Somebody with a browser of their own; `troubles` has every script error and everything the CSP stopped."""

    def __init__(self, browser: Browser, address: str, **more: Any) -> None:
        self.address = address
        self.troubles: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="ru-RU", **more
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda said: self.troubles.append(said.text) if _is_trouble(said) else None)

    def at(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self.page

    def join(self, link: str, password: str) -> None:
        page = self.at(link)
        page.locator("[name=password]").fill(password)
        page.locator("main button.primary, form button.primary").first.click()
        expect(page.locator(".rail")).to_be_visible()

    def sign_in(self, email: str, password: str) -> None:
        page = self.at("/sign-in/")
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(password)
        page.keyboard.press("Enter")
        expect(page.locator(".rail")).to_be_visible()

    def choose(self, field: str, label: str) -> None:
        self.page.locator(f"[name={field}]").select_option(label=label)


def _is_trouble(said: ConsoleMessage) -> bool:
    return said.type == "error" and "Failed to load resource" not in said.text


def number(text: str) -> float:
    """A number as people read it, Russian or English."""
    plain = re.sub(r"[^\d.,\-−]", "", text).replace("−", "-")
    return float(plain.replace(",", ".")) if re.fullmatch(r"-?\d+,\d{1,2}", plain) else float(plain.replace(",", ""))
