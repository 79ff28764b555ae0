"""What every page of tasks shares: the tabs, the colours of states, the way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces.http import PersonRequest
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
TONES = {"NEW": "accent", "REVIEW": "over", "RETURNED": "under", "DONE": "done", "DECLINED": "under"}


def local_address(request: PersonRequest, target: str) -> str:
    return target if target.startswith("/") and url_has_allowed_host_and_scheme(target, {request.get_host()}) else ""


def tabs(now: str) -> list[tuple[Any, str, bool]]:
    return [(words, entrance(name), name == now) for words, name in TABS]


def whose_options(request: PersonRequest, who: str, keep: dict[str, str] | None = None) -> list[tuple[str, str, bool]]:
    """Whose work a page shows: one's own, what one gave, and for a head that of each of theirs."""
    kept = {name: value for name, value in (keep or {}).items() if value}
    people = queries.people(request.user) if queries.is_head(request.user) else []
    rows = [(_("For me to do"), ""), (_("Given by me"), "given")]
    rows += [(name, str(pk)) for pk, name in people if pk != request.user.pk]
    return [(name, f"?{urlencode(kept | ({'who': code} if code else {}))}", code == who) for name, code in rows]


def unit_options(
    request: PersonRequest, chosen: int | None, keep: dict[str, str] | None = None
) -> list[tuple[str, str, bool]]:
    """Departments the person looks at, nothing when there is one."""
    reached = access.unit_reach(request.user, "task", Right.VIEW)
    rows = [
        ("\u2003" * depth + node.name, f"?{urlencode((keep or {}) | {'unit': str(node.id)})}", node.id == chosen)
        for depth, node in access.tree_for(request.user).walk()
        if node.closed_on is None and reached.includes_unit(node.id)
    ]
    return [(_("All departments"), f"?{urlencode(keep or {})}", chosen is None), *rows] if len(rows) > 1 else []
