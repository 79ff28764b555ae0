"""What happens by the clock. To time what urls.py is to addresses."""

from __future__ import annotations

from otdel.core import jobs
from otdel.plans import jobs as plans

jobs.every("* * * * *")(jobs.beat)
jobs.every("* * * * *")(plans.refill)
