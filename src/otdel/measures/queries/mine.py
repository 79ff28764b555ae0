"""What manual control asks of somebody today."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import Count, Q

from otdel.measures import access
from otdel.measures.models import DayPlan
from otdel.measures.queries.days import State
from otdel.org import access as org
from otdel.org.models import Person
from otdel.org.rules import Right

# Written out: everybody's day asks it, and Django takes longer to compose it than PostgreSQL to answer.
_MINE = """
SELECT id, state, day FROM measures_dayplan WHERE person_id = %s AND day <= %s AND state <> %s
ORDER BY day DESC LIMIT 1"""


def my_day(person: Person, today: date) -> tuple[int, str, int] | None:
    """Return one's day under manual control: its number, state, how many actions; None without. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_MINE, [person.pk, today, State.ACCEPTED.value])
        found = cursor.fetchone()
    if found is None:
        return None
    return found[0], str(DayPlan.State(found[1]).label), (today - found[2]).days


def my_day_and_waiting(person: Person, today: date) -> tuple[tuple[int, str, int] | None, int]:
    """Return the same and how many reports wait for the person's word.

    One query besides those of access, and one more for who is under control.
    """
    reached = org.reach(person, access.KIND, Right.CHANGE)
    mine = Q(person=person) & ~Q(state=State.ACCEPTED)
    theirs = org.limit(DayPlan.objects.filter(state=State.HANDED), reached, "person_id").exclude(person=person)
    rows = DayPlan.objects.filter(mine | Q(pk__in=theirs.values("pk")), day__lte=today)
    found = rows.aggregate(count=Count("pk", filter=~Q(person=person)), own=Count("pk", filter=Q(person=person)))
    return (my_day(person, today) if found["own"] else None), found["count"]
