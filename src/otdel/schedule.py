"""What happens by the clock. To time what urls.py is to addresses."""

from __future__ import annotations

from otdel.core import jobs

jobs.every("* * * * *")(jobs.beat)
