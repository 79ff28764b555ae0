"""Signs of life; and what every import stands on: many rows at a time, and taking a whole batch back."""

from __future__ import annotations

from otdel.core.actions.beat import WORKER, beat
from otdel.core.actions.rows import Entries, Pen
from otdel.core.actions.undo import PORTION, Undone, undo_step

__all__ = ["PORTION", "WORKER", "Entries", "Pen", "Undone", "beat", "undo_step"]
