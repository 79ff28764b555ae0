"""What people are told and how it went."""

from otdel.notifications.queries.health import Alarm, alarms, figures
from otdel.notifications.queries.lists import (
    DEAD,
    MEASURES,
    PAGE,
    STATES,
    DeliveryRow,
    NoticeRow,
    OwnReminder,
    RuleRow,
    Ways,
    dead_count,
    deliveries,
    notices,
    own_reminders,
    rule_rows,
    unread_count,
    ways_of,
)

__all__ = [
    "DEAD",
    "MEASURES",
    "PAGE",
    "STATES",
    "Alarm",
    "DeliveryRow",
    "NoticeRow",
    "OwnReminder",
    "RuleRow",
    "Ways",
    "alarms",
    "dead_count",
    "deliveries",
    "figures",
    "notices",
    "own_reminders",
    "rule_rows",
    "unread_count",
    "ways_of",
]
