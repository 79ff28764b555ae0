"""Every action on a task tells the pages of everyone named in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from ledger import fresh
from people import NOW, Firm

from otdel.core import live
from otdel.tasks import actions
from otdel.tasks.rules import TaskValues, To


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[[], set[int]]:
    people: set[int] = set()
    monkeypatch.setattr(live, "changed", lambda ids, topic: people.update(ids) if topic == "tasks" else None)

    def take() -> set[int]:
        found = set(people)
        people.clear()
        return found

    return take


def test_those_named_are_told(firm: Firm, told: Callable[[], set[int]]) -> None:
    def do(action: str, by: Any, **fields: Any) -> set[int]:
        getattr(actions, action)(by=fresh(by), now=NOW, **fields)
        return told()

    values = TaskValues(title="Call back", deadline=NOW + timedelta(days=1), observers=(firm.olga.pk,))
    values = TaskValues(**{**values.__dict__, "needs_acceptance": True})
    task = actions.create_tasks(by=fresh(firm.boris), values=values, to=To(people=(firm.anna.pk,)), now=NOW)[0]
    three = {firm.boris.pk, firm.anna.pk, firm.olga.pk}
    assert told() == three
    one = {"task_id": task.pk}
    assert do("see_task", firm.anna, **one) == three
    assert do("submit_task", firm.anna, **one) == three
    assert do("return_task", firm.boris, reason="More", **one) == three
    assert do("comment_task", firm.anna, text="How?", **one) == three
    assert do("move_many", firm.boris, ids=[task.pk], deadline=NOW + timedelta(days=9), has_time=False) == three
    assert do("reassign_task", firm.boris, to=firm.vera.pk, **one) == three | {firm.vera.pk}
    assert do("bin_many", firm.boris, ids=[task.pk]) == three | {firm.vera.pk}
