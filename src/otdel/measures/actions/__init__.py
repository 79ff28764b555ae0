"""Everything that changes manual control."""

from otdel.measures.actions.control import declare, end_control, prolong
from otdel.measures.actions.days import (
    accept_day,
    add_action,
    change_action,
    confirm_day,
    hand_in,
    note_action,
    remove_action,
    restore_action,
    return_day,
    set_day_norm,
)
from otdel.measures.actions.norms import drop_norm, set_norm
from otdel.measures.actions.rhythm import check_control, keep, make_days, report_days

__all__ = [
    "accept_day",
    "add_action",
    "change_action",
    "check_control",
    "confirm_day",
    "declare",
    "drop_norm",
    "end_control",
    "hand_in",
    "keep",
    "make_days",
    "note_action",
    "prolong",
    "remove_action",
    "report_days",
    "restore_action",
    "return_day",
    "set_day_norm",
    "set_norm",
]
