"""Whoever reads Russian meets no raw English: every page a role can reach by links, and the wizard's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.apps import apps
from django.core.cache import cache
from django.db import models
from django.test import Client
from django.urls import Resolver404, resolve
from lxml import html
from people import NOW
from world import World, make_world

from otdel.org.models import Person

# Names of products, formats and keys; abbreviations in capitals are let through as they are.
ALLOWED = {
    "Otdel", "Excel", "English", "OpenDocument", "zip", "gz", "xls", "xlsx", "csv", "utf", "koi", "cp",
    "Ctrl", "Enter", "Esc", "Tab", "Shift", "Firefox", "Chrome", "Linux", "Windows", "Authenticator", "id", "otdel",
    "Google", "FreeOTP", "Aegis",
    "Open",  # of OpenAPI: capitals end a word here
    "branch", "wrong",  # the file that is being brought in
}  # fmt: skip
SPOKEN = ("placeholder", "aria-label", "title", "alt", "data-confirm", "data-empty")
NOT_TEXT = {"script", "style", "template", "svg", "code"}
# an e-mail, an address, a zone of the clock, a file's name, a place to be filled in, a name in code
NO_WORD = re.compile(r"\S+@\S+|\{\w+\}|https?://\S+|\b[A-Z]\w+/[\w/+-]+|\b[\w-]+\.[a-z]\w{1,4}\b|\w*_\w*|\b\w*\d\w*\b")
WORD = re.compile(r"[A-Za-z][a-z]+(?:['’][a-z]+)?")
MOST = 120


@pytest.fixture
def world(db: None) -> Iterator[World]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        made = make_world()
        Person.objects.update(language="ru")
        yield made


@pytest.mark.parametrize("who", ["boris", "anna", "zoya", "admin"])
def test_no_raw_english_on_any_page(world: World, who: str) -> None:
    client = Client()
    client.force_login(getattr(world.firm, who))
    typed = entered()
    found: dict[str, set[str]] = {}

    pages = dict(reached(client, ["/", "/import/", *wizard(client, world)]))

    for path, page in pages.items():
        raw = english(page) - typed
        if raw:
            found[path] = raw
    assert found == {}
    assert len(pages) > 25, sorted(pages)


def wizard(client: Client, world: World) -> list[str]:
    """Every page of a file on its way in, for those who see it."""
    number = world.annas["import"].pk
    return [f"/import/{number}/{step}/" for step in ("columns", "options", "result")]


def reached(client: Client, paths: list[str]) -> Iterator[tuple[str, Any]]:
    """Walk the links breadth first; of addresses that differ only in a number one is enough."""
    waiting, known = list(paths), {"logout", "account_logout", "gallery"}
    while waiting and len(known) < MOST:
        path = waiting.pop(0)
        name = page_name(path)
        if name in known:
            continue
        known.add(name)
        reply = client.get(path, follow=True)
        if not reply.headers.get("Content-Type", "").startswith("text/html") or reply.status_code == 404:
            reply.getvalue()  # a file read to its end is closed
            continue
        page = html.fromstring(reply.content)
        yield path, page
        links = [urljoin(reply.request["PATH_INFO"], href) for href in page.xpath("//a/@href")]
        waiting += [link for link in links if not urlsplit(link).netloc]


def page_name(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return path


def english(page: Any) -> set[str]:
    for each in page.xpath("//*[@lang and not(self::html)] | //select[@name='time_zone']"):
        each.drop_tree()
    said = [
        text for each in page.iter() if isinstance(each.tag, str) and each.tag not in NOT_TEXT for text in spoken(each)
    ]
    return {word for text in said for word in words(text)}


def spoken(element: Any) -> Iterator[str]:
    """What of an element is seen or heard: its text, and the attributes read aloud."""
    yield element.text or ""
    yield from (element.get(name) or "" for name in SPOKEN)
    yield from (child.tail or "" for child in element)


def words(text: str) -> set[str]:
    return {word for word in WORD.findall(NO_WORD.sub(" ", text)) if len(word) > 1 and word not in ALLOWED}


def entered() -> set[str]:
    """Every word anybody entered: names, titles, notes, what stood in files."""
    found: set[str] = set()
    for model in apps.get_models():
        if not model.__module__.startswith("otdel"):
            continue
        names = [each.name for each in model._meta.fields if isinstance(each, models.CharField | models.TextField)]
        for row in model._default_manager.values_list(*names)[:2000] if names else ():
            found |= {word for text in row if isinstance(text, str) for word in WORD.findall(text)}
    return found
