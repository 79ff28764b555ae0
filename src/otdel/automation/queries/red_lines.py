"""When a line of the month's plan, somebody's or a department's, had been red for so many working days in a row.

A spell of red fires once: its key is the month's and its number there. The line has to come back within its tolerance
on a working day after the firing before it can fire again that month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from otdel.automation.models import Firing, Rule
from otdel.automation.rules import kinds_of
from otdel.core.periods import Kind, Period
from otdel.org import access
from otdel.org.models import Person
from otdel.org.queries import calendar, company_of
from otdel.org.rules import Right, Scope
from otdel.plans.queries.reds import Who, red_days


class Red(NamedTuple):
    """Whose line, the key of the spell, and the day on which it had lasted long enough."""

    kind: str
    record_id: int
    key: str
    day: date


class Spell(NamedTuple):
    """Working days in a row on which a line was red: the first of them, and the one on which it had lasted enough."""

    first: date
    reached: date
    is_open: bool


def red_lines(rule: Rule, owner: Person, first: date, last: date, still: bool) -> list[Red]:
    """Return the spells that had lasted long enough between two days, the earliest first.

    `still`: those that last today, and the rule has not fired for.
    """
    if access.scope(owner, "plan", Right.VIEW) == Scope.NONE:
        return []
    months = [Period.of(Kind.MONTH, last)] if still else _months(first, last)
    found = [red for month in months for red in _of_month(rule, owner, month, last, still)]
    return sorted(
        (red for red in found if still or red.day >= first), key=lambda red: (red.day, red.kind, red.record_id)
    )


def _of_month(rule: Rule, owner: Person, month: Period, last: date, still: bool) -> Iterator[Red]:
    metric, kinds = rule.metric or "payments", kinds_of(rule.when, rule.lines)
    key = f"{metric}:{month}"
    reds = red_days(owner, month, metric, rule.unit_id or _top(owner), last, kinds)
    worked = [day for day in calendar(company_of(owner).country).working_days(month) if day <= last]
    fired = _fired(rule, owner, kinds, key) if still else {}
    for who, days in reds.days.items():
        for spell in _spells(worked, set(days), max(rule.days, 1)):
            known = fired.get(who, [])
            if not still:
                yield Red(*who, key, spell.reached)
            elif spell.is_open and (not known or (not reds.is_level and spell.first > max(known))):
                yield Red(*who, f"{key}:{len(known) + 1}" if known else key, last)


def _spells(worked: Sequence[date], red: Collection[date], wanted: int) -> Iterator[Spell]:
    """Yield the stretches of red working days that were long enough."""
    run: list[date] = []
    for day in (*worked, None):
        if day is not None and day in red:
            run.append(day)
            continue
        if len(run) >= wanted:
            yield Spell(run[0], run[wanted - 1], is_open=day is None)
        run = []


def _fired(rule: Rule, owner: Person, kinds: Collection[str], key: str) -> dict[Who, list[date]]:
    """Return the days on which the rule fired this month, by whose line it was. One query."""
    zone = ZoneInfo(company_of(owner).time_zone)
    rows = Firing.objects.filter(rule=rule, kind__in=list(kinds), key__startswith=key)
    found: dict[Who, list[date]] = {}
    for kind, pk, at in rows.values_list("kind", "record_id", "at"):
        found.setdefault((kind, pk), []).append(at.astimezone(zone).date())
    return found


def _months(first: date, last: date) -> list[Period]:
    found = [Period.of(Kind.MONTH, first)]
    while found[-1].end <= last:
        found.append(found[-1].plus(1))
    return found


def _top(owner: Person) -> int | None:
    """A rule for the whole company is about all of it, whatever its owner heads; None: as their board begins."""
    roots = access.tree_for(owner).roots
    return roots[0] if roots and access.unit_reach(owner, "plan", Right.VIEW).everyone else None
