"""The modes there are and were, one of them with all it showed, and the norms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext as _

from otdel.calc.day_plan import streak
from otdel.core.errors import NotFound
from otdel.core.models import Event, SortKey
from otdel.core.periods import Period
from otdel.measures import access
from otdel.measures.models import ControlDay, DayPlan, ManualControl, Norm
from otdel.measures.queries.effect import Effect, effects
from otdel.measures.queries.standing import Standing, standing
from otdel.org import access as org
from otdel.org.models import Membership, Person, Unit
from otdel.org.queries import calendar, company_of, role_name
from otdel.org.rules import Right, Tree
from otdel.plans.models import Metric

_SUMS = ("fact", "expected", "attainment")
# as text: a number of JSON is no sum of money
_DAYS = ArraySubquery(
    ControlDay.objects.filter(control=OuterRef("pk"))
    .order_by("day")
    .values_list(JSONObject(**{name: Cast(name, TextField()) for name in ("day", *_SUMS)}))
)


@dataclass(frozen=True)
class ControlRow:
    id: int
    who: str
    is_person: bool
    metric: str
    since: date
    until: date
    ended_on: date | None
    proposal: str
    attainment_then: Decimal | None
    attainment_now: Decimal | None
    exit_share: Decimal
    exit_days: int
    days: int
    accepted: int

    @property
    def metric_name(self) -> str:
        return str(Metric(self.metric).label)

    @property
    def proposal_name(self) -> str:
        return str(ManualControl.Proposal(self.proposal).label) if self.proposal else ""


def _then(control: ManualControl) -> Decimal | None:
    return round(control.fact / control.expected, 4) if control.expected > 0 else None


def controls(person: Person) -> list[ControlRow]:
    """Return the modes the person may see, those that last first. Two queries besides those of access."""
    rows = (
        access.visible_controls(person)
        .select_related("unit", "person")
        .annotate(
            made=Count("plans", distinct=True),
            kept=Count("plans", filter=Q(plans__state=DayPlan.State.ACCEPTED), distinct=True),
        )
        .order_by("ended_on", "-since", "-id")[:200]
    )
    found = sorted(rows, key=lambda row: (row.ended_on is not None, -row.since.toordinal(), -row.pk))
    last = dict(
        ControlDay.objects.filter(control__in=[row.pk for row in found])
        .order_by("control_id", "-day")
        .distinct("control_id")
        .values_list("control_id", "attainment")
    )
    return [_row(row, last.get(row.pk)) for row in found]


def _row(row: Any, now: Decimal | None) -> ControlRow:
    return ControlRow(
        id=row.pk,
        who=row.person.short_name if row.person else row.unit.name,
        is_person=row.person_id is not None,
        metric=row.metric,
        since=row.since,
        until=row.until,
        ended_on=row.ended_on,
        proposal=row.proposal,
        attainment_then=_then(row),
        attainment_now=now,
        exit_share=row.exit_share,
        exit_days=row.exit_days,
        days=row.made,
        accepted=row.kept,
    )


@dataclass(frozen=True)
class ControlCard:
    row: ControlRow
    unit_id: int
    person_id: int | None
    unit: str
    period: str
    plan: Decimal
    expected: Decimal
    fact: Decimal
    reason: str
    reviewer: str
    declared_by: str
    end_note: str
    ended_by: str
    days: list[ControlDay]
    streak: int
    effects: list[Effect]
    plans: list[Any]
    happened: list[Event]
    may_end: bool


def control_card(person: Person, control_id: int, today: date) -> ControlCard:
    """Five queries besides that of the departments."""
    rows = access.visible_controls(person).select_related("unit", "person", "reviewer", "declared_by", "ended_by")
    found = (
        rows.filter(pk=control_id)
        .annotate(made=Count("plans"), kept=Count("plans", filter=Q(plans__state=DayPlan.State.ACCEPTED)))
        .annotate(its_days=_DAYS)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such manual control, or you may not see it."))
    days = [_day(each) for each in found.its_days]
    steers = access.may_steer_unit(person, found.unit_id) or found.reviewer_id == person.pk
    plans = access.visible_days_of(person, found).select_related("person")
    events = Event.objects.filter(subject_type="measures.manualcontrol", subject_id=found.pk).select_related("by")
    return ControlCard(
        row=_row(found, days[-1].attainment if days else None),
        unit_id=found.unit_id,
        person_id=found.person_id,
        unit=found.unit.name,
        period=found.period,
        plan=found.plan,
        expected=found.expected,
        fact=found.fact,
        reason=found.reason,
        reviewer=found.reviewer.short_name,
        declared_by=found.declared_by.short_name,
        end_note=found.end_note,
        ended_by=found.ended_by.short_name if found.ended_by else "",
        days=days,
        streak=streak_of(found, days),
        effects=_effects(person, found, steers, today),
        plans=list(plans.order_by("-day", "person__name")[:300]),
        happened=list(events.order_by("-at", "-pk")[:50]),
        may_end=access.may_end(person, found) and found.ended_on is None,
    )


def _day(given: dict[str, str | None]) -> ControlDay:
    sums = {name: None if given[name] is None else Decimal(str(given[name])) for name in _SUMS}
    return ControlDay(day=date.fromisoformat(str(given["day"])), **sums)


def _effects(person: Person, found: ManualControl, steers: bool, today: date) -> list[Effect]:
    """The figures of a whole department are its head's; of a person, also their own."""
    if not steers and found.person_id != person.pk:
        return []
    return effects(found, org.tree_for(person), calendar(company_of(person).country), today)


def streak_of(control: ManualControl, days: list[ControlDay]) -> int:
    counted = [each.attainment for each in days if control.kept_on is None or each.day > control.kept_on]
    return streak(counted, control.exit_share)


@dataclass(frozen=True)
class Declared:
    """What the form of a declaration starts from."""

    unit_id: int
    unit: str
    person_id: int | None
    person: str
    standing: Standing
    reviewers: list[tuple[int, str]]
    controlled: bool


def declaration(
    person: Person, *, unit_id: int, person_id: int | None, metric: str, period: Period, today: date
) -> Declared:
    """Return where the line stands now. Raises what declaring would."""
    access.check_declare(person, unit_id, person_id)
    tree = org.tree_for(person)
    company = company_of(person)
    where = standing(
        unit_id=unit_id,
        person_id=person_id,
        metric=metric,
        period=period,
        day=yesterday(today),
        company=company,
        calendar=calendar(company.country),
    )
    heads = reviewers(tree, unit_id, person_id)
    names = dict(Person.objects.filter(pk__in={*heads, person_id}).values_list("pk", "name"))
    place: dict[str, Any] = {"unit_id": unit_id, "person_id": person_id}
    rows = ManualControl.objects.filter(**place, ended_on=None)
    return Declared(
        unit_id=unit_id,
        unit=tree.nodes[unit_id].name,
        person_id=person_id,
        person=names.get(person_id, "") if person_id else "",
        standing=where,
        reviewers=[(pk, names[pk]) for pk in heads if pk in names],
        controlled=rows.exists(),
    )


def yesterday(today: date) -> date:
    return date.fromordinal(today.toordinal() - 1)


def reviewers(tree: Tree, unit_id: int, person_id: int | None) -> list[int]:
    """Return the heads who may review, those above the department's own head first."""
    heads = [pk for pk in tree.heads_above(unit_id) if pk != person_id]
    own = tree.nodes[unit_id].head_id
    return sorted(heads, key=lambda pk: pk == own)


def unit_of(person_id: int, today: date) -> int | None:
    """Return the department somebody belongs to now. One query."""
    return Membership.objects.on(today).filter(person_id=person_id).values_list("unit_id", flat=True).first()


def of_person(person: Person, person_id: int) -> int | None:
    """Return the mode somebody is under now, if the asker may see it. One query besides those of access."""
    rows = access.visible_controls(person).filter(person_id=person_id, ended_on=None)
    return rows.values_list("pk", flat=True).first()


def may_declare(person: Person, person_id: int) -> bool:
    return access.may_steer(person, person_id)


def has_any(person: Person) -> bool:
    """Whether there is anything to show. One query besides those of access."""
    return access.visible_controls(person).exists()


@dataclass(frozen=True)
class NormView:
    id: int
    unit: str
    unit_id: int
    role: str
    pipeline: str
    weekday: int | None
    kind: str
    kind_name: str
    amount: int
    starts_on: date
    set_by: str
    may_change: bool


def norms(person: Person) -> list[NormView]:
    """Return the norms of the departments within reach and above them, the latest first. One query."""
    org.require(person, access.KIND, Right.VIEW)
    reached = org.unit_reach(person, access.KIND, Right.VIEW)
    tree = org.tree_for(person)
    rows = Norm.objects.select_related("unit", "role", "pipeline", "set_by")
    if not reached.everyone:
        units = reached.unit_ids or {org.latest_unit(person) or 0}
        above = {unit for each in units for unit in tree.above(each)}
        rows = rows.filter(unit_id__in=above)
    return [
        NormView(
            row.pk,
            row.unit.name,
            row.unit_id,
            role_name(row.role) if row.role else "",
            row.pipeline.name if row.pipeline else "",
            row.weekday,
            row.kind,
            str(Norm.Kind(row.kind).label),
            row.amount,
            row.starts_on,
            row.set_by.short_name,
            access.may_steer_unit(person, row.unit_id),
        )
        for row in rows.order_by("unit__position", "unit_id", "kind", "role_id", "pipeline_id", "weekday", "-starts_on")
    ]


def norm_units(person: Person) -> list[tuple[int, str]]:
    """Return the departments whose norms and modes the person decides, in display order."""
    reached = org.unit_reach(person, access.KIND, Right.CHANGE)
    return [
        (node.id, "\u2003" * depth + node.name)
        for depth, node in org.tree_for(person).walk()
        if node.closed_on is None and reached.includes_unit(node.id)
    ]


def people(person: Person, today: date) -> list[tuple[int, str]]:
    """Return those whose days the person may steer. One query besides those of access."""
    reached = org.reach(person, access.KIND, Right.CHANGE)
    rows = (
        Person.objects.filter(is_active=True)
        .filter(Q(employed_to=None) | Q(employed_to__gt=today))
        .exclude(pk=person.pk)
    )
    return list(org.limit(rows, reached, "id").order_by(SortKey("name"), "pk").values_list("pk", "name"))


def unit_name(unit_id: int) -> str:
    return Unit.objects.values_list("name", flat=True).get(pk=unit_id)
