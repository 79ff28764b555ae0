"""Tasks as the rows of a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import day_rows, marks, task_says
from otdel.interfaces.web.task_shared import TONES
from otdel.tasks import queries, rules


class Lines:
    """Tasks as the rows of a page; what they have in common is asked once, and deadlines are often the same."""

    def __init__(self, request: PersonRequest) -> None:
        self.now, self.me, self.words = request.now, request.user.pk, _("from %(name)s")
        self.dues: dict[tuple[datetime | None, bool], tuple[str, bool]] = {}
        self.badges: dict[str, str] = {"SEEN": ""}

    def __call__(self, row: queries.TaskRow) -> dict[str, Any]:
        words, late = self._due(row)
        note = row.about
        if row.creator_id != self.me:
            given = self.words % {"name": row.creator}
            note = f"{note} · {given}" if note else given
        url = day_rows.address("task", row.id)
        return {
            "id": row.id,
            "at": row.deadline,
            "url": url,
            "title": row.title,
            "note": note,
            "text": rules.plain(row.text)[:160],
            "due": words,
            "late": late,
            "done": day_rows.address("task_do", row.id, "submit"),
            # what asks for a result is handed in where it can be given
            "hand_in": f"{url}#submit" if row.proof else "",
            "badge": self._badge(row.state),
            "high": row.priority == 3,
            "icon": "",
        }

    def _due(self, row: queries.TaskRow) -> tuple[str, bool]:
        key = row.deadline, row.has_time
        if key not in self.dues:
            self.dues[key] = task_says.due(*key, self.now)
        return self.dues[key]

    def _badge(self, state: str) -> str:
        if state not in self.badges:
            self.badges[state] = marks.badge(str(queries.STATES[state]), TONES.get(state, ""))
        return self.badges[state]
