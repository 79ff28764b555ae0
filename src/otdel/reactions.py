"""Who reacts to what. To events what urls.py is to addresses."""

from __future__ import annotations

from otdel.activities import jobs as activities
from otdel.billing import jobs as billing
from otdel.core.jobs import Job
from otdel.deals import jobs as deals
from otdel.interfaces.files import jobs as files

# a membership of the person changed: what they did on those days counts for the department they were in
RESTAMP: list[Job] = [billing.restamp, deals.restamp, activities.restamp]

REACTIONS: dict[str, list[Job]] = {
    "person.hired": RESTAMP,
    "person.moved": RESTAMP,
    "person.move_undone": RESTAMP,
    "person.dismissed": RESTAMP,
    "person.taken_back": RESTAMP,
    "import.check_asked": [files.check],
    "import.started": [files.run],
    "import.undo_asked": [files.undo],
}
