"""Everything that changes calls, meetings, letters, proposals and notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from otdel.activities import access
from otdel.activities.actions.reminding import remind
from otdel.activities.models import Activity
from otdel.activities.rules import ActivityValues, AlreadyDone, check, done_at
from otdel.core import custom, journal, live
from otdel.core.act import action
from otdel.core.errors import Invalid, NotFound
from otdel.customers.models import Contact, Customer
from otdel.deals.models import Deal, Lead
from otdel.org.access import check as check_right
from otdel.org.access import limit, one_for, reach, require
from otdel.org.actions.restamping import restamp
from otdel.org.models import Company, Person
from otdel.org.queries import unit_on
from otdel.org.rules import Right

TEXTS = {"subject": 250, "text": 20_000, "result": 250}


@action
def log_activity(*, by: Person, values: ActivityValues, now: datetime) -> Activity:
    """Write down what passed, or plan what will."""
    require(by, "activity", Right.CREATE)
    activity = Activity(created_at=now)
    _fill(activity, by, values, now)
    activity.save()
    if not activity.is_done:
        remind([activity], now)
    kind = "activity.logged" if activity.is_done else "activity.planned"
    live.changed([activity.owner_id], "days")
    journal.record(kind, activity, by=by, at=now, type=activity.kind, day=activity.day)
    return activity


@action
def change_activity(*, by: Person, activity_id: int, values: ActivityValues, now: datetime) -> Activity:
    activity = access.activity_for(by, Right.CHANGE, activity_id)
    day = activity.day
    _fill(activity, by, values, now)
    activity.save()
    remind([activity], now)
    live.changed([activity.owner_id], "days")
    journal.record("activity.changed", activity, by=by, at=now, day=activity.day, before=day)
    return activity


@action
def finish_activity(
    *, by: Person, activity_id: int, result: str = "", at: datetime | None = None, now: datetime
) -> Activity:
    """Mark a planned thing as done; it counts for the day it was planned for, or `at` if that is given."""
    activity = access.activity_for(by, Right.CHANGE, activity_id)
    if activity.is_done:
        raise AlreadyDone(_("It is already done."))
    was = (activity.owner_id, activity.day)
    activity.is_done = True
    activity.result = result.strip()[: TEXTS["result"]] or activity.result
    activity.updated_at = now
    _place(activity, at or done_at(activity.at, now), was)
    activity.save()
    remind([activity], now)
    live.changed([activity.owner_id], "days")
    journal.record("activity.done", activity, by=by, at=now, type=activity.kind, day=activity.day)
    return activity


@action
def bin_activity(*, by: Person, activity_id: int, now: datetime) -> None:
    activity = access.activity_for(by, Right.DELETE, activity_id)
    activity.deleted_at = activity.updated_at = now
    activity.save(update_fields=["deleted_at", "updated_at"])
    remind([activity], now)
    live.changed([activity.owner_id], "days")
    journal.record("activity.binned", activity, by=by, at=now, day=activity.day)


@action
def restore_activity(*, by: Person, activity_id: int, now: datetime) -> Activity:
    activity: Activity = one_for(access.visible_activities(by, binned=True), by, "activity", Right.DELETE, activity_id)
    activity.deleted_at, activity.updated_at = None, now
    activity.save(update_fields=["deleted_at", "updated_at"])
    remind([activity], now)
    live.changed([activity.owner_id], "days")
    journal.record("activity.restored", activity, by=by, at=now, day=activity.day)
    return activity


@action
def restamp_units(*, by: Person | None, person_ids: Iterable[int], now: datetime) -> int:
    """Put these people's activities under the departments they were in; return how many moved. Safe to repeat."""
    return restamp(
        [(Activity.objects.all(), "day")], kind="activities.restamped", by=by, person_ids=person_ids, now=now
    )


def local_day(at: datetime) -> date:
    """Return the company's day of a moment: what a call at half past eleven in the evening counts for."""
    zone = Company.objects.values_list("time_zone", flat=True).first()
    return at.astimezone(ZoneInfo(zone or "UTC")).date()


def _fill(activity: Activity, by: Person, values: ActivityValues, now: datetime) -> None:
    check(values, now)
    if values.kind not in Activity.Kind.values or values.direction not in Activity.Direction.values:
        raise Invalid(_("There is no such kind of activity."), field="kind")
    was = (activity.owner_id, activity.day) if activity.pk else None
    values = _about(by, values, activity)
    for name, longest in TEXTS.items():
        setattr(activity, name, getattr(values, name).strip()[:longest])
    for name in ("kind", "direction", "is_done", "duration", "customer_id", "contact_id", "lead_id", "deal_id"):
        setattr(activity, name, getattr(values, name))
    activity.owner_id = _owner(by, values, activity)
    if values.custom is not None:
        activity.custom = custom.check("activities.activity", values.custom, activity.custom if activity.pk else None)
    activity.updated_at = now
    _place(activity, values.at, was)


def _place(activity: Activity, at: datetime, was: tuple[int, date] | None) -> None:
    """Put the activity on its day, under its owner's department of that day."""
    activity.at, activity.day = at, local_day(at)
    if was != (activity.owner_id, activity.day):
        activity.unit_id = unit_on(activity.owner_id, activity.day)


def _owner(by: Person, values: ActivityValues, activity: Activity) -> int:
    """Who did it: whoever logs it, unless another is named."""
    owner_id = values.owner_id or (activity.owner_id if activity.pk else by.pk)
    if activity.pk and owner_id == activity.owner_id:
        return owner_id
    if not Person.objects.filter(pk=owner_id).exists():
        raise NotFound(_("There is no such person."), field="owner")
    check_right(by, "activity", Right.CHANGE if activity.pk else Right.CREATE, owner_id)
    return owner_id


ABOUT: tuple[tuple[str, type[Any]], ...] = (
    ("deal", Deal),
    ("lead", Lead),
    ("contact", Contact),
    ("customer", Customer),
)


def _about(by: Person, values: ActivityValues, activity: Activity) -> ActivityValues:
    """Check that what it is about may be seen; a deal, lead or contact brings its customer along."""
    customer_id = values.customer_id
    for kind, model in ABOUT:
        pk = getattr(values, f"{kind}_id")
        if pk and pk != getattr(activity, f"{kind}_id"):
            found = _seen(by, kind, model, pk)
            customer_id = customer_id or getattr(found, "customer_id", None)
    return replace(values, customer_id=customer_id)


def _seen(by: Person, kind: str, model: type[Any], pk: int) -> Any:
    rows = limit(model.objects.filter(deleted_at=None), reach(by, kind, Right.VIEW))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such record, or you may not see it."), field=kind)
    return found
