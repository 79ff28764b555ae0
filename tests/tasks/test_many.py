"""What is done to many tasks at once: within their limits, told in each history, and taken back within the hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override
from ledger import fresh
from people import NOW, Firm

from otdel.core.errors import Conflict, NotFound
from otdel.core.models import Event
from otdel.tasks import actions, rules
from otdel.tasks.models import Task
from otdel.tasks.rules import TaskValues, To

DUE = NOW + timedelta(days=3)
LATER = NOW + timedelta(days=5)


def one(by: Any, to: Any, **fields: Any) -> Task:
    values = TaskValues(**({"title": "Call back", "deadline": DUE, "has_time": True} | fields))
    return actions.create_tasks(by=fresh(by), values=values, to=To(people=(to.pk,)), now=NOW)[0]


def move(by: Any, *tasks: Task, to: datetime | None = LATER, reason: str = "") -> Any:
    ids = [each.pk for each in tasks]
    return actions.move_many(by=fresh(by), ids=ids, deadline=to, has_time=True, reason=reason, now=NOW)


def undo(by: Any, event: Any, now: datetime = NOW) -> None:
    actions.undo_many(by=fresh(by), event_id=event.pk, now=now)


def kinds(task: Task) -> list[str]:
    return list(Event.objects.filter(subject_id=task.pk, subject_type="tasks.task").values_list("kind", flat=True))


def test_many_moves_keep_to_the_limits_and_say_what_was_left(firm: Firm) -> None:
    free, bound = one(firm.anna, firm.anna), one(firm.boris, firm.anna, most_moves=0)
    with pytest.raises(rules.ReasonNeeded):
        move(firm.anna, bound)
    with pytest.raises(rules.OverLimit):
        move(firm.anna, bound, reason="Ill")
    event = move(firm.anna, free, bound, reason="Ill")
    assert (event.data["count"], event.data["refused"]) == (1, 1)
    with override("en"):
        event = move(firm.anna, free, bound, to=LATER + timedelta(days=1), reason="Ill")
    assert event.data["why"] == "The deadline may not be moved. Ask whoever gave the task."
    bound.refresh_from_db()
    assert bound.deadline == DUE
    assert kinds(free)[-1] == "task.moved"


def test_a_move_is_taken_back_with_all_it_changed(firm: Firm) -> None:
    task = one(firm.boris, firm.anna, most_moves=1)
    event = move(firm.anna, task, reason="Ill")
    with pytest.raises(NotFound):
        undo(firm.boris, event)
    undo(firm.anna, event)
    task.refresh_from_db()
    assert (task.deadline, task.judged_by, task.moved_times, task.moves.count()) == (DUE, DUE, 0, 0)
    assert kinds(task)[-2:] == ["task.moved", "task.move_undone"]
    with pytest.raises(Conflict):
        undo(firm.anna, event)


def test_what_others_went_on_with_is_not_taken_back(firm: Firm) -> None:
    task = one(firm.boris, firm.anna)
    event = move(firm.anna, task, reason="Ill")
    move(firm.boris, task, to=LATER + timedelta(days=1))
    with pytest.raises(Conflict):
        undo(firm.anna, event)
    with pytest.raises(NotFound):
        undo(firm.anna, event, NOW + timedelta(hours=2))


def test_handing_over_is_taken_back_until_the_new_one_begins(firm: Firm) -> None:
    seen, begun = one(firm.boris, firm.anna), one(firm.boris, firm.anna)
    actions.see_task(by=fresh(firm.anna), task_id=seen.pk, now=NOW)
    ids = [seen.pk, begun.pk]
    event = actions.reassign_many(by=fresh(firm.boris), ids=ids, to=firm.vera.pk, now=NOW)
    actions.start_task(by=fresh(firm.vera), task_id=begun.pk, now=NOW)
    undo(firm.boris, event)
    seen.refresh_from_db()
    begun.refresh_from_db()
    assert (seen.assignee, seen.state, seen.observers, seen.delegations.count()) == (firm.anna, "SEEN", [], 0)
    assert (begun.assignee, begun.state) == (firm.vera, "WORK")


def test_a_line_of_the_checklist_is_given_by_name(firm: Firm) -> None:
    lines = ("Find @Volkova", "Write @Abramova", "Send @Nobody")
    task = one(firm.boris, firm.anna, text="@Volkova, look", checklist=lines)
    found = {each.text: each.assignee for each in task.checklist.all()}
    assert found == {"Find @Volkova": firm.vera, "Write @Abramova": firm.anna, "Send @Nobody": None}
    assert (task.observers, task.mentioned) == ([firm.vera.pk], [firm.vera.pk])
    actions.check_item(
        by=fresh(firm.vera), task_id=task.pk, item_id=task.checklist.get(assignee=firm.vera).pk, done=True, now=NOW
    )
    hidden = one(firm.boris, firm.anna, checklist=("Find @Volkova",), is_private=True)
    assert (hidden.checklist.get().assignee, hidden.observers) == (None, [])
