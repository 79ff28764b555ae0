"""Everything that changes calls, meetings, letters, proposals and notes."""

from __future__ import annotations

from otdel.activities.actions.imports import ActivityRow, import_activities
from otdel.activities.actions.log import (
    bin_activity,
    change_activity,
    finish_activity,
    local_day,
    log_activity,
    restamp_units,
    restore_activity,
)

__all__ = [
    "ActivityRow",
    "bin_activity",
    "change_activity",
    "finish_activity",
    "import_activities",
    "local_day",
    "log_activity",
    "restamp_units",
    "restore_activity",
]
