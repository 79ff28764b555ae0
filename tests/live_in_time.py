"""The program of live updates with its clock moved: for tests that move the time of everything else."""

from __future__ import annotations

import os
from datetime import datetime

import time_machine

time_machine.travel(datetime.fromisoformat(os.environ["LIVE_NOW"]), tick=True).start()

from otdel.interfaces.live.app import application  # noqa: E402

__all__ = ["application"]
