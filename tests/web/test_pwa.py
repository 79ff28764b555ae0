"""What a phone needs to install Otdel."""

from __future__ import annotations

import struct
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client


def icon(src: str) -> tuple[bytes, tuple[int, int]]:
    found = finders.find(urlsplit(src).path.removeprefix("/static/"))
    assert isinstance(found, str)
    with open(found, "rb") as file:
        raw = file.read()
    assert raw.startswith(b"\x89PNG")
    return raw, struct.unpack("!II", raw[16:24])


@pytest.mark.parametrize(("lang", "name"), [("ru", "Отдел"), ("en", "Otdel")])
def test_the_manifest_is_what_installers_want(client: Client, lang: str, name: str) -> None:
    answer = client.get(f"/app.{lang}.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    said: dict[str, Any] = answer.json()
    assert said["short_name"] == name
    assert said["lang"] == lang
    assert (said["start_url"], said["scope"], said["display"], said["id"]) == ("/", "/", "standalone", "/")
    sizes = {(each["sizes"], each["purpose"]) for each in said["icons"]}
    assert sizes == {(f"{size}x{size}", purpose) for size in (192, 512) for purpose in ("any", "maskable")}
    for each in said["icons"]:
        raw, size = icon(each["src"])
        assert f"{size[0]}x{size[1]}" == each["sizes"]
        assert len(raw) < 50_000
    assert {each["url"] for each in said["shortcuts"]} == {"/today/", "/tasks/new/"}


def test_no_other_manifest(client: Client) -> None:
    assert client.get("/app.xx.webmanifest").status_code == 404


def test_the_worker_lies_at_the_root_and_is_asked_anew(client: Client) -> None:
    answer = client.get("/worker.js?lang=ru")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    code = answer.content.decode()
    assert code.startswith("const OTDEL = {")
    assert "/offline/?lang=ru" in code


@pytest.mark.parametrize(
    ("query", "words"), [("?lang=ru", "Нет связи"), ("?lang=en", "No connection"), ("?lang=<x>", "Нет связи")]
)
def test_the_page_without_a_connection_says_nothing_of_anybody(client: Client, query: str, words: str) -> None:
    answer = client.get(f"/offline/{query}")
    assert words in answer.content.decode()
    assert "Set-Cookie" not in answer.headers
    assert "csrf" not in answer.content.decode()


def test_pages_name_the_manifest_in_their_language(client: Client, db: None) -> None:
    page = client.get("/sign-in/", headers={"Accept-Language": "ru"}, follow=True).content.decode()
    assert 'rel="manifest" href="/app.ru.webmanifest"' in page
    assert "apple-touch-icon" in page
