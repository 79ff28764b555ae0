"""The list of tasks, and the board by deadline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.billing.queries import pick as invoices
from otdel.core.calendar import Calendar
from otdel.core.listing import (
    Asking,
    Bin,
    Choice,
    Column,
    Days,
    Filter,
    Flag,
    Kind,
    Listing,
    Reference,
    Search,
    Sort,
    State,
)
from otdel.core.listing import Tags as TagFilter
from otdel.core.listing.filters import Option, Params
from otdel.core.listing.values import read_id
from otdel.core.periods import Period
from otdel.customers.listing import customer_column, customer_filter
from otdel.customers.queries import pick as people_of
from otdel.deals.access import leads
from otdel.deals.queries import pick as deals
from otdel.org.listing import PersonFilter, people
from otdel.org.models import Person
from otdel.tasks import access
from otdel.tasks.models import OPEN, Task
from otdel.tasks.queries.counters import LABELS, LABELS_OF, end_of_day, live, waits
from otdel.tasks.queries.efficiency import HANDED, JUDGED, OWN, Asked, due_in, parts

STATES = dict(Task.State.choices)
PRIORITIES = dict(Task.Priority.choices)
GRADES = dict(Task.Grade.choices)


@dataclass(frozen=True)
class Waits(Filter):
    """The rows of a counter: `waits=overdue` of whoever looks, `waits=overdue:12` of somebody else."""

    @property
    def gathers(self) -> bool:
        return True

    def read(self, params: Params, asking: Asking) -> tuple[str, int | None] | None:
        code, _sep, who = (params.get(self.key) or ("",))[-1].partition(":")
        return (code, read_id(who)) if code in LABELS else None

    def write(self, value: tuple[str, int | None]) -> list[Option]:
        code, who = value
        return [(self.key, f"{code}:{who}" if who else code)]

    def narrow(self, rows: QuerySet[Any], value: tuple[str, int | None], asking: Asking) -> QuerySet[Any]:
        code, who = value
        return rows.filter(waits(code, who or asking.person.pk, asking.now))

    def says(self, value: tuple[str, int | None], asking: Asking) -> str:
        code, who = value
        if who is None:
            return str(LABELS[code])
        name = Person.objects.filter(pk=who).values_list("name", flat=True).first() or "?"
        return f"{LABELS_OF[code]}: {name}"


@dataclass(frozen=True)
class Judged(Filter):
    """The rows of a number of efficiency: `judged=late:12:2026-03` is what 12 did late of what was due in March."""

    def read(self, params: Params, asking: Asking) -> tuple[str, int, str] | None:
        code, _sep, rest = (params.get(self.key) or ("",))[-1].partition(":")
        who, _sep, text = rest.partition(":")
        pk = read_id(who)
        try:
            Period.parse(text)
        except ValueError:
            return None
        return (code, pk, text) if pk and code in JUDGED else None

    def write(self, value: tuple[str, int, str]) -> list[Option]:
        return [(self.key, ":".join(map(str, value)))]

    def narrow(self, rows: QuerySet[Any], value: tuple[str, int, str], asking: Asking) -> QuerySet[Any]:
        code, who, text = value
        asked = Asked(Period.parse(text), asking.now, asking.zone, Calendar(""))
        rows = rows.annotate(handed=HANDED).filter(due_in(asked), assignee_id=who)
        return rows.filter(OWN) if code == "own" else rows.filter(~OWN, parts()[code])

    def says(self, value: tuple[str, int, str], asking: Asking) -> str:
        code, who, text = value
        name = Person.objects.filter(pk=who).values_list("name", flat=True).first() or "?"
        return f"{JUDGED[code]}: {name}, {text}"


ROLES = {
    "mine": (_("For me to do"), lambda asking: Q(doers__contains=[asking.person.pk])),
    "given": (_("Given by me"), lambda asking: Q(creator_id=asking.person.pk) & ~Q(assignee_id=asking.person.pk)),
    "watching": (_("I observe"), lambda asking: Q(observers__contains=[asking.person.pk])),
    "helping": (_("I take part"), lambda asking: Q(participants__contains=[asking.person.pk])),
}
STAGES = {
    "all": (_("All, finished ones too"), lambda asking: Q()),
    "open": (_("Not finished"), lambda asking: Q(state__in=(*OPEN, "DEFERRED", "REVIEW"))),
    "late": (_("Overdue"), lambda asking: live(asking.now) & Q(deadline__lt=asking.now)),
    "finished": (_("Finished"), lambda asking: Q(state__in=("DONE", "DECLINED"))),
}
# between departments: who has not kept the time they were given to answer
WORDS = {
    "answer": (_("No yes or no in time"), lambda asking: Q(state__in=("NEW", "SEEN"), answer_by__lt=asking.now)),
    "accept": (_("Not accepted in time"), lambda asking: Q(state="REVIEW", accept_by__lt=asking.now)),
}


def _named(name_of: Callable[[Person, int], str | None]) -> Callable[[int, Asking], str | None]:
    return lambda pk, asking: name_of(asking.person, pk)


def _lead_name(person: Person, pk: int) -> str | None:
    title: str | None = leads(person).filter(pk=pk).values_list("title", flat=True).first()
    return title


def _person_column(key: str, label: Any, path: str, **changes: Any) -> Column:
    return Column(key, label, Kind.PERSON, f"{path}__last_name", also=(f"{path}__first_name",), **changes)


TASKS = Listing(
    key="task",
    visible=access.visible_tasks,
    order="deadline",
    columns=(
        Column("title", _("Task"), Kind.LINK, also=("id",), phone="m1"),
        Column("state", pgettext_lazy("task", "State"), Kind.CHOICE, choices=STATES, phone="m2"),
        Column(
            "deadline",
            _("Deadline"),
            Kind.MOMENT,
            also=("state",),
            sort=Sort("deadline", datetime, nullable=True),
            phone="m4",
        ),
        _person_column("assignee", _("Assignee"), "assignee", phone="m3"),
        _person_column("creator", _("Given by"), "creator"),
        customer_column(phone="mw"),
        Column("deal", _("Deal"), Kind.LINK, "deal__title", also=("deal_id",)),
        Column("priority", _("Priority"), Kind.CHOICE, choices=PRIORITIES),
        Column("lead", _("Lead"), Kind.LINK, "lead__title", also=("lead_id",), shown=False),
        Column("created", _("Created"), Kind.MOMENT, "created_at", sort=Sort("created_at", datetime, descending=True)),
        Column("done", _("Finished"), Kind.MOMENT, "done_at", shown=False),
        Column("grade", _("Grade"), Kind.CHOICE, choices=GRADES, shown=False),
        Column("moved", _("Deadline moved, times"), Kind.NUMBER, "moved_times", shown=False),
        Column("returned", _("Returned, times"), Kind.NUMBER, "returned_times", shown=False),
        Column("tags", _("Tags"), Kind.TAGS, shown=False),
        Column("external", _("External number"), source="external_id", shown=False),
    ),
    filters=(
        Search("q", _("Search")),
        Waits("waits", _("Waits for me")),
        Judged("judged", _("Efficiency")),
        Flag("role", _("My part"), conditions=ROLES),
        Flag("stage", _("Finished or not"), conditions=STAGES),
        Choice("state", pgettext_lazy("task", "State"), path="state", options=STATES, number=False),
        Flag("word", _("Yes or no"), conditions=WORDS),
        PersonFilter("assignee", _("Assignee"), path="assignee_id", options=people),
        PersonFilter("creator", _("Given by"), path="creator_id", options=people),
        Days("deadline", _("Deadline"), path="deadline", moment=True, nullable=True),
        Choice("priority", _("Priority"), path="priority", options=PRIORITIES),
        Choice("grade", _("Grade"), path="grade", options=GRADES, number=False),
        Days("created", _("Created"), path="created_at", moment=True),
        customer_filter(),
        Reference("deal", _("Deal"), path="deal_id", name_of=_named(deals.name_of)),
        Reference("lead", _("Lead"), path="lead_id", name_of=_named(_lead_name)),
        Reference("contact", _("Contact"), path="contact_id", name_of=_named(people_of.contact_name)),
        Reference("invoice", _("Invoice"), path="invoice_id", name_of=_named(invoices.invoice_name)),
        TagFilter("tag", _("Tag")),
        Bin(),
    ),
)


# by deadline


@dataclass(slots=True)
class TaskRow:
    id: int
    title: str
    state: str
    priority: int
    deadline: datetime | None
    has_time: bool
    creator_id: int
    creator: str
    assignee_id: int
    assignee: str
    customer: str
    deal: str
    text: str
    proof: str
    result: str = ""
    submitted_at: datetime | None = None
    reason_needed: bool = False

    @property
    def about(self) -> str:
        return " · ".join(part for part in (self.customer, self.deal) if part)


FIELDS = (
    "id", "title", "state", "priority", "deadline", "has_time", "creator_id", "assignee_id", "text", "proof", "result",
    "submitted_at", "reason_needed",
)  # fmt: skip
NAMES = ("creator", "assignee")


def rows_of(found: QuerySet[Any], most: int) -> list[TaskRow]:
    """One query."""
    names = [f"{who}__{part}_name" for who in NAMES for part in ("last", "first")]
    made = []
    for row in found.values(*FIELDS, *names, "customer__name", "deal__title")[:most]:
        short: dict[str, Any] = {
            who: _short(row.pop(f"{who}__last_name"), row.pop(f"{who}__first_name")) for who in NAMES
        }
        customer, deal = row.pop("customer__name") or "", row.pop("deal__title") or ""
        made.append(TaskRow(**row, **short, customer=customer, deal=deal))
    return made


def _short(last: str, first: str) -> str:
    return f"{last} {first[:1]}." if last and first else last or first


BY_DEADLINE = (F("deadline").asc(nulls_last=True), "-priority", "id")
LANES = ("overdue", "today", "week", "next", "later", "none")
LANE_LABELS = {
    "overdue": _("Overdue"),
    "today": pgettext_lazy("deadline", "Today"),
    "week": pgettext_lazy("deadline", "This week"),
    "next": pgettext_lazy("deadline", "Next week"),
    "later": pgettext_lazy("deadline", "Later"),
    "none": _("Without a deadline"),
}
IN_A_LANE, MOST_OF_A_DAY = 50, 100


def lanes(now: datetime) -> dict[str, Q]:
    """Return what stands in each lane of the board; a week ends on Sunday."""
    midnight = end_of_day(now)
    monday = midnight + timedelta(days=6 - now.weekday())
    return {
        "overdue": Q(deadline__lt=now),
        "today": Q(deadline__gte=now, deadline__lt=midnight),
        "week": Q(deadline__gte=midnight, deadline__lt=monday),
        "next": Q(deadline__gte=monday, deadline__lt=monday + timedelta(days=7)),
        "later": Q(deadline__gte=monday + timedelta(days=7)),
        "none": Q(deadline=None),
    }


@dataclass(frozen=True)
class Lane:
    code: str
    rows: list[TaskRow]
    count: int


# filters that say whose work it is: then nobody's own is meant
SAYS_WHOSE = frozenset(("role", "assignee", "creator", "waits", "judged"))
UNFINISHED = (*OPEN, "DEFERRED", "REVIEW")


def whose(person: Person, who: str) -> Q:
    """Return the unfinished work `who` means: "" what the person is to do, "given", "watching", "all", or a number."""
    me = person.pk
    match who:
        case "given":
            return Q(creator_id=me, state__in=UNFINISHED) & ~Q(assignee_id=me)
        case "watching":
            return Q(observers__contains=[me], state__in=UNFINISHED)
        case "all":
            return Q(state__in=UNFINISHED)
    return Q(doers__contains=[read_id(who) or me], state__in=(*OPEN, "DEFERRED"))


def unfinished(person: Person, who: str, state: State | None = None) -> QuerySet[Any]:
    """Return the visible work `who` means, narrowed by the filters of the list; those that say whose come first."""
    if state is None:
        rows: QuerySet[Any] = access.visible_tasks(person).filter(whose(person, who))
        return rows
    return narrowed(state).filter(whose(person, who if SAYS_WHOSE.isdisjoint(state.values) else "all"))


def narrowed(state: State) -> QuerySet[Any]:
    """Return the living tasks the filters of the list find; a bin is a matter of the list alone."""
    return TASKS.narrowed(replace(state, values={key: each for key, each in state.values.items() if key != "bin"}))


def by_deadline(person: Person, now: datetime, *, who: str = "", state: State | None = None) -> list[Lane]:
    """Return unfinished work by deadline.

    All of each lane counted, so many shown. Three queries besides those of access.
    """
    rows = unfinished(person, who, state).filter(live(now))
    conditions = lanes(now)
    counts = rows.aggregate(**{code: Count("pk", filter=condition) for code, condition in conditions.items()})
    first = [
        rows.filter(condition).order_by(*BY_DEADLINE).values_list("pk", Value(code))[:IN_A_LANE]
        for code, condition in conditions.items()
    ]
    found = dict(first[0].union(*first[1:], all=True))
    shown: dict[str, list[TaskRow]] = {code: [] for code in LANES}
    for row in rows_of(Task.objects.filter(pk__in=list(found)).order_by(*BY_DEADLINE), len(found)) if found else ():
        shown[found[row.id]].append(row)
    return [Lane(code, shown[code], counts[code]) for code in LANES]


# Written out: everybody's first page asks it, and Django takes longer to compose it than PostgreSQL to answer.
# Each half is read in the order of its index and no farther than it is shown, however much one has to do; shared tasks
# somebody else answers for are few. What a row shows is looked up for those shown.
_WAITED = """state IN ('NEW', 'SEEN', 'WORK', 'RETURNED', 'DEFERRED') AND deleted_at IS NULL
        AND (state <> 'DEFERRED' OR deferred_until <= %(now)s)
        ORDER BY deadline, priority DESC, id LIMIT %(most)s"""
_DAY = """
WITH mine AS MATERIALIZED (
    SELECT id, deadline, priority FROM (
        (SELECT id, deadline, priority FROM tasks_task WHERE assignee_id = %(me)s AND {waited})
        UNION ALL
        (SELECT id, deadline, priority FROM tasks_task
        WHERE is_shared AND participants @> ARRAY[%(me)s]::bigint[] AND assignee_id <> %(me)s AND {waited})) both_halves
    ORDER BY deadline, priority DESC, id LIMIT %(most)s),
words AS MATERIALIZED (
    SELECT id FROM tasks_task WHERE creator_id = %(me)s AND state = 'REVIEW' AND deleted_at IS NULL
    ORDER BY submitted_at, id LIMIT %(words)s)
SELECT chosen.do, t.id, t.title, t.state, t.priority, t.deadline, t.has_time, t.creator_id, t.assignee_id, t.text,
    t.proof, t.result, t.submitted_at, c.last_name, c.first_name, a.last_name, a.first_name, k.name, d.title
FROM (SELECT id, true AS do FROM mine UNION ALL SELECT id, false FROM words) chosen
JOIN tasks_task t ON t.id = chosen.id
JOIN org_person c ON c.id = t.creator_id
JOIN org_person a ON a.id = t.assignee_id
LEFT JOIN customers_customer k ON k.id = t.customer_id
LEFT JOIN deals_deal d ON d.id = t.deal_id
ORDER BY t.deadline, t.priority DESC, t.id""".replace("{waited}", _WAITED)


def my_day(person: Person, now: datetime, state: State | None = None) -> dict[str, list[TaskRow]]:
    """Return what is overdue, for today and next, for the person to do, of what the filters find.

    One query; with filters also those of access. Whoever does a task sees it.
    """
    return _parts(_whole_day(person, now, 0)[0] if state is None else _narrowed_day(person, now, state), now)


def my_day_and_words(person: Person, now: datetime, most: int) -> tuple[dict[str, list[TaskRow]], list[TaskRow]]:
    """Return the whole day, and so many of those that wait for the person's word, the longest wait first. One query."""
    mine, words = _whole_day(person, now, most)
    return _parts(mine, now), words


def _parts(rows: Iterable[TaskRow], now: datetime) -> dict[str, list[TaskRow]]:
    parts: dict[str, list[TaskRow]] = {"overdue": [], "today": [], "next": []}
    midnight = end_of_day(now)
    for row in rows:
        at = row.deadline
        late = at is not None and at < now
        parts["overdue" if late else "today" if at is not None and at < midnight else "next"].append(row)
    return parts


def _narrowed_day(person: Person, now: datetime, state: State) -> list[TaskRow]:
    """One's day stays one's own, whatever the filters say of others."""
    rows = narrowed(state).filter(whose(person, ""), live(now))
    return rows_of(rows.order_by(*BY_DEADLINE), MOST_OF_A_DAY)


def _whole_day(person: Person, now: datetime, most_words: int) -> tuple[list[TaskRow], list[TaskRow]]:
    """Return what the person has to do, and what waits for their word."""
    mine: list[TaskRow] = []
    words: list[TaskRow] = []
    with connection.cursor() as cursor:
        cursor.execute(_DAY, {"me": person.pk, "now": now, "most": MOST_OF_A_DAY, "words": most_words})
        for does, *own, creator, creator_first, assignee, assignee_first, customer, deal in cursor.fetchall():
            pk, title, state, priority, at, has_time, creator_id, assignee_id, text, proof, result, submitted = own
            row = TaskRow(
                pk, title, state, priority, at, has_time, creator_id, _short(creator, creator_first), assignee_id,
                _short(assignee, assignee_first), customer or "", deal or "", text, proof, result, submitted,
            )  # fmt: skip
            (mine if does else words).append(row)
    words.sort(key=lambda row: (row.submitted_at is None, row.submitted_at, row.id))
    return mine, words


def to_accept(person: Person, most: int) -> list[TaskRow]:
    """Return what was handed in and waits for the person's word, the longest wait first. One query."""
    rows = access.visible_tasks(person).filter(creator=person, state=Task.State.REVIEW)
    return rows_of(rows.order_by("submitted_at", "id"), most)


def of_record(person: Person, most: int = 10, **about: int) -> list[TaskRow]:
    """Return visible tasks of a customer, deal or lead: unfinished ones first. One query."""
    finished = Q(state__in=("DONE", "DECLINED"))
    rows = access.visible_tasks(person).filter(**about)
    return rows_of(rows.annotate(_over=_case(finished)).order_by("_over", *BY_DEADLINE), most)


def _case(condition: Q) -> Any:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
