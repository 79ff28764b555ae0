"""Questions about calls, meetings, letters, proposals and notes."""

from otdel.activities.queries.cards import ActivityCard, ActivityRow, activity_card, latest
from otdel.activities.queries.lists import ACTIVITIES

__all__ = ["ACTIVITIES", "ActivityCard", "ActivityRow", "activity_card", "latest"]
