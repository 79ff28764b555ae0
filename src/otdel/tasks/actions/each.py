"""One task about each of many records, to whoever answers for it or to one chosen person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from otdel.core.act import action
from otdel.core.errors import Invalid, NotFound
from otdel.core.models import Event
from otdel.org.models import Person
from otdel.tasks import access, rules
from otdel.tasks.actions import journal
from otdel.tasks.actions.making import create_tasks
from otdel.tasks.actions.templates import RECORDS, visible_records
from otdel.tasks.rules import TaskValues, To


@action
def give_each(
    *, by: Person, kind: str, ids: Sequence[int], values: TaskValues, to: int | None = None, now: datetime
) -> Event:
    """Give a task about every record the person sees, to `to` or to each record's owner.

    What cannot be given, because its owner left, is counted; refuses when nothing can. The event undoes it.
    """
    if kind not in RECORDS:
        raise NotFound(_("There is no such list."))
    if len(set(ids)) > rules.MOST_PEOPLE:
        raise Invalid(_("At most a thousand rows at once: narrow the list first."))
    working = set(access.receivers(by).values_list("pk", flat=True))
    made, refused = [], 0
    for pk, owner in visible_records(by, kind).filter(pk__in=ids).order_by("pk").values_list("pk", "owner_id"):
        whom = to or owner
        if whom not in working:
            refused += 1
            continue
        try:
            made += create_tasks(by=by, values=replace(values, **{f"{kind}_id": pk}), to=To(people=(whom,)), now=now)
        except NotFound:
            refused += 1
    if not made:
        raise Invalid(_("There is nobody to give them to: those responsible for them no longer work here."))
    given = [task.pk for task in made]
    return journal.record("tasks.given", None, by=by, at=now, count=len(made), refused=refused, ids=given)
