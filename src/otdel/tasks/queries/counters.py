"""What waits for a person: numbers counted from the tasks at every look, never kept.

A number and the list it opens are narrowed by the same condition, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Case, Count, F, Func, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.core.models import SortKey
from otdel.org import access as org
from otdel.org.models import Person
from otdel.org.rules import Right
from otdel.tasks import access
from otdel.tasks.models import OPEN, Task

State = Task.State


@dataclass(frozen=True)
class Counters:
    """`attention` is how many tasks want something of the person now, each counted once."""

    overdue: int = 0
    unopened: int = 0
    today: int = 0
    returned: int = 0
    accept: int = 0
    declined: int = 0
    ungraded: int = 0
    mentions: int = 0
    attention: int = 0

    def __add__(self, other: Counters) -> Counters:
        return Counters(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


LABELS = {
    "overdue": _("Overdue"),
    "unopened": _("Not opened"),
    "today": _("Due today"),
    "returned": _("Returned to me"),
    "accept": _("Waiting for my acceptance"),
    "declined": _("Declined, decide"),
    "ungraded": _("Done, not graded"),
    "mentions": _("Called in by name"),
    "attention": pgettext_lazy("tasks", "Wants attention"),
}
# the same said of somebody else
LABELS_OF = LABELS | {
    "returned": pgettext_lazy("tasks", "Returned"),
    "mentions": pgettext_lazy("tasks", "Called in"),
    "accept": _("Waiting for acceptance"),
}
DOING = ("overdue", "unopened", "today", "returned")
GIVING = ("accept", "declined", "ungraded")


def live(now: datetime) -> Q:
    """Work somebody is waited for; what was put off comes back on its day by itself."""
    return Q(state__in=OPEN) | Q(state=State.DEFERRED, deferred_until__lte=now)


def end_of_day(now: datetime) -> datetime:
    """Return the midnight that ends the day of a local moment."""
    return datetime.combine(now.date() + timedelta(days=1), time.min, now.tzinfo)


def kinds(now: datetime) -> dict[str, Q]:
    """Return each counter's condition, apart from whose it is."""
    return {
        "overdue": live(now) & Q(deadline__lt=now),
        "unopened": Q(state=State.NEW),
        "today": live(now) & Q(deadline__gte=now, deadline__lt=end_of_day(now)),
        "returned": Q(state=State.RETURNED),
        "accept": Q(state=State.REVIEW),
        "declined": Q(state=State.DECLINED),
        "ungraded": Q(state=State.DONE, grade=""),
    }


def _doing(person_id: int) -> Q:
    """In the words of the partial index, so that it serves."""
    return Q(doers__contains=[person_id], state__in=(*OPEN, State.DEFERRED))


def _called(person_id: int) -> Q:
    """Called in by name and not looked since; whoever is not named in the task any more is not called either."""
    return Q(mentioned__contains=[person_id], named__contains=[person_id])


def waits(code: str, person_id: int, now: datetime) -> Q:
    """Return the rows of a person's counter."""
    found = kinds(now)
    if code == "mentions":
        return _called(person_id)
    if code == "attention":
        urgent = _doing(person_id) & (found["overdue"] | found["unopened"] | found["returned"])
        decides = Q(creator_id=person_id) & Q(state__in=(State.REVIEW, State.DECLINED))
        return urgent | decides | _called(person_id)
    whose = _doing(person_id) if code in DOING else Q(creator_id=person_id)
    return whose & found[code]


def counters(person: Person, now: datetime) -> Counters:
    """Return what waits for the person. One query, over partial indexes; `now` is local."""
    me = person.pk
    mine = _doing(me) | Q(creator_id=me, state__in=(State.REVIEW, State.DECLINED))
    mine |= Q(creator_id=me, state=State.DONE, grade="") | (~Q(mentioned=[]) & _called(me))
    counted = {each.name: Count("pk", filter=waits(each.name, me, now)) for each in fields(Counters)}
    return Counters(**Task.objects.filter(mine, deleted_at=None).aggregate(**counted))


@dataclass(frozen=True)
class TeamRow:
    id: int
    name: str
    unit_id: int | None
    counters: Counters


@dataclass(frozen=True)
class Team:
    rows: list[TeamRow]
    total: Counters


def is_head(person: Person) -> bool:
    """Whether there are others whose tasks the person may see."""
    reached = org.reach(person, access.KIND, Right.VIEW)
    return reached.everyone or len(reached.person_ids) > 1


def team(person: Person, now: datetime, unit_id: int | None = None) -> Team:
    """Return the counters of everyone within reach, those with a jam first, and their sum.

    Three queries besides those of access. Counted from the rows the person may see, so each number opens them exactly.
    """
    found = people(person, unit_id)
    ids = [pk for pk, _name in found]
    counted = counters_of(person, ids, now)
    rows = [TeamRow(pk, name, None, counted.get(pk, Counters())) for pk, name in found]
    rows.sort(key=lambda row: (-row.counters.attention, -row.counters.overdue))
    return Team(rows, sum((row.counters for row in rows), Counters()))


def people(person: Person, unit_id: int | None = None) -> list[tuple[int, str]]:
    """Return who works here among those whose tasks the person may see, by name. One query."""
    reached = org.reach(person, access.KIND, Right.VIEW)
    rows = org.limit(Person.objects.filter(is_active=True, employed_to=None), reached, "id")
    if unit_id:
        rows = rows.filter(pk__in=org.people_of(org.tree_for(person).under(unit_id)))
    return list(rows.order_by(SortKey("name"), "id").values_list("id", "name"))


def counters_of(person: Person, ids: Iterable[int], now: datetime) -> dict[int, Counters]:
    """Return the counters of these people, from the tasks the person may see. Three queries."""
    wanted = sorted(ids)
    seen, found = access.visible_tasks(person), kinds(now)
    doing = seen.filter(doers__overlap=wanted, state__in=(*OPEN, State.DEFERRED))
    each = Func(F("doers"), function="unnest", output_field=IntegerField())
    urgent = found["overdue"] | found["unopened"] | found["returned"]
    made: dict[int, dict[str, int]] = {pk: {} for pk in wanted}
    _collect(made, doing.annotate(who=each), DOING, found, urgent)
    giving = seen.filter(creator_id__in=wanted).annotate(who=F("creator_id"))
    giving = giving.filter(Q(state__in=(State.REVIEW, State.DECLINED)) | Q(state=State.DONE, grade=""))
    _collect(made, giving, GIVING, found, Q(state__in=(State.REVIEW, State.DECLINED)))
    _collect_called(made, seen.filter(~Q(mentioned=[]), mentioned__overlap=wanted), urgent)
    return {pk: Counters(**values) for pk, values in made.items()}


def _collect_called(made: dict[int, dict[str, int]], rows: Any, urgent: Q) -> None:
    """Few tasks call somebody at one time, so they are read; what wants attention anyway is counted once."""
    hot = Case(When(urgent & Q(state__in=(*OPEN, State.DEFERRED)), then=Value(True)), default=Value(False))
    fields_ = ("mentioned", "named", "doers", "creator_id", "state")
    for called, named, doers, creator, state, late in rows.annotate(_hot=hot).values_list(*fields_, "_hot"):
        for pk in set(called) & set(named) & made.keys():
            made[pk]["mentions"] = made[pk].get("mentions", 0) + 1
            counted = (late and pk in doers) or (creator == pk and state in (State.REVIEW, State.DECLINED))
            made[pk]["attention"] = made[pk].get("attention", 0) + (not counted)


def _collect(made: dict[int, dict[str, int]], rows: Any, codes: tuple[str, ...], found: Any, urgent: Q) -> None:
    counted = {code: Count("pk", filter=found[code]) for code in codes}
    for row in rows.values("who").annotate(**counted, _urgent=Count("pk", filter=urgent)).order_by():
        values = made.get(row.pop("who"))
        if values is not None:
            values["attention"] = values.get("attention", 0) + row.pop("_urgent")
            values.update(row)
