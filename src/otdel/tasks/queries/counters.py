"""What waits for a person. The conditions here say what each counter means, and narrow the list it opens.

The numbers come from kept sums (sums.py) that say the same in SQL; tests/tasks/test_counters_recount.py holds the
two together after every kind of change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.core.models import SortKey
from otdel.org import access as org
from otdel.org.models import Person
from otdel.org.rules import Right
from otdel.tasks import access
from otdel.tasks.models import OPEN, Task
from otdel.tasks.queries.sums import (
    NOTHING,
    NUMBERS,
    Counters,
    Numbers,
    Waiting,
    WithoutStep,
    numbers_of,
    numbers_of_staff,
    waiting_of,
)

State = Task.State


LABELS = {
    "overdue": _("Overdue"),
    "unopened": _("Not opened"),
    "today": _("Due today"),
    "returned": _("Returned to me"),
    "accept": _("Waiting for my acceptance"),
    "declined": _("Declined, decide"),
    "ungraded": _("Done, not graded"),
    "mentions": _("Mentions of me"),
    "answers": _("My answer is late"),
    "attention": pgettext_lazy("tasks", "Wants attention"),
}
# the same said of somebody else
LABELS_OF = LABELS | {
    "returned": pgettext_lazy("tasks", "Returned"),
    "mentions": pgettext_lazy("tasks", "Mentions"),
    "answers": _("Answer is late"),
    "accept": _("Waiting for acceptance"),
}
ATTENTION, OVERDUE = NUMBERS.index("attention"), NUMBERS.index("overdue")
IN_STATE = {
    "unopened": State.NEW,
    "returned": State.RETURNED,
    "accept": State.REVIEW,
    "declined": State.DECLINED,
}
DOING = ("overdue", "unopened", "today", "returned")


def live(now: datetime) -> Q:
    """Work somebody is waited for; what was put off comes back on its day by itself."""
    return Q(state__in=OPEN) | Q(state=State.DEFERRED, deferred_until__lte=now)


def end_of_day(now: datetime) -> datetime:
    """Return the midnight that ends the day of a local moment."""
    return datetime.combine(now.date() + timedelta(days=1), time.min, now.tzinfo)


def condition(code: str, now: datetime) -> Q:
    """Return a counter's condition, apart from whose it is."""
    match code:
        case "overdue":
            return live(now) & Q(deadline__lt=now)
        case "today":
            return live(now) & Q(deadline__gte=now, deadline__lt=end_of_day(now))
        case "ungraded":
            return Q(state=State.DONE, grade="")
    return Q(state=IN_STATE[code])


def _doing(person_id: int) -> Q:
    """In the words of the partial index, so that it serves."""
    return Q(doers__contains=[person_id], state__in=(*OPEN, State.DEFERRED))


def _called(person_id: int) -> Q:
    """Called in by name and not looked since; whoever is not named in the task any more is not called either."""
    return Q(mentioned__contains=[person_id], named__contains=[person_id])


def waits(code: str, person_id: int, now: datetime) -> Q:
    """Return the rows of a person's counter."""
    if code == "mentions":
        return _called(person_id)
    if code == "answers":
        yes_or_no = Q(assignee_id=person_id, state__in=(State.NEW, State.SEEN), answer_by__lt=now)
        return yes_or_no | Q(creator_id=person_id, state=State.REVIEW, accept_by__lt=now)
    if code == "attention":
        silent = Q(assignee_id=person_id, state=State.SEEN, answer_by__lt=now)
        urgent = _doing(person_id) & (condition("overdue", now) | Q(state__in=(State.NEW, State.RETURNED)) | silent)
        decides = Q(creator_id=person_id) & Q(state__in=(State.REVIEW, State.DECLINED))
        return urgent | decides | _called(person_id)
    whose = _doing(person_id) if code in DOING else Q(creator_id=person_id)
    return whose & condition(code, now)


def waiting(person: Person, now: datetime) -> Waiting:
    """Return all that waits for the person; `now` is local. One query."""
    found = numbers_of([person.pk], person.pk, now, end_of_day(now))
    return waiting_of(found.get(person.pk, NOTHING))


def counters(person: Person, now: datetime) -> Counters:
    """Return what waits for the person among tasks. One query."""
    return waiting(person, now).counters


class TeamRow(NamedTuple):
    id: int
    name: str
    numbers: Numbers

    @property
    def counters(self) -> Counters:
        return waiting_of(self.numbers).counters

    @property
    def steps(self) -> WithoutStep:
        return waiting_of(self.numbers).steps


@dataclass(frozen=True)
class Team:
    rows: list[TeamRow]
    numbers: Numbers

    @property
    def total(self) -> Counters:
        return waiting_of(self.numbers).counters


def is_head(person: Person) -> bool:
    """Whether there are others whose tasks the person may see."""
    reached = org.reach(person, access.KIND, Right.VIEW)
    return reached.everyone or len(reached.person_ids) > 1


def team(person: Person, now: datetime, unit_id: int | None = None) -> Team:
    """Return the counters of everyone within reach, those with a jam first, and their sum.

    One query besides those of access. Counted from the rows the person may see, so each number opens them exactly.
    """
    reached = org.reach(person, access.KIND, Right.VIEW)
    ids = None if reached.everyone else reached.person_ids
    if unit_id:
        under = org.people_of(org.tree_for(person).under(unit_id))
        ids = under if ids is None else ids & under
    names, numbers = numbers_of_staff(ids, person.pk, now, end_of_day(now))
    numbers = _within_reach(person, numbers)
    return summed([TeamRow(pk, name, numbers[pk]) for pk, name in names.items()])


def own_waiting(found: Team, person: Person, now: datetime) -> Waiting:
    """Return all that waits for the person, whose numbers are often among those of their team already."""
    mine = next((row.numbers for row in found.rows if row.id == person.pk), None)
    return waiting(person, now) if mine is None else waiting_of(mine)


def summed(rows: list[TeamRow]) -> Team:
    rows.sort(key=lambda row: (-row.numbers[ATTENTION], -row.numbers[OVERDUE]))
    return Team(rows, tuple(map(sum, zip(*(row.numbers for row in rows), strict=True))) or NOTHING)


def _within_reach(person: Person, numbers: dict[int, Numbers]) -> dict[int, Numbers]:
    """Say nothing of deals and customers of people whose deals and customers the person may not see."""
    deals, customers = (org.reach(person, kind, Right.VIEW) for kind in ("deal", "customer"))
    if deals.everyone and customers.everyone:
        return numbers
    return {
        pk: (*each[:-2], each[-2] * deals.includes(pk), each[-1] * customers.includes(pk))
        for pk, each in numbers.items()
    }


def people(person: Person, unit_id: int | None = None) -> list[tuple[int, str]]:
    """Return who works here among those whose tasks the person may see, by name. One query."""
    reached = org.reach(person, access.KIND, Right.VIEW)
    rows = org.limit(Person.objects.filter(is_active=True, employed_to=None), reached, "id")
    if unit_id:
        rows = rows.filter(pk__in=org.people_of(org.tree_for(person).under(unit_id)))
    return list(rows.order_by(SortKey("name"), "id").values_list("id", "name"))
