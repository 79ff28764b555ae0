"""Who is away when, who answers meanwhile, and where that does not hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.core.models import SortKey
from otdel.org import access
from otdel.org.models import Absence, Membership, Person, Succession, Unit
from otdel.org.rules import Right


@dataclass(frozen=True)
class AbsenceRow:
    id: int
    person_id: int
    person: str
    starts_on: date
    last_on: date
    substitute_id: int | None
    substitute: str
    reason: str
    unit: str = ""
    # what is wrong: "nobody" stands in, the substitute is "away" on some of the days, or has "left" by then
    warning: str = ""


def absences(person: Person, of: int, today: date) -> list[AbsenceRow]:
    """Return the current and coming absences of a colleague. Two queries besides those of access."""
    if not access.visible_people(person).filter(pk=of).exists():
        return []
    return _rows(Absence.objects.filter(person_id=of, ends_on__gt=today))


def team_absences(person: Person, today: date) -> list[AbsenceRow]:
    """Return who of one's people is or will be away, the next first. Two queries besides those of access."""
    reached = access.absences_reach(person)
    rows = Absence.objects.filter(ends_on__gt=today).filter(
        Q(person__employed_to=None) | Q(person__employed_to__gt=today)
    )
    return _rows(access.limit(rows, reached, "person_id"))


def absence_of(absence_id: int) -> AbsenceRow | None:
    """Return an absence, for what the program does by itself."""
    return next(iter(_rows(Absence.objects.filter(pk=absence_id))), None)


def absence_row(person: Person, absence_id: int) -> AbsenceRow:
    """Return an absence one may change."""
    rows = Absence.objects.filter(pk=absence_id)
    mine = Q(person_id=person.pk)
    reached = access.absences_reach(person)
    found = _rows(rows if reached.everyone else rows.filter(mine | Q(person_id__in=reached.person_ids)))
    if not found:
        raise NotFound(_("There is no such absence."))
    return found[0]


def absent_choices(person: Person, today: date) -> list[tuple[int, str]]:
    """Return whose absences the person may write down, by name. One query besides those of access."""
    working = Person.objects.filter(Q(employed_to=None) | Q(employed_to__gt=today))
    reached = access.absences_reach(person)
    return list(access.limit(working, reached, "id").order_by(SortKey("name"), "id").values_list("id", "name"))


def _rows(absences: Any) -> list[AbsenceRow]:
    latest = Membership.objects.filter(person_id=OuterRef("person_id")).order_by("-starts_on").values("unit__name")[:1]
    found = list(
        absences.select_related("person", "substitute").annotate(unit_name=Subquery(latest)).order_by("starts_on", "id")
    )
    away = _away_of({row.substitute_id for row in found if row.substitute_id})
    return [
        AbsenceRow(
            id=row.pk,
            person_id=row.person_id,
            person=str(row.person),
            starts_on=row.starts_on,
            last_on=row.ends_on - timedelta(days=1),
            substitute_id=row.substitute_id,
            substitute=str(row.substitute or ""),
            reason=row.reason,
            unit=row.unit_name or "",
            warning=_warning(row, away.get(row.substitute_id or 0, ())),
        )
        for row in found
    ]


def _away_of(ids: set[int]) -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = {}
    if ids:
        for pk, first, back in Absence.objects.filter(person_id__in=ids).values_list(
            "person_id", "starts_on", "ends_on"
        ):
            found.setdefault(pk, []).append((first, back))
    return found


def _warning(row: Absence, away: Iterable[tuple[date, date]]) -> str:
    other = row.substitute
    if other is None:
        return "nobody"
    if not other.is_active or (other.employed_to is not None and other.employed_to < row.ends_on):
        return "left"
    return "away" if any(first < row.ends_on and back > row.starts_on for first, back in away) else ""


@dataclass(frozen=True)
class Headless:
    """A department that nobody will head from a day on."""

    unit_id: int
    unit: str
    head_id: int
    head: str
    day: date
    why: str  # the head "left", or is "away" and nobody stands in


def headless(today: date) -> list[Headless]:
    """Return the departments that will be without a head, as far as is known today. Three queries."""
    units = Unit.objects.filter(closed_on=None, head__isnull=False).select_related("head", "succession__head")
    found = list(units.order_by("pk"))
    rows = [each for unit in found if (each := _left(unit, today)) is not None]
    heads = {unit.head_id for unit in found if unit.head_id}
    away = _rows(Absence.objects.filter(person_id__in=heads, ends_on__gt=today))
    for absence in away:
        if absence.warning:
            rows += [
                Headless(unit.pk, unit.name, absence.person_id, absence.person, absence.starts_on, "away")
                for unit in found
                if unit.head_id == absence.person_id
            ]
    return rows


def _left(unit: Unit, today: date) -> Headless | None:
    head = unit.head
    if head is None or head.employed_to is None:
        return None
    try:
        after = unit.succession
    except ObjectDoesNotExist:
        after = None
    if after is not None and after.leaving_id == head.pk and _stays(after):
        return None
    return Headless(unit.pk, unit.name, head.pk, str(head), max(head.employed_to, today), "left")


def _stays(after: Succession) -> bool:
    """Whether somebody is chosen who works here on that day."""
    return after.head is not None and (after.head.employed_to is None or after.head.employed_to > after.starts_on)


def administrators() -> list[Person]:
    """Return whoever keeps the settings and works here. One query."""
    rows = Person.objects.filter(is_active=True, employed_to=None).select_related("role").order_by("pk")
    return [each for each in rows if access.scope(each, "settings", Right.CHANGE)]
