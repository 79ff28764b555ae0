"""docs/methods/efficiency.md, checked: its tasks are made and judged, and who is shown what."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from calc.worked_tables import tables
from ledger import fresh

from otdel.core.calendar import Calendar
from otdel.core.listing import Asking
from otdel.core.periods import Period
from otdel.tasks import queries
from otdel.tasks.models import Task

MOSCOW = ZoneInfo("Europe/Moscow")


def asked(period: str = "2026-03", now: str = "2026-04-02T12:00") -> queries.Asked:
    at = datetime.fromisoformat(now).replace(tzinfo=MOSCOW)
    return queries.Asked(Period.parse(period), at, MOSCOW, Calendar("RU"))


def at(day: float, hour: int = 12) -> datetime:
    return datetime(2026, 3, int(day), hour, tzinfo=MOSCOW)


def make(giver, doer, deadline: float, handed: float | None, **fields) -> Task:
    due = at(deadline, 23)
    done = {"state": "DONE", "submitted_at": at(handed), "done_at": at(handed), "grade": "GOOD"} if handed else {}
    when = {"created_at": at(1), "updated_at": at(1), "deadline": due, "judged_by": due}
    return Task.objects.create(**({"title": "Work", "creator": giver, "assignee": doer} | when | done | fields))


def of(person, who, **given) -> queries.Efficiency:
    return next(row.asked for row in queries.efficiency(fresh(person), asked(**given)).rows if row.id == who.pk)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_worked_table(firm, language):
    each, together = tables("efficiency.md", language)
    for deadline, handed, returned, moved, bad, *_judged in each:
        grade = "BAD" if bad else "GOOD"
        make(firm.boris, firm.anna, deadline, handed, returned_times=returned, moved_times=moved, grade=grade)
    found = of(firm.boris, firm.anna)
    due, in_time, returned, moved, bad, score, delay = together[0]
    assert (found.due, found.in_time, found.returned, found.moved, found.bad) == (due, in_time, returned, moved, bad)
    assert found.score == pytest.approx(score, abs=0.0005)
    assert found.delay == delay
    for row, task in zip(each, Task.objects.order_by("pk"), strict=True):
        Task.objects.exclude(pk=task.pk).update(deleted_at=at(1))
        alone = of(firm.boris, firm.anna)
        assert (alone.in_time, alone.clean) == (row[5], row[6])
        assert alone.delay == (None if row[5] else row[7])
        Task.objects.update(deleted_at=None)


def test_what_has_not_come_due_or_was_declined_does_not_count(firm):
    make(firm.boris, firm.anna, 20, None)
    make(firm.boris, firm.anna, 5, None, state="DECLINED")
    make(firm.boris, firm.anna, 5, 4, deleted_at=at(6))
    assert of(firm.boris, firm.anna, now="2026-03-10T12:00") == queries.Efficiency()
    assert of(firm.boris, firm.anna).due == 1
    assert of(firm.boris, firm.anna, period="2026-02").score is None


def test_what_one_gives_oneself_stands_apart(firm):
    make(firm.anna, firm.anna, 5, 4)
    make(firm.boris, firm.anna, 5, None)
    row = next(row for row in queries.efficiency(fresh(firm.boris), asked()).rows if row.id == firm.anna.pk)
    assert (row.asked.score, row.asked.due, row.own.score) == (0, 1, 1)


def test_equals_are_never_shown_to_one_another(firm):
    for doer in (firm.anna, firm.vera, firm.boris, firm.gleb):
        make(firm.olga, doer, 5, 4)
    shown = {who: [row.id for row in queries.efficiency(fresh(getattr(firm, who)), asked()).rows]
             for who in ("anna", "vera", "boris", "gleb")}  # fmt: skip
    assert shown["anna"] == [firm.anna.pk]
    assert shown["vera"] == [firm.vera.pk]
    assert set(shown["boris"]) == {firm.anna.pk, firm.boris.pk}
    assert set(shown["gleb"]) == {firm.vera.pk, firm.gleb.pk}
    assert queries.efficiency(fresh(firm.anna), asked(), firm.south.pk).rows == []
    months = queries.trend(fresh(firm.anna), asked(), [firm.vera.pk, firm.boris.pk])
    assert sum(each.due for _month, each in months) == 0


def test_private_ones_count_only_for_those_named(firm):
    make(firm.anna, firm.vera, 5, None, is_private=True)
    assert of(firm.gleb, firm.vera).due == 0
    assert of(firm.vera, firm.vera).due == 1


def test_a_year_by_months_and_the_rows_of_a_number(firm):
    make(firm.boris, firm.anna, 5, 4)
    late = make(firm.boris, firm.anna, 6, None)
    months = queries.trend(fresh(firm.boris), asked(), [firm.anna.pk])
    assert len(months) == 12
    assert (months[-1][0].isoformat(), months[-1][1].due, months[-1][1].score) == ("2026-03-01", 2, 0.5)
    asking = Asking(fresh(firm.boris), asked().now)
    state = queries.TASKS.read({"judged": [f"late:{firm.anna.pk}:2026-03"]}, asking)
    assert list(queries.TASKS.narrowed(state).values_list("pk", flat=True)) == [late.pk]
    total = queries.efficiency(fresh(firm.boris), asked()).total
    assert (total.due, total.in_time, total.delay) == (2, 1, 18)
