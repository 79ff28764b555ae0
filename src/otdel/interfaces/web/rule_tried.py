"""What a rule would have done, in words and rows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.automation import queries
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats
from otdel.interfaces.web.rule_says import record_name, record_url


def tried_of(request: PersonRequest, found: Any, owner: Any) -> dict[str, Any]:
    """Say what the rule would have done in the last 90 days."""
    run, fmt = queries.dry_run(request.user, found, owner, request.now), formats.current()
    words = ngettext(
        "Since %(day)s it would have fired %(count)s time.",
        "Since %(day)s it would have fired %(count)s times.",
        run.count,
    )
    if run.cut:
        words = _("Since %(day)s it would have fired more than %(count)s times.")
    return {
        "words": words % {"count": fmt.number(run.count), "day": fmt.day(run.since, request.today)},
        "cut": run.cut,
        "kinds": _by_kind(run),
        "turns": queries.turns_to(found),
        "rows": [
            {
                "name": record_name(each.kind, each.name),
                "url": record_url(each.kind, each.record_id, found.metric, f"{each.day:%Y-%m}") if each.name else "",
                "day": fmt.day(each.day, request.today),
                "to": _to(each),
            }
            for each in run.rows[:200]
        ],
        "hidden": max(run.count - 200, 0),
    }


def _to(each: queries.Would) -> str:
    """Who would get it; of a role perhaps nobody."""
    if not each.name:
        return ""
    names = ", ".join(each.to)
    if each.one and len(each.to) > 1:
        return _("one of: %(names)s") % {"names": names}
    return names or _("nobody: it would be refused")


def _by_kind(run: queries.DryRun) -> str:
    """How many of each kind, where a rule speaks of several."""
    if len(run.kinds) < 2:
        return ""
    counts = {kind: formats.current().number(count) for kind, count in run.kinds.items()}
    return _("Lines of people: %(person)s, of departments: %(unit)s.") % counts
