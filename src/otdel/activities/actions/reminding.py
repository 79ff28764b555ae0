"""What planned calls and meetings are to be reminded of: said down to notifications in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import prefetch_related_objects

from otdel.activities.kinds import ACTIVITY, RULES
from otdel.activities.models import Activity
from otdel.notifications.actions import replace_reminders
from otdel.notifications.kinds import Watch, feeder, still

ABOUT = ("customer", "contact", "lead", "deal")
AHEAD, BEHIND = frozenset({"BEFORE", "AT"}), frozenset({"AFTER"})
# what was planned longer ago and never closed is for the list "the time has passed", not for a word today
STALE = timedelta(days=14)


def remind(activities: Iterable[Activity], now: datetime) -> None:
    """Put the reminders of these in order; those done, moved away or deleted have none any more."""
    found = list(activities)
    prefetch_related_objects([each for each in found if not each.is_done], *ABOUT)
    watches = [each for activity in found for each in watches_of(activity, now)]
    waiting = {each.subject_id for each in watches}
    over = [each.pk for each in found if each.pk not in waiting]
    if waiting:
        replace_reminders(subject_kind=ACTIVITY, subject_ids=waiting, watches=watches, now=now)
    if over:
        replace_reminders(subject_kind=ACTIVITY, subject_ids=over, watches=(), now=now, closed=True)


def watches_of(activity: Activity, now: datetime) -> list[Watch]:
    """Return what is to be told of a planned call or meeting to whoever holds it."""
    if activity.is_done or activity.deleted_at is not None or activity.kind not in RULES:
        return []
    if activity.at < now - STALE:
        return []
    ahead = Watch(
        subject_kind=ACTIVITY,
        subject_id=activity.pk,
        title=title_of(activity),
        url=f"/deals/activities/{activity.pk}/",
        person_id=activity.owner_id,
        anchor_at=activity.at,
        has_time=True,
        started_at=activity.created_at,
        triggers=AHEAD,
        rules_of=RULES[activity.kind],
    )
    return [ahead, replace(ahead, triggers=BEHIND, rules_of=ACTIVITY)]


def title_of(activity: Activity) -> str:
    """The subject, and with whom; without a subject, what it is about."""
    whom = next((str(found) for name in ABOUT if (found := getattr(activity, name)) is not None), "")
    return " · ".join(filter(None, (activity.subject, whom)))


@feeder(ACTIVITY)
def all_watches(after: int, limit: int, now: datetime) -> tuple[list[Watch], list[int]]:
    """Read planned calls and meetings anew, for when rules, calendars or hours changed, and every night."""
    rows = Activity.objects.select_for_update(of=("self",)).kept().filter(pk__gt=after, is_done=False, kind__in=RULES)
    rows = rows.filter(at__gte=now - STALE).select_related(*ABOUT).order_by("pk")
    found = list(rows[:limit])
    return [each for activity in found for each in watches_of(activity, now)], [activity.pk for activity in found]


@still(ACTIVITY)
def watches_now(ids: Sequence[int], now: datetime) -> list[Watch]:
    """Look once more before telling: an import taken back, or a change past our actions, says nothing here."""
    found = Activity.objects.filter(pk__in=ids).select_related(*ABOUT)
    return [each for activity in found for each in watches_of(activity, now)]
