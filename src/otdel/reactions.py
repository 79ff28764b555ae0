"""Who reacts to what. To events what urls.py is to addresses."""

from __future__ import annotations

from otdel.activities import jobs as activities
from otdel.billing import jobs as billing
from otdel.core.jobs import Job
from otdel.deals import jobs as deals
from otdel.interfaces.files import jobs as files
from otdel.tasks import jobs as tasks

# a membership of the person changed: what they did on those days counts for the department they were in
RESTAMP: list[Job] = [billing.restamp, deals.restamp, activities.restamp]

REACTIONS: dict[str, list[Job]] = {
    "person.hired": RESTAMP,
    "person.moved": RESTAMP,
    "person.move_undone": RESTAMP,
    "person.dismissed": RESTAMP,
    "person.taken_back": RESTAMP,
    "deal.created": [tasks.note],
    "deal.moved": [tasks.note],
    "deal.reopened": [tasks.note],
    "payment.recorded": [tasks.note],
    "import.check_asked": [files.check],
    "import.started": [files.run],
    "import.undo_asked": [files.undo],
}
