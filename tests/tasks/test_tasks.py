from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from ledger import fresh, make_customer
from people import NOW

from otdel.activities import actions as activities
from otdel.activities.rules import ActivityValues
from otdel.core.calendar import Calendar
from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.notifications.models import Notice
from otdel.tasks import access, actions, queries, rules
from otdel.tasks.models import DeadlineMove, Delegation, Task
from otdel.tasks.rules import TaskValues, To

FRIDAY = datetime(2026, 3, 6, 20, 59, 59, tzinfo=UTC)


def give(by, *to, each=True, unit=None, deep=False, now=NOW, **fields):
    values = TaskValues(**({"title": "Call back", "deadline": FRIDAY} | fields))
    address = To(people=tuple(each_.pk for each_ in to), unit_id=unit.pk if unit else None, deep=deep, each=each)
    return actions.create_tasks(by=fresh(by), values=values, to=address, now=now)


def one(by, to, **fields) -> Task:
    return give(by, to, **fields)[0]


def do(action, by, task, now=NOW, **fields):
    return getattr(actions, action)(by=fresh(by), task_id=task.pk, now=now, **fields)


def again(task) -> Task:
    return Task.objects.get(pk=task.pk)


def kinds(task) -> list[str]:
    rows = Event.objects.filter(subject_type="tasks.task", subject_id=task.pk).order_by("id")
    return [kind.removeprefix("task.") for kind in rows.values_list("kind", flat=True)]


def sees(person, task) -> bool:
    return access.visible_tasks(fresh(person)).filter(pk=task.pk).exists()


# giving


def test_one_several_and_shared(firm):
    own = give(firm.anna)[0]
    assert (own.assignee_id, own.state, own.needs_acceptance) == (firm.anna.pk, "SEEN", False)

    each = give(firm.boris, firm.anna, firm.vera)
    assert [task.assignee_id for task in each] == [firm.anna.pk, firm.vera.pk]
    assert {again(task).group_id for task in each} == {each[0].pk}

    shared = give(firm.boris, firm.anna, firm.vera, each=False)[0]
    assert (shared.assignee_id, shared.participants, shared.is_shared) == (firm.anna.pk, [firm.vera.pk], True)
    assert again(shared).doers == [firm.anna.pk, firm.vera.pk]


def test_whole_department_in_one_action(firm):
    deep = give(firm.olga, unit=firm.sales, deep=True)
    assert {task.assignee_id for task in deep} == {firm.anna.pk, firm.boris.pk, firm.vera.pk, firm.gleb.pk}
    shared = give(firm.boris, unit=firm.north, each=False)
    assert [(task.assignee_id, task.participants) for task in shared] == [(firm.anna.pk, [])]
    with pytest.raises(NotAllowed):
        give(firm.boris, unit=firm.south)
    with pytest.raises(NotAllowed):
        give(firm.anna, unit=firm.north)


def test_giving_refuses(firm):
    with pytest.raises(Invalid):
        give(firm.anna, title="  ")
    with pytest.raises(NotFound):
        give(firm.anna, customer_id=make_customer(firm.vera, "Roza").pk)
    with pytest.raises(NotFound):
        give(firm.anna, parent_id=one(firm.vera, firm.vera).pk)
    firm.vera.employed_to = date(2026, 1, 1)
    firm.vera.save()
    with pytest.raises(Invalid):
        give(firm.anna, firm.vera)
    assert Task.objects.count() == 1


def test_deal_brings_its_customer_and_text_is_kept(firm, lutik, deal):
    task = one(firm.anna, firm.anna, deal_id=deal.pk, checklist=("One", " ", "Two"), tags=("urgent", "urgent"))
    assert (task.customer_id, task.tags) == (lutik.pk, ["urgent"])
    assert list(task.checklist.values_list("text", flat=True)) == ["One", "Two"]


# seeing


def test_who_sees(firm):
    task = one(firm.olga, firm.anna)
    assert [sees(each, task) for each in (firm.olga, firm.anna, firm.boris)] == [True] * 3
    assert not any(sees(each, task) for each in (firm.vera, firm.gleb, firm.zoya, firm.admin))
    watched = one(firm.olga, firm.anna, observers=(firm.vera.pk,))
    assert sees(firm.vera, watched)


def test_private_is_for_those_named_only(firm):
    task = one(firm.anna, firm.anna, is_private=True)
    assert not any(sees(each, task) for each in (firm.boris, firm.olga, firm.vera))
    for each in (firm.boris, firm.vera):
        with pytest.raises(NotFound):
            do("comment_task", each, task, text="Hello")


def test_stranger_finds_nothing_anywhere(firm):
    task = one(firm.boris, firm.anna, needs_acceptance=True)
    do("attach_file", firm.anna, task, name="a.txt", size=3, content=io.BytesIO(b"abc"))
    calls = {
        "see_task": {},
        "start_task": {},
        "submit_task": {},
        "accept_task": {"grade": "GOOD"},
        "grade_task": {"grade": "GOOD"},
        "return_task": {"reason": "No"},
        "defer_task": {"until": FRIDAY, "reason": "No"},
        "resume_task": {},
        "decline_task": {"reason": "No"},
        "move_deadline": {"deadline": None, "has_time": False},
        "reassign_task": {"to": firm.vera.pk},
        "comment_task": {"text": "Hello"},
        "add_item": {"text": "Line"},
        "log_time": {"day": NOW.date(), "minutes": 5},
        "change_task": {"values": TaskValues(title="Mine")},
    }
    for name, fields in calls.items():
        with pytest.raises(NotFound):
            do(name, firm.vera, task, **fields)
    for ask in (queries.task_card, queries.history):
        with pytest.raises(NotFound):
            ask(fresh(firm.vera), task.pk)
    with pytest.raises(NotFound):
        queries.file_of(fresh(firm.vera), task.pk, task.files.get().pk)
    with pytest.raises(NotFound):
        actions.bin_many(by=fresh(firm.vera), ids=[task.pk], now=NOW)


# the way


def test_the_whole_way_is_recorded(firm):
    task = one(firm.boris, firm.anna, needs_acceptance=True, proof="TEXT")
    do("see_task", firm.boris, task)
    assert again(task).state == "NEW"
    do("see_task", firm.anna, task)
    do("see_task", firm.anna, task)
    do("start_task", firm.anna, task)
    with pytest.raises(rules.NoProof):
        do("submit_task", firm.anna, task)
    do("submit_task", firm.anna, task, result="They agree")
    assert again(task).state == "REVIEW"
    with pytest.raises(NotAllowed):
        do("accept_task", firm.anna, task, grade="GOOD")
    with pytest.raises(rules.ReasonNeeded):
        do("return_task", firm.boris, task, reason=" ")
    do("return_task", firm.boris, task, reason="Where is the sum?")
    assert (again(task).state, again(task).returned_times) == ("RETURNED", 1)
    do("submit_task", firm.anna, task)
    do("accept_task", firm.boris, task, grade="BAD", comment="Late")
    done = again(task)
    assert (done.state, done.grade, done.grade_comment, done.result) == ("DONE", "BAD", "Late", "They agree")
    steps = ["created", "seen", "started", "submitted", "returned", "submitted", "accepted"]
    assert kinds(task) == steps
    for name in ("submit_task", "start_task"):
        with pytest.raises(Conflict):
            do(name, firm.anna, task)


def test_without_acceptance_it_is_done_and_waits_for_a_grade(firm):
    task = one(firm.boris, firm.anna)
    do("submit_task", firm.anna, task)
    assert (again(task).state, again(task).grade) == ("DONE", "")
    with pytest.raises(NotAllowed):
        do("grade_task", firm.anna, task, grade="GOOD")
    with pytest.raises(Invalid):
        do("grade_task", firm.boris, task, grade="FINE")
    do("grade_task", firm.boris, task, grade="GOOD")
    own = one(firm.anna, firm.anna)
    do("submit_task", firm.anna, own)
    assert again(own).grade == "NONE"


def test_only_those_who_do_it_hand_it_in(firm):
    task = one(firm.olga, firm.anna)
    for each in (firm.olga, firm.boris):
        with pytest.raises(NotAllowed):
            do("submit_task", each, task)


def test_head_of_the_giver_accepts_but_not_the_head_of_the_doer(firm):
    task = one(firm.anna, firm.vera, needs_acceptance=True)
    do("submit_task", firm.vera, task)
    with pytest.raises(NotAllowed):
        do("accept_task", firm.gleb, task, grade="GOOD")
    do("accept_task", firm.boris, task, grade="GOOD")


def test_nobody_accepts_their_own_work(firm):
    task = one(firm.anna, firm.boris, needs_acceptance=True)
    do("submit_task", firm.boris, task)
    with pytest.raises(NotAllowed):
        do("accept_task", firm.boris, task, grade="GOOD")


def test_proof_of_file_and_of_a_recorded_call(firm, lutik):
    task = one(firm.boris, firm.anna, proof="FILE")
    do("attach_file", firm.boris, task, name="what.txt", size=1, content=io.BytesIO(b"x"))
    with pytest.raises(rules.NoProof):
        do("submit_task", firm.anna, task)
    do("attach_file", firm.anna, task, name="a.txt", size=1, content=io.BytesIO(b"x"))
    do("submit_task", firm.anna, task)

    call = one(firm.boris, firm.anna, proof="CALL", customer_id=lutik.pk)
    with pytest.raises(rules.NoProof):
        do("submit_task", firm.anna, call)
    values = ActivityValues(kind="CALL", at=NOW, customer_id=lutik.pk)
    activities.log_activity(by=fresh(firm.anna), values=values, now=NOW)
    do("submit_task", firm.anna, call)
    assert again(call).state == "DONE"


def test_subtasks_first(firm):
    task = one(firm.anna, firm.anna)
    part = one(firm.anna, firm.anna, parent_id=task.pk)
    with pytest.raises(Conflict):
        do("submit_task", firm.anna, task)
    do("submit_task", firm.anna, part)
    do("submit_task", firm.anna, task)


def test_whoever_takes_a_shared_task_answers_for_it(firm):
    task = give(firm.olga, firm.anna, firm.vera, each=False)[0]
    do("start_task", firm.vera, task)
    found = again(task)
    assert (found.assignee_id, found.participants) == (firm.vera.pk, [firm.anna.pk])
    do("submit_task", firm.anna, task)
    assert again(task).assignee_id == firm.anna.pk


def test_declined_goes_back_and_to_another(firm):
    task = one(firm.boris, firm.anna)
    with pytest.raises(rules.ReasonNeeded):
        do("decline_task", firm.anna, task, reason="")
    do("decline_task", firm.anna, task, reason="Not mine")
    do("reassign_task", firm.boris, task, to=firm.vera.pk)
    found = again(task)
    assert (found.state, found.assignee_id, found.observers) == ("NEW", firm.vera.pk, [firm.anna.pk])
    own = one(firm.anna, firm.anna)
    with pytest.raises(Conflict):
        do("decline_task", firm.anna, own, reason="Tired")


def test_deferred_comes_back_by_itself(firm):
    task = one(firm.boris, firm.anna)
    until = NOW + timedelta(days=10)
    with pytest.raises(NotAllowed):
        do("defer_task", firm.anna, task, until=until, reason="Later")
    do("defer_task", firm.boris, task, until=until, reason="Later")
    found = again(task)
    assert found.deadline.date() == until.date()
    assert queries.counters(fresh(firm.anna), NOW).unopened == 0
    assert queries.counters(fresh(firm.anna), until + timedelta(days=2)).overdue == 1
    do("resume_task", firm.anna, task)
    assert again(task).state == "NEW"


# the deadline


def test_whoever_does_it_moves_the_deadline_within_limits(firm):
    task = one(firm.boris, firm.anna, most_moves=2, most_days=7)
    day = timedelta(days=1)
    with pytest.raises(rules.ReasonNeeded):
        do("move_deadline", firm.anna, task, deadline=FRIDAY + day, has_time=False)
    with pytest.raises(rules.OverLimit):
        do("move_deadline", firm.anna, task, deadline=FRIDAY + 8 * day, has_time=False, reason="Ill")
    with pytest.raises(rules.OverLimit):
        do("move_deadline", firm.anna, task, deadline=None, has_time=False, reason="Ill")
    do("move_deadline", firm.anna, task, deadline=FRIDAY + day, has_time=False, reason="Ill")
    do("move_deadline", firm.anna, task, deadline=FRIDAY - day, has_time=False, reason="Well")
    do("move_deadline", firm.anna, task, deadline=FRIDAY + 7 * day, has_time=False, reason="Ill")
    with pytest.raises(rules.OverLimit):
        do("move_deadline", firm.anna, task, deadline=FRIDAY + 7 * day + day / 24, has_time=True, reason="Ill")
    do("move_deadline", firm.boris, task, deadline=FRIDAY + 30 * day, has_time=False)
    found = again(task)
    assert (found.moved_times, DeadlineMove.objects.count()) == (2, 4)
    assert found.judged_by == found.deadline == FRIDAY + 30 * day


def test_moving_what_has_passed_does_not_mend_it(firm):
    task = one(firm.boris, firm.anna)
    later = FRIDAY + timedelta(days=1)
    do("move_deadline", firm.boris, task, deadline=FRIDAY + timedelta(days=5), has_time=False, now=later)
    assert again(task).judged_by == FRIDAY


def test_head_of_the_doer_keeps_to_the_limits_too(firm):
    task = one(firm.olga, firm.anna, most_moves=0)
    with pytest.raises(rules.OverLimit):
        do("move_deadline", firm.boris, task, deadline=FRIDAY + timedelta(days=1), has_time=False, reason="Busy")


def test_delegation_keeps_the_chain(firm):
    task = one(firm.olga, firm.boris)
    do("reassign_task", firm.boris, task, to=firm.anna.pk)
    found = again(task)
    assert (found.assignee_id, found.observers, found.state) == (firm.anna.pk, [firm.boris.pk], "NEW")
    assert list(Delegation.objects.values_list("before_id", "after_id")) == [(firm.boris.pk, firm.anna.pk)]
    with pytest.raises(Invalid):
        do("reassign_task", firm.boris, task, to=firm.anna.pk)


def test_observer_only_looks(firm):
    task = one(firm.olga, firm.anna, observers=(firm.vera.pk,))
    for name, fields in {
        "start_task": {},
        "reassign_task": {"to": firm.vera.pk},
        "move_deadline": {"deadline": None, "has_time": False, "reason": "x"},
        "add_item": {"text": "Line"},
        "change_task": {"values": TaskValues(title="Mine")},
    }.items():
        with pytest.raises(NotAllowed):
            do(name, firm.vera, task, **fields)
    do("comment_task", firm.vera, task, text="I see")


# what belongs to it


def test_a_comment_is_told_in_plain_words(firm):
    task = one(firm.boris, firm.anna)
    do("comment_task", firm.anna, task, text="**Look**, 2 ** 2:\n1) [here](https://example.com/)\n- _there_")
    assert Notice.objects.get(kind="task.commented").params["text"] == "Look, 2 ** 2:\n1. here\n• _there_"


def test_mention_makes_an_observer(firm):
    task = one(firm.boris, firm.anna)
    comment = do("comment_task", firm.anna, task, text="@Volkova, look; @nobody")
    assert comment.mentions == [firm.vera.pk]
    assert sees(firm.vera, task)
    with pytest.raises(Invalid):
        do("comment_task", firm.anna, task, text=" ")


def test_checklist_and_time(firm):
    task = one(firm.boris, firm.anna)
    item = do("add_item", firm.boris, task, text="Find the contract", assignee_id=firm.anna.pk)
    do("check_item", firm.anna, task, item_id=item.pk, done=True)
    assert queries.task_card(fresh(firm.anna), task.pk).items[0].done_by == "Abramova Anna"
    do("check_item", firm.anna, task, item_id=item.pk, done=False)
    with pytest.raises(NotFound):
        do("check_item", firm.anna, task, item_id=0, done=True)
    do("remove_item", firm.boris, task, item_id=item.pk)
    do("log_time", firm.anna, task, day=NOW.date(), minutes=30)
    with pytest.raises(NotAllowed):
        do("log_time", firm.boris, task, day=NOW.date(), minutes=30)
    with pytest.raises(Invalid):
        do("log_time", firm.anna, task, day=NOW.date(), minutes=0)
    assert queries.task_card(fresh(firm.anna), task.pk).minutes == 30


def test_files(firm):
    task = one(firm.boris, firm.anna)
    made = do("attach_file", firm.anna, task, name="..\\dir/пример.txt", size=3, content=io.BytesIO(b"abc"))
    found = queries.file_of(fresh(firm.boris), task.pk, made.pk)
    assert found.name == "пример.txt"
    with default_storage.open(found.path) as kept:
        assert kept.read() == b"abc"
    with pytest.raises(rules.FileRefused):
        do("attach_file", firm.anna, task, name="b", size=0, content=io.BytesIO(b""))
    with pytest.raises(rules.FileRefused):
        do("attach_file", firm.anna, task, name="b", size=26 << 20, content=io.BytesIO(b"a"))
    do("remove_file", firm.anna, task, file_id=made.pk)
    assert not default_storage.exists(found.path)


def test_change_keeps_the_deadline(firm):
    task = one(firm.boris, firm.anna)
    do("change_task", firm.boris, task, values=TaskValues(title="New words", priority=3))
    assert (again(task).title, again(task).deadline) == ("New words", FRIDAY)
    with pytest.raises(NotAllowed):
        do("change_task", firm.anna, task, values=TaskValues(title="Mine"))


def test_bin_undo_and_restore(firm):
    task, theirs = one(firm.anna, firm.anna), one(firm.boris, firm.anna)
    with pytest.raises(NotAllowed):
        actions.bin_many(by=fresh(firm.anna), ids=[theirs.pk], now=NOW)
    event = actions.bin_many(by=fresh(firm.anna), ids=[task.pk, theirs.pk], now=NOW)
    assert event.data["count"] == 1
    assert not sees(firm.anna, task)
    with pytest.raises(NotFound):
        actions.undo_many(by=fresh(firm.boris), event_id=event.pk, now=NOW)
    actions.undo_many(by=fresh(firm.anna), event_id=event.pk, now=NOW)
    assert sees(firm.anna, task)
    actions.bin_many(by=fresh(firm.anna), ids=[task.pk], now=NOW)
    with pytest.raises(NotFound):
        actions.restore_tasks(by=fresh(firm.vera), ids=[task.pk], now=NOW)
    assert actions.restore_tasks(by=fresh(firm.anna), ids=[task.pk], now=NOW) == 1


def test_many_at_once_skips_what_may_not(firm):
    mine, theirs = one(firm.anna, firm.anna), one(firm.boris, firm.anna, most_moves=0)
    later = FRIDAY + timedelta(days=3)
    event = actions.move_many(
        by=fresh(firm.anna), ids=[mine.pk, theirs.pk], deadline=later, has_time=False, reason="Ill", now=NOW
    )
    assert (event.data["ids"], again(mine).deadline) == ([mine.pk], later)
    event = actions.reassign_many(by=fresh(firm.boris), ids=[mine.pk, theirs.pk], to=firm.vera.pk, now=NOW)
    assert event.data["count"] == 2


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("today", date(2026, 3, 5)),
        ("tomorrow", date(2026, 3, 6)),
        ("three", date(2026, 3, 11)),  # the 9th is a day off moved from the 8th
        ("friday", date(2026, 3, 6)),
        ("week", date(2026, 3, 13)),
    ],
)
def test_quick_days_are_working_days(code, day):
    assert rules.quick_day(code, date(2026, 3, 5), Calendar("RU")) == day


def test_the_end_of_a_week_that_is_over_is_that_of_the_next():
    assert rules.quick_day("friday", date(2026, 3, 14), Calendar("RU")) == date(2026, 3, 20)


# taking back


def test_hand_in_is_taken_back_until_somebody_said_a_word(firm):
    task = one(firm.boris, firm.anna, needs_acceptance=True, accept_hours=2)
    do("submit_task", firm.anna, task, result="Half of it")
    with pytest.raises(NotAllowed):
        do("withdraw_task", firm.boris, task)
    do("withdraw_task", firm.anna, task, now=NOW + timedelta(days=3))
    task = again(task)
    assert (task.state, task.submitted_at, task.accept_by, task.result) == ("WORK", None, None, "Half of it")
    assert (task.returned_times, kinds(task)[-1]) == (0, "withdrawn")
    with pytest.raises(Conflict):
        do("withdraw_task", firm.anna, task)
    do("submit_task", firm.anna, task)
    do("accept_task", firm.boris, task, grade="NONE", now=NOW + timedelta(minutes=5))
    with pytest.raises(Conflict):
        do("withdraw_task", firm.anna, task, now=NOW + timedelta(minutes=6))


def test_what_was_done_at_once_is_taken_back_within_the_hour(firm):
    own, asked = one(firm.anna, firm.anna), one(firm.boris, firm.anna)
    for task in (own, asked):
        do("submit_task", firm.anna, task)
        do("withdraw_task", firm.anna, task, now=NOW + timedelta(hours=1))
        assert (again(task).state, again(task).done_at, again(task).grade) == ("WORK", None, "")
        do("submit_task", firm.anna, task)
        with pytest.raises(Conflict):
            do("withdraw_task", firm.anna, task, now=NOW + timedelta(hours=1, minutes=1))
    do("grade_task", firm.boris, asked, grade="BAD")
    with pytest.raises(Conflict):
        do("withdraw_task", firm.anna, asked)


def test_giving_is_taken_back_with_all_that_was_given_together(firm):
    tasks = give(firm.boris, firm.anna, firm.vera)
    with pytest.raises(NotFound):
        do("take_back", firm.anna, tasks[0])
    with pytest.raises(NotFound):
        do("take_back", firm.boris, tasks[0], now=NOW + timedelta(hours=2))
    do("take_back", firm.boris, tasks[0])
    assert not Task.objects.filter(deleted_at=None).exists()
    assert kinds(tasks[0])[0] == "created"
