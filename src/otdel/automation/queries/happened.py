"""What happened lately that a rule would have fired for, the latest first.

It is read from the records: those of before this program, brought by an import, tell as much.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection

from otdel.automation.models import Rule
from otdel.automation.rules import ABOUT, DRY_LOOK
from otdel.billing.models import Invoice
from otdel.customers.models import Customer
from otdel.deals.models import Deal, Lead, StageChange

CREATED: dict[str, Any] = {"deal": Deal, "lead": Lead, "customer": Customer, "invoice": Invoice}


def happened(rule: Rule, since: datetime, zone: Any) -> list[tuple[int, date]]:
    """Return the records and the days, at most one more than a dry run looks at. One query."""
    kind, rows = ABOUT[rule.when], []
    if rule.when == Rule.When.TASK_RETURNED:
        rows = _returned(since)
    elif rule.when == Rule.When.DEAL_STAGE:
        moves = StageChange.objects.filter(at__gte=since, deal__deleted_at=None)
        moves = moves.filter(after=rule.stage_id) if rule.stage_id else moves
        rows = list(moves.order_by("-at", "-id").values_list("deal_id", "at")[: DRY_LOOK + 1])
    else:
        made = CREATED[kind].objects.filter(created_at__gte=since, deleted_at=None)
        rows = list(made.order_by("-created_at", "-pk").values_list("pk", "created_at")[: DRY_LOOK + 1])
    return [(pk, at.astimezone(zone).date()) for pk, at in rows]


# The history of a task's fields says when it was returned, each time. A task that came as returned has no such line: it
# counts once, on the day it was done or, while it is not, last changed.
_RETURNED = """
SELECT t.id, r.at FROM tasks_task t CROSS JOIN LATERAL (
    SELECT h.at FROM core_fieldchange h WHERE h.subject_type = 'tasks.task' AND h.subject_id = t.id
        AND h.operation = 'U'
        AND (h.diff -> 'returned_times' ->> 1)::integer > (h.diff -> 'returned_times' ->> 0)::integer
    UNION ALL
    SELECT coalesce(t.done_at, t.updated_at) WHERE NOT EXISTS (
        SELECT 1 FROM core_fieldchange h WHERE h.subject_type = 'tasks.task' AND h.subject_id = t.id
            AND h.operation = 'U' AND h.diff ? 'returned_times')
) r
WHERE t.returned_times > 0 AND t.deleted_at IS NULL AND t.updated_at >= %s AND r.at >= %s
ORDER BY r.at DESC, t.id DESC LIMIT %s"""


def _returned(since: datetime) -> list[tuple[int, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(_RETURNED, [since, since, DRY_LOOK + 1])
        return list(cursor.fetchall())
