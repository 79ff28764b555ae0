"""Before its first row is taken a long file is looked through once: seen on the page, stopped at a word."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from people import Firm, make_firm
from wizard import Wizard, do_jobs

from otdel.billing.models import Shipment
from otdel.interfaces.files import gather
from otdel.interfaces.files.models import ImportSession

HEAD = "Order number;Date;Customer;Product;Quantity;Price;Amount;Owner\n"


def sales(orders: list[int]) -> bytes:
    lines = [f"S-{n};2026-02-02;Client {n};Pump;2;5;10;Abramova Anna" for n in orders]
    return (HEAD + "\n".join(lines) + "\n").encode()


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


def begun(client: Client, firm: Firm, orders: list[int]) -> ImportSession:
    client.force_login(firm.olga)
    wizard = Wizard(client)
    session = wizard.upload(sales(orders), "sales.csv")
    wizard.columns(session, "sales")
    wizard.options(session, now=True, create=["products", "customers"])
    return session


def while_looking(monkeypatch: pytest.MonkeyPatch, do: Any) -> list[int]:
    """Do something when the page has been told of three rows; return what else it was told."""
    heard: list[int] = []
    monkeypatch.setattr(gather, "TELL_EVERY", 3)
    sound = gather.look_through

    def look_through(mapper: Any, tell: Any) -> Any:
        def heard_too(rows: int) -> None:
            tell(rows)
            heard.append(rows)
            if len(heard) == 1:
                do()

        return sound(mapper, heard_too)

    monkeypatch.setattr("otdel.interfaces.files.engine.look_through", look_through)
    return heard


def test_the_page_says_how_far_a_file_was_looked_through(
    client: Client, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun(client, firm, [1, 2, 3, 1, 4, 5, 6])
    seen: list[str] = []
    heard = while_looking(
        monkeypatch, lambda: seen.append(client.get(f"/import/{session.pk}/result/").content.decode())
    )
    do_jobs()

    assert heard == [3, 6]
    assert "Looking through the file" in seen[0]
    session.refresh_from_db()
    assert (session.status, session.created, session.total) == ("DONE", 7, 7), session.reasons
    # the two rows of the first order stand apart and are one shipment
    assert Shipment.objects.count() == 6


def test_a_stop_is_heard_before_the_first_row(client: Client, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    session = begun(client, firm, list(range(12)))
    heard = while_looking(monkeypatch, lambda: client.post(f"/import/{session.pk}/stop/"))
    do_jobs()

    assert heard == [3]
    session.refresh_from_db()
    assert (session.status, session.position) == ("STOPPED", 0)
    assert not Shipment.objects.exists()

    client.post(f"/import/{session.pk}/resume/")
    do_jobs()
    session.refresh_from_db()
    assert (session.status, session.created) == ("DONE", 12), session.reasons
