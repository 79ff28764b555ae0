"""What waits for what: a task for those it depends on, and for its subtasks. Never in a circle."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.org.models import Person
from otdel.tasks import access, rules
from otdel.tasks.actions import journal
from otdel.tasks.models import Dependency, Task

MOST = 50
# one change of the chains at a time: two that are right apart may make a circle together
LOCK = "select pg_advisory_xact_lock(hashtext('tasks.chains'))"
WAITS = """
with recursive waits (id) as (
    select %s::bigint
    union
    select link.needs from (
        select task_id as task, needs_id as needs from tasks_dependency
        union all
        select parent_id, id from tasks_task where parent_id is not null
    ) link join waits on link.task = waits.id
) select 1 from waits where id = %s"""


def check(task_id: int, needs_id: int) -> None:
    """Refuse a link after which a task would wait for itself."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(WAITS, [needs_id, task_id])
        if cursor.fetchone():
            raise Conflict(_("The tasks would wait for one another in a circle."), field="needs")


@action
def add_need(*, by: Person, task_id: int, needs_id: int, now: datetime) -> Dependency:
    """Let the task wait until another is done."""
    task, stand = access.task_for(by, task_id)
    rules.must(stand.works)
    needed = access.visible_tasks(by).filter(pk=needs_id).first()
    if needed is None:
        raise NotFound(_("There is no such task, or you may not see it."), field="needs")
    if task.needs.count() >= MOST:
        raise Invalid(_("A task can wait for fifty tasks at most."), field="needs")
    check(task.pk, needed.pk)
    link, _new = Dependency.objects.get_or_create(task=task, needs=needed)
    journal.record("task.bound", task, by=by, at=now, needs=needed.pk, name=needed.title)
    return link


@action
def remove_need(*, by: Person, task_id: int, needs_id: int, now: datetime) -> None:
    task, stand = access.task_for(by, task_id)
    rules.must(stand.works)
    if not task.needs.filter(needs_id=needs_id).delete()[0]:
        raise NotFound(_("It does not wait for that task."))
    journal.record("task.unbound", task, by=by, at=now, needs=needs_id)


def check_unblocked(by: Person, task: Task) -> None:
    """Refuse to begin what waits for something, and say for what. One query, a second one when it does."""
    open_ones = Task.objects.filter(needed_by__task=task, deleted_at=None).exclude(state=Task.State.DONE)
    ids = list(open_ones.values_list("pk", flat=True))
    if not ids:
        return
    titles = list(access.visible_tasks(by).filter(pk__in=ids).values_list("title", flat=True)[:3])
    words = ", ".join(f"«{title}»" for title in titles) or _("a task of others")
    raise rules.Blocked(_("This must be done first: %(titles)s.") % {"titles": words})
