"""Who reacts to what. To events what urls.py is to addresses."""

from __future__ import annotations

from otdel.activities import jobs as activities
from otdel.automation import jobs as automation
from otdel.billing import jobs as billing
from otdel.core.jobs import Job
from otdel.deals import jobs as deals
from otdel.interfaces.files import jobs as files
from otdel.notifications import jobs as notifications
from otdel.tasks import jobs as tasks

# a membership of the person changed: what they did on those days counts for the department they were in
RESTAMP: list[Job] = [billing.restamp, deals.restamp, activities.restamp]

# when people work has changed: reminders are counted in working time
COUNT: list[Job] = [notifications.count_anew]
# rules written by people wait for these; which rule for which event: otdel.automation.rules.EVENTS
FOR_RULES = (
    "deal.created",
    "deal.moved",
    "deal.reopened",
    "lead.created",
    "customer.created",
    "invoice.created",
    "task.returned",
)

REACTIONS: dict[str, list[Job]] = {
    "person.hired": RESTAMP,
    "person.moved": [*RESTAMP, *COUNT],
    "person.move_undone": RESTAMP,
    "person.dismissed": RESTAMP,
    "person.taken_back": RESTAMP,
    "deal.created": [tasks.note],
    "deal.moved": [tasks.note],
    "deal.reopened": [tasks.note],
    "payment.recorded": [tasks.note],
    "company.changed": COUNT,
    "company.hours_set": COUNT,
    "person.hours_set": COUNT,
    "absence.added": [notifications.stands_in],
    "absence.changed": [notifications.take_back, notifications.stands_in],
    # what was put off until they are back need not wait any more
    "absence.removed": [notifications.take_back, *COUNT],
    "person.changed": COUNT,
    "person.changed_own": COUNT,
    "calendar.day_set": COUNT,
    "calendar.day_cleared": COUNT,
    "reminder_rule.changed": COUNT,
    "rule.calls": [automation.call],
    "import.check_asked": [files.check],
    "import.started": [files.run],
    "import.undo_asked": [files.undo],
}
for _kind in FOR_RULES:
    REACTIONS[_kind] = [*REACTIONS.get(_kind, ()), automation.happened]
