"""Questions about calls, meetings, letters, proposals and notes."""

from otdel.activities.queries.cards import ActivityCard, ActivityRow, Planned, activity_card, latest, moments, planned
from otdel.activities.queries.lists import ACTIVITIES, DIRECTIONS, KINDS

__all__ = [
    "ACTIVITIES",
    "DIRECTIONS",
    "KINDS",
    "ActivityCard",
    "ActivityRow",
    "Planned",
    "activity_card",
    "latest",
    "moments",
    "planned",
]
