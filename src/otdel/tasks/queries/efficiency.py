"""How people kept what they were asked for: docs/methods/efficiency.md says how each number is made.

A task counts in the period its deadline lies in, for whoever answers for it, and only once that deadline has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Case, Count, DateTimeField, F, Func, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce, TruncDate, TruncMonth
from django.utils.translation import pgettext_lazy

from otdel.core.calendar import Calendar
from otdel.core.periods import FIRST_YEAR, Period
from otdel.org.models import Person
from otdel.tasks import access
from otdel.tasks.models import Task
from otdel.tasks.queries.counters import people

TREND_MONTHS = 12
# what each number is called over the rows it opens
JUDGED = {
    "due": pgettext_lazy("efficiency", "Came due"),
    "in_time": pgettext_lazy("efficiency", "Done in time"),
    "late": pgettext_lazy("efficiency", "Not in time"),
    "returned": pgettext_lazy("efficiency", "Returned"),
    "moved": pgettext_lazy("efficiency", "Deadline moved"),
    "bad": pgettext_lazy("efficiency", "Graded bad"),
    "clean": pgettext_lazy("efficiency", "Kept"),
    "own": pgettext_lazy("efficiency", "Given to oneself"),
}


@dataclass(frozen=True)
class Efficiency:
    """What came due in a period, and how it went. `delay` is in working days, of those not done in time."""

    due: int = 0
    in_time: int = 0
    returned: int = 0
    moved: int = 0
    bad: int = 0
    clean: int = 0
    delay: float | None = None

    @property
    def score(self) -> float | None:
        """The share done in time, never returned and not graded bad; None when nothing came due."""
        return self.share(self.clean)

    def share(self, count: int) -> float | None:
        return count / self.due if self.due else None


class Median(Aggregate):
    function = "percentile_cont"
    template = "percentile_cont(0.5) within group (order by %(expressions)s)"
    name = "Median"
    allow_distinct = False


class WorkingDays(Func):
    """How many working days lie before a local day: a step of a ladder counted once per question."""

    def __init__(self, day: Any, first: date, ladder: list[int]) -> None:
        super().__init__(day, output_field=IntegerField())
        self.first, self.ladder = first, ladder

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        place = f"greatest(least({sql} - %s::date + 1, %s), 1)"
        return f"(%s::int[])[{place}]", [self.ladder, *params, self.first, len(self.ladder)]


OWN = Q(creator_id=F("assignee_id"), is_shared=False)


@dataclass(frozen=True)
class Asked:
    """Which tasks, of which period, seen at which moment; `calendar` counts the delay."""

    period: Period
    now: datetime
    zone: ZoneInfo
    calendar: Calendar

    def edges(self) -> tuple[datetime, datetime]:
        start = datetime.combine(self.period.start, time.min, self.zone)
        end = datetime.combine(self.period.end, time.min, self.zone)
        return start, min(end, self.now)


def due_in(asked: Asked) -> Q:
    """Return the tasks judged in the period: their deadline has passed, and nobody declined them."""
    start, end = asked.edges()
    return Q(judged_by__gte=start, judged_by__lt=end) & ~Q(state=Task.State.DECLINED)


HANDED: Any = Coalesce("submitted_at", "done_at", output_field=DateTimeField())


def parts() -> dict[str, Q]:
    """Return each number's condition, on rows annotated with `handed`."""
    in_time = Q(handed__lte=F("judged_by"))
    return {
        "due": Q(),
        "in_time": in_time,
        "late": Q(handed=None) | Q(handed__gt=F("judged_by")),
        "returned": Q(returned_times__gt=0),
        "moved": Q(moved_times__gt=0),
        "bad": Q(grade=Task.Grade.BAD),
        "clean": in_time & Q(returned_times=0) & ~Q(grade=Task.Grade.BAD),
    }


def _numbers(asked: Asked, first: date) -> dict[str, Any]:
    """Return the aggregates of a group of tasks."""
    found = parts()
    counted: dict[str, Any] = {name: Count("pk", filter=found[name]) for name in found if name not in ("due", "late")}
    today = asked.now.astimezone(asked.zone).date()
    ladder, passed = [], 0
    for worked in asked.calendar.mask(first, max(today, asked.period.last) + timedelta(days=2)).tolist():
        passed += worked
        ladder.append(passed)
    end = Coalesce("handed", Value(asked.now), output_field=DateTimeField())
    days = [WorkingDays(TruncDate(each, tzinfo=asked.zone), first, ladder) for each in (end, F("judged_by"))]
    delay = Case(When(found["late"], then=days[0] - days[1]), default=Value(None), output_field=IntegerField())
    return counted | {"due": Count("pk"), "delay": Median(delay)}


def _rows(person: Person, asked: Asked) -> Any:
    return access.visible_tasks(person).filter(due_in(asked)).annotate(handed=HANDED)


def _read(row: dict[str, Any]) -> Efficiency:
    return Efficiency(**{name: row[name] for name in Efficiency.__dataclass_fields__})


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    asked: Efficiency  # what others asked of them
    own: Efficiency  # what they asked of themselves


@dataclass(frozen=True)
class Report:
    rows: list[Row]
    total: Efficiency
    own: Efficiency


def efficiency(person: Person, asked: Asked, unit_id: int | None = None) -> Report:
    """Return everyone within the person's reach, most to talk about first. Two queries besides those of access.

    Whoever heads nobody finds only themselves: equals are never shown to one another.
    """
    found = people(person, unit_id)
    rows = _rows(person, asked).filter(assignee_id__in=[pk for pk, _name in found])
    numbers = _numbers(asked, asked.period.start)
    each = rows.annotate(who=F("assignee_id"), is_own=Case(When(OWN, then=True), default=False))
    total = rows.filter(~OWN).annotate(who=Value(0), is_own=Value(False))
    sides: dict[bool, dict[int, Efficiency]] = {False: {}, True: {}}
    for row in _grouped(each, numbers).union(_grouped(total, numbers), all=True):
        sides[row["is_own"]][row["who"]] = _read(row)
    made = [Row(pk, name, *(sides[side].get(pk, Efficiency()) for side in (False, True))) for pk, name in found]
    made.sort(key=lambda row: (row.asked.due == 0, row.asked.score if row.asked.due else 1))
    return Report(made, sides[False].get(0, Efficiency()), _sum([row.own for row in made]))


def _grouped(rows: Any, numbers: dict[str, Any]) -> Any:
    return rows.values("who", "is_own").annotate(**numbers).order_by()


def _sum(each: list[Efficiency]) -> Efficiency:
    """Counts add up; a median does not, so it is left out."""
    names = [name for name in Efficiency.__dataclass_fields__ if name != "delay"]
    return Efficiency(**{name: sum(getattr(one, name) for one in each) for name in names})


def trend(person: Person, asked: Asked, ids: list[int]) -> list[tuple[date, Efficiency]]:
    """Return the months up to the end of the period, of these people within the person's reach. One query."""
    last = Period.parse(f"{asked.period.last:%Y-%m}")
    number = min(TREND_MONTHS, (last.start.year - FIRST_YEAR) * 12 + last.start.month)
    first = last.plus(1 - number)
    span = Asked(Period.between(first.start, last.end), asked.now, asked.zone, asked.calendar)
    rows = _rows(person, span).filter(~OWN, assignee_id__in=ids)
    rows = rows.annotate(month=TruncMonth("judged_by", tzinfo=asked.zone)).values("month")
    found = {row["month"].date(): _read(row) for row in rows.annotate(**_numbers(span, first.start)).order_by()}
    months = [first.plus(step).start for step in range(number)]
    return [(month, found.get(month, Efficiency())) for month in months]
