"""Where a page is told to listen, and what its Content-Security-Policy allows for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from people import Firm

from otdel.core import live as tickets
from otdel.interfaces.web import live


@pytest.mark.parametrize(
    ("host", "secure", "where"),
    [
        ("localhost:8000", False, "http://localhost:9000/live/"),
        ("10.0.0.5:8000", False, "http://10.0.0.5:9000/live/"),
        ("[::1]:8000", False, "http://[::1]:9000/live/"),
        ("otdel.example.ru", True, "/live/"),
        ("otdel.example.ru", False, "/live/"),
        ("localhost:8080", False, "/live/"),  # a tunnel
        ("localhost:8000", True, "/live/"),
        ("x; script-src *:8000", False, "/live/"),
    ],
)
def test_where_to_listen(host: str, secure: bool, where: str) -> None:
    assert live.address(host, secure, 8000, 9000) == where
    assert live.address(host, secure, 8000, 0) == ""


def test_the_counters_bring_a_ticket_and_pages_allow_its_address(firm: Firm, settings: Any) -> None:
    settings.PORT, settings.LIVE_PORT = 8000, 9000
    client = Client(headers={"host": "localhost:8000"})
    client.force_login(firm.anna)

    said = json.loads(client.get("/tasks/counters/").headers["HX-Trigger"])["live"]["url"]

    where, _mark, ticket = said.partition("?ticket=")
    assert where == "http://localhost:9000/live/"
    assert (tickets.holder(ticket, timezone.now()) or (0, 0))[0] == firm.anna.pk
    csp = client.get("/tasks/").headers["Content-Security-Policy"]
    assert "connect-src 'self' http://localhost:9000;" in csp + ";"
    by_name = client.get("/tasks/", headers={"host": "testserver"}).headers["Content-Security-Policy"]
    assert "9000" not in by_name


def test_a_proxy_that_leads_live_updates_to_the_web_server_is_told_where(client: Client, settings: Any) -> None:
    settings.LIVE_PORT = 9000
    answer = client.get("/live/")
    assert answer.status_code == 404
    assert "9000" in answer.content.decode()
