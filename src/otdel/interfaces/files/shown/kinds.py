"""The page that asks what a file holds: the best guesses, each with what speaks for it and what it lacks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from otdel.interfaces.files import queries, understand
from otdel.interfaces.files.guess.mapping import Match
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.readers import Table
from otdel.interfaces.files.shown.columns import column_name, first_rows, read_as
from otdel.interfaces.files.targets import BY_KEY
from otdel.interfaces.http import PersonRequest

# so many guesses are told with their reasons
MOST = 3
# columns named beside a guess
MOST_COLUMNS = 4


def kind_page(request: PersonRequest, session: ImportSession, table: Table, seen: understand.Look) -> dict[str, Any]:
    allowed = [each.key for each in queries.allowed_targets(request.user)]
    ranked = understand.ranked_for(allowed, table, seen, session.file_name)
    guessed = [each for each in ranked if each.uses][:MOST]
    names = {header.position: column_name(header) for header in table.headers}
    return {
        **read_as(session, table),
        "guesses": [_guess(each, names) for each in guessed],
        "others": [(each.target, BY_KEY[each.target].label) for each in ranked if each not in guessed],
        "is_narrow": len(allowed) < len(BY_KEY),
        "names": list(names.values()),
        "rows": first_rows(table, seen),
    }


def _guess(found: Match, names: dict[int, str]) -> dict[str, Any]:
    target = BY_KEY[found.target]
    uses = sorted(found.uses, key=lambda use: -use.confidence)
    fits = [
        _("“%(column)s” as “%(field)s”") % {"column": names[use.position], "field": target.field(use.field).label}
        for use in uses[:MOST_COLUMNS]
    ]
    lacks = [" / ".join(str(target.field(name).label) for name in group) for group in found.missing]
    return {"key": found.target, "label": target.label, "fits": ", ".join(fits), "lacks": "; ".join(lacks)}
