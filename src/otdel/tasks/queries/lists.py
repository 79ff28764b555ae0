"""The list of tasks: its columns and filters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
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
from otdel.tasks.queries.counters import LABELS, LABELS_OF, live, waits
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

    def fills(self, value: tuple[str, int | None], sort_key: str) -> bool:
        return sort_key == "deadline" and value[0] in ("overdue", "today")

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
        with connection.cursor() as cursor:  # Django takes longer to compose it than PostgreSQL to answer
            cursor.execute("SELECT name FROM org_person WHERE id = %s", [who])
            found = cursor.fetchone()
        return f"{LABELS_OF[code]}: {found[0] if found else '?'}"


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
