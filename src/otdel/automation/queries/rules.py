"""The rules there are, one of them, its log, and what it would have done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from otdel.automation import access
from otdel.automation.models import Call, Firing, Rule
from otdel.automation.queries.episodes import back, episodes
from otdel.automation.queries.happened import happened
from otdel.automation.queries.matching import matching, seen, with_customers
from otdel.automation.queries.receivers import Receivers, receivers_of
from otdel.automation.rules import ABOUT, AS_IT_SAYS, DRY_DAYS, DRY_LOOK, DRY_MOST, EVENTS, kinds_of
from otdel.core.errors import NotFound
from otdel.org.models import Person
from otdel.org.queries import zone_of

BY_ITSELF = (Rule.Stop.LIMIT, Rule.Stop.OWNER, Rule.Stop.GONE)


@dataclass(frozen=True)
class RuleRow:
    rule: Rule
    done: int
    other: int
    last_at: datetime | None


def rules(person: Person, now: datetime) -> list[RuleRow]:
    """Return the rules with their firings of the last thirty days. One query besides those of access."""
    access.require(person)
    lately = Q(firings__at__gte=now - timedelta(days=30))
    done = Q(firings__outcome=Firing.Outcome.DONE)
    rows = access.visible_to(person).select_related("owner", "unit")
    found = rows.annotate(
        done=Count("firings", filter=lately & done),
        other=Count("firings", filter=lately & ~done),
        last_at=Max("firings__at"),
    )
    return [RuleRow(row, row.done, row.other, row.last_at) for row in found.order_by("-is_on", "name", "pk")]


def rule(person: Person, rule_id: int) -> Rule:
    access.require(person)
    found = access.visible_to(person).select_related("owner__role", "unit").filter(pk=rule_id).first()
    if found is None:
        raise NotFound(_("There is no such rule, or you may not see it."))
    return found


def log(person: Person, rule_id: int, before: int | None = None, most: int = 50) -> list[Firing]:
    """Return what the rule did, the latest first. One query besides that of the rule."""
    rows = Firing.objects.filter(rule=rule(person, rule_id))
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:most])


def calls_of(ids: Sequence[int]) -> dict[int, list[Call]]:
    """Return the attempts to call the webhooks of these firings, in their order. One query, none for none."""
    found: dict[int, list[Call]] = {}
    for each in Call.objects.filter(firing__in=ids).order_by("firing_id", "number") if ids else ():
        found.setdefault(each.firing_id, []).append(each)
    return found


def names_of(ids: Collection[int]) -> dict[int, str]:
    """Return what rules are called, for the histories of what they did. One query, none for none."""
    return dict(Rule.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


@dataclass(frozen=True)
class Would:
    """A record the rule would have fired for, and the day; without a name it is not for these eyes."""

    record_id: int
    kind: str
    name: str
    day: date
    # who would get it, where the rule turns to somebody; of `one` one of them
    to: tuple[str, ...] = ()
    one: bool = False


@dataclass(frozen=True)
class DryRun:
    """How often, for how many of each kind of record, and the latest of them."""

    count: int
    kinds: dict[str, int]
    rows: list[Would]
    since: date
    # more happened than a dry run looks at: it is at least so often
    cut: bool


def dry_run(person: Person, rule: Rule, owner: Person, now: datetime) -> DryRun:
    """Return what the rule would have fired for in the last 90 days, the latest first; it changes nothing.

    Records are looked at as they are now: a condition on a field says what it holds today. A few queries.
    """
    zone = zone_of(person)
    today = now.astimezone(zone).date()
    since = back(today, DRY_DAYS)
    if rule.when in EVENTS:
        since_then = happened(rule, now - timedelta(days=DRY_DAYS), zone)
        found = [(ABOUT[rule.when], pk, day) for pk, day in since_then]
    else:
        found = [(each.kind, each.record_id, each.day) for each in reversed(episodes(rule, owner, since, today))]
    kinds, looked = kinds_of(rule.when, rule.lines), found[:DRY_LOOK]
    names: dict[str, dict[int, str]] = {
        kind: matching(rule, owner, [pk for one, pk, _day in looked if one == kind], now, kind) for kind in kinds
    }
    would = [each for each in looked if each[1] in names[each[0]]]
    counts = {kind: sum(one == kind for one, _pk, _day in would) for kind in kinds}
    shown = _shown(person, owner, names, would[:DRY_MOST])
    return DryRun(len(would), counts, _addressed(rule, owner, shown, now), since, len(found) > DRY_LOOK)


def turns_to(rule: Rule) -> bool:
    """Whether the rule itself says to whom it turns."""
    return rule.does.get("to", AS_IT_SAYS) != AS_IT_SAYS and rule.then in ("TASK", "NOTICE", "TEMPLATE")


def _addressed(rule: Rule, owner: Person, rows: list[Would], now: datetime) -> list[Would]:
    """Add who would get it, as things stand today."""
    if not turns_to(rule):
        return rows
    found: dict[tuple[str, int], Receivers] = {}
    for kind in {row.kind for row in rows}:
        ids = {row.record_id for row in rows if row.kind == kind and row.name}
        found |= {(kind, pk): to for pk, to in receivers_of(rule, owner, kind, ids, now).items()}
    ids = {pk for each in found.values() for pk in each.people}
    names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "name"))
    nobody = Receivers()
    to = [found.get((row.kind, row.record_id), nobody) for row in rows]
    return [
        replace(row, to=tuple(names[pk] for pk in each.people if pk in names), one=each.one)
        for row, each in zip(rows, to, strict=True)
    ]


def _shown(
    person: Person, owner: Person, names: dict[str, dict[int, str]], would: list[tuple[str, int, date]]
) -> list[Would]:
    """Return the rows with their names, for these eyes."""
    said: dict[str, dict[int, str]] = {}
    known: dict[str, set[int]] = {}
    for kind, of_kind in names.items():
        ids = {pk for one, pk, _day in would if one == kind}
        said[kind] = with_customers(kind, {pk: of_kind[pk] for pk in ids})
        known[kind] = ids if person.pk == owner.pk else seen(person, kind, ids)
    return [Would(pk, kind, said[kind].get(pk, "") if pk in known[kind] else "", day) for kind, pk, day in would]


def stopped(person: Person) -> int:
    """How many rules stopped by themselves. One query besides those of access."""
    rows = access.visible_to(person).filter(stop__in=BY_ITSELF)
    return rows.count()
