"""Which department a person was in on a day: what a fact of that day counts for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, OuterRef, Q

from otdel.org.models import Membership

QS = TypeVar("QS", bound="models.QuerySet[Any]")


def units_on(pairs: Iterable[tuple[int, date]]) -> dict[tuple[int, date], int]:
    """Return which department each person belonged to on each day; who belonged to none is left out. One query.

    What happened on a day counts for the department its owner was in on that day, so this is asked
    before every fact is written.
    """
    asked = set(pairs)
    if not asked:
        return {}
    rows = Membership.objects.filter(person_id__in={person for person, _day in asked})
    spans: dict[int, list[tuple[date, date, int]]] = {}
    for person, unit, starts, ends in rows.values_list("person_id", "unit_id", "starts_on", "ends_on"):
        spans.setdefault(person, []).append((starts, ends or date.max, unit))
    return {
        (person, day): unit
        for person, day in asked
        for starts, ends, unit in spans.get(person, ())
        if starts <= day < ends
    }


def unit_on(person_id: int, day: date) -> int | None:
    """Return the department the person belonged to on the day, or None."""
    return units_on([(person_id, day)]).get((person_id, day))


class Differs(models.Func):
    """`left IS DISTINCT FROM right`: unequal, nothing being equal to nothing."""

    template = "%(expressions)s"
    arg_joiner = " IS DISTINCT FROM "
    arity = 2
    output_field = models.BooleanField()


def unit_then(*, day: str, owner: str = "owner_id") -> models.Subquery:
    """The department a row's owner was in on the row's day, as SQL."""
    spans = Membership.objects.filter(person_id=OuterRef(owner), starts_on__lte=OuterRef(day))
    return models.Subquery(spans.filter(Q(ends_on=None) | Q(ends_on__gt=OuterRef(day))).values("unit_id")[:1])


def misplaced(rows: QS, *, day: str, owner: str = "owner_id") -> QS:
    """Keep the rows whose stamped department is not the one their owner was in on their day."""
    return rows.filter(Differs(F("unit_id"), unit_then(day=day, owner=owner)))
