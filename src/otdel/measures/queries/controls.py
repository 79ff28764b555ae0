"""The modes of manual control there are and were, and one of them."""

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
from otdel.core.models import Event
from otdel.measures import access
from otdel.measures.models import ControlDay, DayPlan, ManualControl
from otdel.measures.queries.effect import Effect, effects
from otdel.org import access as org
from otdel.org.models import Person
from otdel.org.queries import calendar, company_of
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


def of_person(person: Person, person_id: int) -> int | None:
    """Return the mode somebody is under now, if the asker may see it. One query besides those of access."""
    rows = access.visible_controls(person).filter(person_id=person_id, ended_on=None)
    return rows.values_list("pk", flat=True).first()


def has_any(person: Person) -> bool:
    """Whether there is anything to show. One query besides those of access."""
    return access.visible_controls(person).exists()
