"""What an uploaded file looks like: its columns guessed, or taken as the same headers were understood before."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from otdel.interfaces.files import queries
from otdel.interfaces.files.cells import words
from otdel.interfaces.files.guess.columns import Profile, profile, sample
from otdel.interfaces.files.guess.mapping import Match, is_sure, match, recognise
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.readers import Row, Table
from otdel.interfaces.files.roads import ROADS
from otdel.interfaces.files.rows import Mapper, Use
from otdel.interfaces.files.targets import BY_KEY, Kind, normal, whole

PREVIEW = 12
SCAN = 100_000
MOST_STAGES = 60


@dataclass(frozen=True)
class Understood:
    target: str
    uses: tuple[Use, ...]
    options: Mapping[str, Any]
    fingerprint: str
    is_remembered: bool

    def as_values(self) -> dict[str, Any]:
        return {
            "target": self.target, "columns": [asdict(use) for use in self.uses], "options": dict(self.options),
            "fingerprint": self.fingerprint,
        }  # fmt: skip


@dataclass(frozen=True)
class Look:
    """The top of a file with what its columns hold."""

    rows: list[Row]
    profiles: tuple[Profile, ...]


def look(table: Table) -> Look:
    rows = sample(table)
    return Look(rows, profile(table, rows))


def understand(session: ImportSession, person: Any, table: Table, seen: Look, target: str = "") -> Understood:
    """Decide kind and columns: as the same headers were understood last time, else by guess.

    A kind the person may not bring in is not offered. Where no kind is likely, or two are alike, none is said:
    the person is asked.
    """
    mark = fingerprint(table)
    allowed = [each.key for each in queries.allowed_targets(person)]
    known = queries.remembered(person, mark) if mark else None
    if known is not None and known.target in allowed and target in ("", known.target):
        fields = {each.key for each in whole(known.target).fields}  # one of the company's may be out of use by now
        uses = tuple(Use(**use) for use in known.columns if use["field"] in fields)
        if all(use.position < table.width for use in uses):
            # forms belong to the file, not to its headers: a copy saved abroad may turn its dates round
            fresh = _with_forms([(use.position, use.field, use.argument) for use in uses], seen)
            return Understood(known.target, fresh, known.options, mark, True)
    name = session.file_name
    if not target:
        ranked = ranked_for(allowed, table, seen, name)
        if not is_sure(ranked) and len(ranked) > 1:
            return Understood("", (), {}, mark, False)
        target = ranked[0].target
    found = match(whole(target), table.headers, seen.profiles, name)
    uses = _with_forms([(use.position, use.field, use.argument) for use in found.uses], seen)
    return Understood(found.target, uses, {}, mark, False)


def ranked_for(allowed: Collection[str], table: Table, seen: Look, name: str) -> list[Match]:
    """Return the kinds one may bring in, the likeliest first; all where one may bring in none."""
    ranked = recognise(table, seen.profiles, name)
    return [each for each in ranked if each.target in allowed] or list(ranked)


def _with_forms(uses: Sequence[tuple[int, str, str]], seen: Look) -> tuple[Use, ...]:
    return tuple(
        Use(position, field, argument, seen.profiles[position].order.value, seen.profiles[position].decimal.value)
        for position, field, argument in uses
    )


def fingerprint(table: Table) -> str:
    """The headers, whatever order their letters' case was in; a file without headers is like no other."""
    if not table.has_header:
        return ""
    names = "\n".join(normal(header.name) for header in table.headers)
    return hashlib.sha256(names.encode()).hexdigest()


def stages_in(mapper: Mapper) -> list[tuple[str, str]]:
    """Names of stages in the file, each with the outcome its name suggests; the first hundred thousand rows."""
    places = mapper.places("stage")
    if not places:
        return []
    found: dict[str, None] = {}
    for parsed in islice(mapper.parsed(), SCAN):
        value = parsed.values[places[0]]
        if isinstance(value, str) and value not in found:
            found[value] = None
            if len(found) >= MOST_STAGES:
                break
    return [(name, {"won": "WON", "lost": "LOST"}.get(words.stage_outcome(name), "OPEN")) for name in found]


def currencies_in(mapper: Mapper) -> list[str]:
    places = mapper.places("currency")
    if not places:
        return []
    values = (parsed.values[places[0]] for parsed in islice(mapper.parsed(), SCAN))
    return sorted({value for value in values if isinstance(value, str)})


def missing_fields(target: str, uses: Sequence[Use]) -> list[tuple[str, ...]]:
    """Groups of fields of which none is fed."""
    given = {use.field for use in uses}
    return [group for group in BY_KEY[target].needs if not given & set(group)]


def has_field(session: ImportSession, name: str) -> bool:
    return any(use["field"] == name for use in session.columns)


def dropped(session: ImportSession) -> list[str]:
    """Fields of the file that are understood but not kept."""
    return [name for name in ROADS[session.target].dropped if has_field(session, name)]


def needs_form(profile_: Profile, kind: Kind | None) -> tuple[bool, bool]:
    """Does the column's reading depend on the order of dates, on the decimal mark?"""
    dates = kind in (Kind.DATE, Kind.DATETIME, Kind.PERIOD) and profile_.order.reason != "no_dates"
    return dates, kind in (Kind.MONEY, Kind.NUMBER) and profile_.decimal.reason != "no_marks"
