"""What every page of tasks shares: the tabs, the colours of states, the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces.http import PersonRequest, local_address
from otdel.interfaces.web.nav import entrance
from otdel.org import access
from otdel.org.rules import Right
from otdel.tasks import queries

TABS = (
    (lazy("Tasks"), "tasks"),
    (lazy("By deadline"), "task_board"),
    (lazy("Calendar"), "task_calendar"),
    (lazy("By person"), "task_team"),
    (lazy("Efficiency"), "task_efficiency"),
    (lazy("Templates"), "task_templates"),
)
__all__ = ["TABS", "TONES", "local_address", "tabs", "unit_options", "whose_options"]
TONES = {"NEW": "accent", "REVIEW": "over", "RETURNED": "under", "DONE": "done", "DECLINED": "under"}


def tabs(now: str) -> list[tuple[Any, str, bool]]:
    return [(words, entrance(name), name == now) for words, name in TABS]


def whose_options(
    request: PersonRequest, who: str, keep: Sequence[tuple[str, str]] = ()
) -> list[tuple[str, str, bool]]:
    """Whose work a page shows: one's own, what one gave, what one observes, and for a head that of each of theirs."""
    kept = [(name, value) for name, value in keep if value]
    people = queries.people(request.user) if queries.is_head(request.user) else []
    rows = [(_("For me to do"), ""), (_("Given by me"), "given"), (_("I observe"), "watching")]
    rows += [(_("Everyone's"), "all")] if people else []
    rows += [(name, str(pk)) for pk, name in people if pk != request.user.pk]
    chosen = who if who in {code for _name, code in rows} else ""
    return [(name, f"?{urlencode([*kept, *([('who', code)] if code else [])])}", code == chosen) for name, code in rows]


def unit_options(
    request: PersonRequest, chosen: int | None, keep: Sequence[tuple[str, str]] = ()
) -> list[tuple[str, str, bool]]:
    """Departments the person looks at, nothing when there is one."""
    reached = access.unit_reach(request.user, "task", Right.VIEW)
    rows = [
        ("\u2003" * depth + node.name, f"?{urlencode([*keep, ('unit', str(node.id))])}", node.id == chosen)
        for depth, node in access.tree_for(request.user).walk()
        if node.closed_on is None and reached.includes_unit(node.id)
    ]
    return [(_("All departments"), f"?{urlencode(keep)}", chosen is None), *rows] if len(rows) > 1 else []
