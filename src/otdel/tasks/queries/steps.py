"""What nobody has planned anything for: open deals and customers without a next step.

A next step is a task that is still to bring something, or a planned call, meeting or letter. The conditions here narrow
the list a number opens; the number itself is kept (sums.py), and counted afresh of whatever changed this minute.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from otdel.activities.models import Activity
from otdel.core.listing import Flag, Listing
from otdel.tasks.models import Task
from otdel.tasks.models.task import STEP


def _without(name: str) -> Q:
    mine: dict[str, Any] = {name: OuterRef("pk"), "deleted_at": None}
    planned = Activity.objects.filter(is_done=False, **mine)
    return Q(~Exists(Task.objects.filter(STEP, **mine)), ~Exists(planned))


def deal_without_step() -> Q:
    return Q(closed_on=None) & _without("deal")


def customer_without_step() -> Q:
    return _without("customer")


class _Latest(Subquery):
    template = "(SELECT max(last) FROM (%(subquery)s) ended)"
    output_field = DateTimeField()


def without_step_since(rows: Any, name: str) -> Any:
    """Keep what has no next step, with the moment it has none since: when the last one was over, or it came itself.

    `name` is how tasks and activities call it: "deal" or "customer".
    """
    mine: dict[str, Any] = {name: OuterRef("pk")}
    ended = Coalesce("deleted_at", "done_at", "updated_at", output_field=DateTimeField())
    tasks = Task.objects.filter(**mine).order_by().values(last=ended)
    passed = Coalesce("deleted_at", "at", output_field=DateTimeField())
    activities = Activity.objects.filter(is_done=True, **mine).order_by().values(last=passed)
    begins = "stage_since" if name == "deal" else "created_at"
    since = Greatest(F("created_at"), F(begins), _Latest(tasks), _Latest(activities))
    condition = deal_without_step() if name == "deal" else customer_without_step()
    return rows.filter(condition, deleted_at=None).annotate(step_since=since)


_NONE = _("Without a next step")
DEAL_STEP = Flag("step", _("Next step"), conditions={"none": (_NONE, lambda asking: deal_without_step())})
CUSTOMER_STEP = Flag("step", _("Next step"), conditions={"none": (_NONE, lambda asking: customer_without_step())})
# what opens exactly the counted rows
ROWS = {"step": "none", "owner": "me"}


def with_steps(listing: Listing, step: Flag) -> Listing:
    """Let a list of a lower room be narrowed by what it does not know of: tasks."""
    return replace(listing, filters=(*listing.filters, step))
