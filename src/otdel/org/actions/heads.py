"""Who heads a department after its head leaves: at once, or on the day when it comes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Invalid
from otdel.org import access
from otdel.org.models import Person, Succession, Unit


def hand_units(
    by: Person, person: Person, day: date, successors: Mapping[int, int | None], today: date, now: datetime
) -> None:
    """Settle who heads the departments of the person from their first day off."""
    for unit in Unit.objects.select_for_update().filter(head=person).order_by("pk"):
        head = _next(by, person, day, successors.get(unit.pk))
        if day <= today:
            _seat(unit, head, by, now)
        else:
            values = {"leaving": person, "head": head, "starts_on": day}
            Succession.objects.update_or_create(unit=unit, defaults=values)


def _next(by: Person, person: Person, day: date, head_id: int | None) -> Person | None:
    if head_id is None:
        return None
    working = access.visible_people(by).filter(Q(employed_to=None) | Q(employed_to__gt=day), is_active=True)
    found = working.filter(pk=head_id).exclude(pk=person.pk).first()
    if found is None:
        raise Invalid(_("Choose a head who works here after that day."), field="head")
    return found


def _seat(unit: Unit, head: Person | None, by: Person | None, now: datetime) -> None:
    before = unit.head_id
    Unit.objects.filter(pk=unit.pk).update(head=head)
    Succession.objects.filter(unit=unit).delete()
    journal.record("unit.headed", unit, by=by, at=now, before=before, after=head.pk if head else None)


@action
def succeed(*, by: None = None, today: date, now: datetime) -> int:
    """Put in the heads whose day has come; return how many departments changed hands.

    Somebody made head in between stays; a next head who has left by now leaves the department without one.
    """
    due = Succession.objects.select_for_update(of=("self",)).filter(starts_on__lte=today).order_by("pk")
    found = list(due.select_related("unit", "head"))
    for each in found:
        if each.unit.head_id == each.leaving_id:
            stays = each.head is not None and (each.head.employed_to is None or each.head.employed_to > today)
            _seat(each.unit, each.head if stays else None, by, now)
        else:
            each.delete()
    return len(found)
