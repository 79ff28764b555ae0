"""What open pages are told: at commit, once per transaction, to whom it concerns, and nothing but where to look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import takewhile

import psycopg
import pytest
from django.db import connection, transaction
from people import NOW

from otdel.core import live

Heard = Callable[[], list[tuple[str, frozenset[int] | None]]]


@pytest.fixture
def heard(transactional_db: None) -> Iterator[Heard]:
    """What another process hears of the database."""
    names = ("dbname", "user", "password", "host", "port")
    given = {name: value for name, value in connection.get_connection_params().items() if name in names}
    with psycopg.connect(**given, autocommit=True) as ear:
        ear.execute(f"LISTEN {live.CHANNEL}")

        def payloads() -> Iterator[str]:
            ear.execute(f"NOTIFY {live.CHANNEL}, 'end'")  # comes after whatever was said before
            yield from takewhile(lambda said: said != "end", (each.payload for each in ear.notifies(timeout=30)))

        yield lambda: [live.read(each) for each in payloads()]


def test_told_at_commit_in_one_statement(heard: Heard, django_assert_num_queries: Callable[[int], object]) -> None:
    with django_assert_num_queries(3), transaction.atomic():  # BEGIN, COMMIT and what is told
        live.changed([7, 9], "tasks")
        live.changed({9, 11}, "tasks", "notices")
        live.changed([], "tasks")
        assert heard() == []

    assert sorted(heard()) == [("notices", {9, 11}), ("tasks", {7, 9, 11})]


def test_what_is_rolled_back_is_not_told(heard: Heard) -> None:
    def failing() -> None:
        with transaction.atomic():
            live.changed([9], "tasks")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            failing()
        live.changed([7], "tasks")

    assert heard() == [("tasks", frozenset({7}))]


def test_outside_a_transaction_it_is_told_at_once(heard: Heard) -> None:
    live.changed([7], "tasks")
    live.changed_for_all("plans")

    assert heard() == [("tasks", frozenset({7})), ("plans", None)]


def test_many_people_take_several_messages(heard: Heard) -> None:
    everybody = range(10**9, 10**9 + 2_000)
    live.changed(everybody, "tasks")

    told = heard()
    assert len(told) == 5
    assert frozenset().union(*(people or () for _topic, people in told)) == frozenset(everybody)


def test_a_failure_to_tell_does_not_undo_what_was_done(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live, "CHANNEL", "x" * 64)  # too long a name for PostgreSQL
    with transaction.atomic():
        live.changed([7], "tasks")
    assert "live.changed" in caplog.text


def test_a_topic_no_page_waits_for_is_refused() -> None:
    with pytest.raises(ValueError, match="TOPICS"):
        live.changed([7], "task")


def test_tickets_hold_for_minutes() -> None:
    ticket = live.ticket(7, NOW)
    assert live.holder(ticket, NOW) == (7, int(NOW.timestamp()))
    assert live.holder(ticket.replace("7", "8", 1), NOW) is None
    assert live.holder("", NOW) is None
    assert live.holder(ticket, NOW + timedelta(minutes=6)) is None
    assert live.holder(ticket, NOW - timedelta(minutes=6)) is None
