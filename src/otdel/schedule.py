"""What happens by the clock. To time what urls.py is to addresses."""

from __future__ import annotations

from otdel.automation import jobs as automation
from otdel.core import jobs
from otdel.interfaces.api import jobs as api
from otdel.interfaces.files import jobs as files
from otdel.interfaces.mail import jobs as mail
from otdel.measures import jobs as measures
from otdel.notifications import jobs as notifications
from otdel.org import jobs as org
from otdel.plans import jobs as plans
from otdel.tasks import jobs as tasks

jobs.every("* * * * *")(jobs.beat)
jobs.every("* * * * *")(plans.refill)
jobs.every("* * * * *")(notifications.sweep)
jobs.every("* * * * *")(notifications.probe)
jobs.every("*/10 * * * *")(notifications.heads)
jobs.every("* * * * *")(mail.read_mailbox)
jobs.every("10 3 * * *")(notifications.refeed_all)
jobs.every("50 3 * * *")(notifications.tidy)
jobs.every("*/10 * * * *")(org.succeed)
jobs.every("30 3 * * *")(files.forget_files)
jobs.every("40 3 * * *")(api.forget_answers)
jobs.every("* * * * *")(tasks.repeat)
jobs.every("20 3 * * *")(tasks.forget)
jobs.every("* * * * *")(tasks.settle)
jobs.every("40 3 * * *")(tasks.verify)
jobs.every("*/5 * * * *")(measures.rhythm)
jobs.every("* * * * *")(automation.calls)
jobs.every("*/10 * * * *")(automation.sweep)
