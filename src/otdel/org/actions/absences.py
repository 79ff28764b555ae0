"""Hours of work, and days people are away."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.org import access
from otdel.org.models import Absence, Company, Person
from otdel.org.rules import Right, check_hours, day_after


@action
def set_company_hours(*, by: Person, starts: time, ends: time, now: datetime) -> None:
    """Say when the company works: deadlines and reminders are counted by it."""
    access.require(by, "settings", Right.CHANGE)
    check_hours(starts, ends)
    company = Company.objects.select_for_update().get()
    company.work_starts, company.work_ends = starts, ends
    company.save(update_fields=["work_starts", "work_ends"])
    journal.record("company.hours_set", company, by=by, at=now, starts=starts, ends=ends)


@action
def set_own_hours(*, by: Person, starts: time | None, ends: time | None, now: datetime) -> None:
    """Say when one works oneself; without both, when the company does."""
    if (starts is None) != (ends is None):
        raise Invalid(_("Give both times, or neither."), field="work_ends")
    if starts is not None and ends is not None:
        check_hours(starts, ends)
    person = Person.objects.select_for_update().get(pk=by.pk)
    person.work_starts, person.work_ends = starts, ends
    person.save(update_fields=["work_starts", "work_ends"])
    journal.record("person.hours_set", person, by=by, at=now, starts=starts, ends=ends)


@action
def add_absence(
    *,
    by: Person,
    person_id: int,
    starts_on: date,
    last_on: date,
    substitute_id: int | None = None,
    reason: str = "",
    now: datetime,
) -> Absence:
    """Say that one is away, or that somebody is whose card one may change, and who answers meanwhile."""
    person = access.person_for_absence(by, person_id)
    ends_on = _checked(by, person, starts_on, last_on, substitute_id)
    absence = Absence.objects.create(
        person=person,
        starts_on=starts_on,
        ends_on=ends_on,
        substitute_id=substitute_id,
        reason=" ".join(reason.split())[:200],
    )
    journal.record("absence.added", absence, by=by, at=now, person=person.pk, substitute=substitute_id)
    return absence


@action
def change_absence(
    *,
    by: Person,
    absence_id: int,
    starts_on: date,
    last_on: date,
    substitute_id: int | None = None,
    reason: str = "",
    now: datetime,
) -> Absence:
    """Move an absence to other days, or say anew who answers meanwhile."""
    absence = _absence(by, absence_id)
    before = {"starts_on": absence.starts_on, "ends_on": absence.ends_on, "substitute": absence.substitute_id}
    absence.ends_on = _checked(by, absence.person, starts_on, last_on, substitute_id, but=absence.pk)
    absence.starts_on, absence.substitute_id = starts_on, substitute_id
    absence.reason = " ".join(reason.split())[:200]
    absence.save()
    journal.record(
        "absence.changed", absence, by=by, at=now, person=absence.person_id, substitute=substitute_id, before=before
    )
    return absence


def _checked(
    by: Person, person: Person, starts_on: date, last_on: date, substitute_id: int | None, but: int = 0
) -> date:
    """Refuse days and substitutes that cannot be; return the first day back."""
    ends_on = day_after(last_on)
    if starts_on >= ends_on or ends_on - starts_on > timedelta(days=1100):
        raise Invalid(_("The last day of the absence comes before the first, or far after it."), field="last_on")
    others = Absence.objects.filter(person=person, starts_on__lt=ends_on, ends_on__gt=starts_on)
    if others.exclude(pk=but).exists():
        raise Conflict(_("There is an absence on these days already."), field="starts_on")
    _check_substitute(by, person, substitute_id)
    return ends_on


def _check_substitute(by: Person, person: Person, substitute_id: int | None) -> None:
    working = access.visible_people(by).filter(is_active=True, employed_to=None)
    if substitute_id is not None and (substitute_id == person.pk or not working.filter(pk=substitute_id).exists()):
        raise Invalid(_("Choose somebody else who works here."), field="substitute")


@action
def remove_absence(*, by: Person, absence_id: int, now: datetime) -> None:
    absence = _absence(by, absence_id)
    said = {"person": absence.person_id, "substitute": absence.substitute_id, "starts_on": absence.starts_on}
    journal.record("absence.removed", absence, by=by, at=now, **said)
    absence.delete()


def _absence(by: Person, absence_id: int) -> Absence:
    absence = Absence.objects.select_for_update(of=("self",)).select_related("person").filter(pk=absence_id).first()
    if absence is None:
        raise NotFound(_("There is no such absence."))
    access.person_for_absence(by, absence.person_id)
    return absence
