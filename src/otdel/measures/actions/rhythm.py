"""What happens by itself: the plan of the morning, the report of the evening, the look at the criterion.

Every step may be taken by two workers at once, or again after a crash: each day of a person is made once, each report
filled once, each day of the line judged once.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from otdel.core import journal, live
from otdel.core.act import action
from otdel.core.calendar import Calendar
from otdel.core.periods import Period
from otdel.core.worktime import WorkTime
from otdel.deals.models import Deal
from otdel.measures.kinds import PLAN, PROPOSED
from otdel.measures.models import ControlDay, DayAction, DayNorm, DayPlan, ManualControl, Norm
from otdel.measures.queries.candidates import Candidate, candidates
from otdel.measures.queries.controls import streak_of
from otdel.measures.queries.standing import standing
from otdel.measures.rules import NormRow, days_due, evening, norms_for, period_on
from otdel.notifications.actions.telling import Told, tell
from otdel.org import access as org
from otdel.org.models import Membership, Person
from otdel.org.queries import CompanySettings, calendar, company, units_on
from otdel.org.rules import Tree

State = DayPlan.State
OPEN = (State.MADE, State.CONFIRMED)
# days made, or reports filled, in one transaction
AT_ONCE = 50
log = logging.getLogger(__name__)


@dataclass
class Ground:
    """What all steps of one round stand on, read once: most rounds find nothing to do, and must cost as much."""

    settings: CompanySettings
    days: Calendar
    tree: Tree
    heads: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Ground | None:
        settings = company()
        return cls(settings, calendar(settings.country), org.tree()) if settings else None

    def zone(self, person: Person, unit_id: int) -> ZoneInfo:
        """Return the person's own time zone, else that of the head of the department, else the company's."""
        return ZoneInfo(person.time_zone or self._head_zone(unit_id) or self.settings.time_zone)

    def _head_zone(self, unit_id: int) -> str:
        if unit_id not in self.heads:
            head = self.tree.nodes[unit_id].head_id if unit_id in self.tree.nodes else None
            found = Person.objects.filter(pk=head).values_list("time_zone", flat=True).first() if head else ""
            self.heads[unit_id] = found or ""
        return self.heads[unit_id]


def keep(*, now: datetime) -> None:
    """Take every step that is due: each in a transaction of its own, so that one failure spoils nothing else."""
    ground = Ground.read()
    if ground is None:
        return
    for control in ManualControl.objects.filter(ended_on=None).order_by("pk"):
        try:
            _mornings(control, ground, now)
            check_control(by=None, control_id=control.pk, now=now)
        except Exception:  # whatever one control dies of, the days of all others are due; the log names it every time
            log.exception("manual control %s could not be kept", control.pk)
    _reports(ground, now)


def _mornings(control: ManualControl, ground: Ground, now: datetime) -> None:
    """Make the days that are missing: those there are, are read at once for everybody."""
    people = subjects(control, ground.tree, now.astimezone(ZoneInfo(ground.settings.time_zone)).date())
    due: dict[ZoneInfo, list[date]] = {}
    for person in people:
        zone = ground.zone(person, control.unit_id)
        if zone not in due:
            due[zone] = days_due(WorkTime(ground.days, zone), control.since, control.until, now)
    wanted = {day for days in due.values() for day in days}
    known = DayPlan.objects.filter(day__in=wanted, person__in=[each.pk for each in people])
    made = set(known.values_list("person_id", "day")) if wanted else set()
    missing: dict[date, list[int]] = {}
    for person in people:
        for day in due[ground.zone(person, control.unit_id)]:
            if (person.pk, day) not in made:
                missing.setdefault(day, []).append(person.pk)
    for day in sorted(missing):
        for start in range(0, len(missing[day]), AT_ONCE):
            _make(control, missing[day][start : start + AT_ONCE], day, ground, now)


def _make(control: ManualControl, people: list[int], day: date, ground: Ground, now: datetime) -> None:
    """Make many days at once; where that fails, each by itself, so that one failure spoils nobody else's day."""
    try:
        make_days(by=None, control_id=control.pk, person_ids=people, day=day, now=now, ground=ground)
    except Exception:  # whose day it was is not known yet: made one by one, the one that fails is named in the log
        if len(people) == 1:
            log.exception("the day of person %s under manual control %s could not be planned", people[0], control.pk)
            return
        for person_id in people:
            _make(control, [person_id], day, ground, now)


def subjects(control: ManualControl, tree: Tree, today: date) -> list[Person]:
    """Return whose days are planned: the person, or everybody of the department but its heads."""
    if control.person_id:
        return list(Person.objects.filter(pk=control.person_id, employed_to=None, is_active=True))
    units = tree.under(control.unit_id)
    heads = {tree.nodes[unit].head_id for unit in units}
    member = Membership.objects.on(today).filter(person=OuterRef("pk"), unit_id__in=units)
    own = ManualControl.objects.filter(person=OuterRef("pk"), ended_on=None)
    rows = Person.objects.filter(Exists(member), ~Exists(own), employed_to=None, is_active=True)
    return list(rows.exclude(pk__in=[pk for pk in heads if pk]).order_by("pk"))


@action
def make_days(
    *,
    by: Person | None,
    control_id: int,
    person_ids: Sequence[int],
    day: date,
    now: datetime,
    ground: Ground | None = None,
) -> list[DayPlan]:
    """Make the plans of these people's day that are not there yet. A day that has ended gets its norms and no actions.

    So many queries for all, however many people.
    """
    people = list(Person.objects.select_for_update(no_key=True).filter(pk__in=person_ids).order_by("pk"))
    control = ManualControl.objects.get(pk=control_id)
    there = set(DayPlan.objects.filter(person__in=people, day=day).values_list("person_id", flat=True))
    people = [person for person in people if person.pk not in there]
    if control.ended_on is not None or not people:
        return []
    ground = ground or Ground.read()
    assert ground is not None
    plans = DayPlan.objects.bulk_create(_plan(control, person, day, ground, now) for person in people)
    _norms(plans, control, day, ground.tree)
    timely = [plan.person_id for plan in plans if not plan.is_late]
    period, zone = period_on(Period.parse(control.period), day), ZoneInfo(ground.settings.time_zone)
    found = candidates(timely, day, period, zone, ground.settings.active_days) if timely else {}
    DayAction.objects.bulk_create(
        _action(plan, place, each) for plan in plans for place, each in enumerate(found.get(plan.person_id, ()))
    )
    said = [(plan, _said(plan, len(found.get(plan.person_id, ())))) for plan in plans]
    live.changed([plan.person_id for plan in plans], "days")
    journal.record_many("day.planned", said, by=by, at=now)
    told = [plan for plan in plans if not plan.is_late]
    tell([Told(PLAN, each.person_id, f"{PLAN}:{each.pk}", url=f"/plan/control/days/{each.pk}/") for each in told], now)
    return plans


def _plan(control: ManualControl, person: Person, day: date, ground: Ground, now: datetime) -> DayPlan:
    late = day < now.astimezone(ground.zone(person, control.unit_id)).date()
    return DayPlan(control=control, person=person, day=day, made_at=now, is_late=late)


def _said(plan: DayPlan, actions: int) -> dict[str, object]:
    return {"person": plan.person_id, "day": plan.day, "actions": actions}


def _norms(plans: Sequence[DayPlan], control: ManualControl, day: date, tree: Tree) -> None:
    """Three queries for all to find what is asked of each, one to write it."""
    people = [plan.person_id for plan in plans]
    members = units_on((person, day) for person in people)
    ways = {pk: tree.above(members.get((pk, day), control.unit_id)) for pk in people}
    names = ("unit_id", "role_id", "pipeline_id", "weekday", "kind", "amount", "starts_on")
    asked = Norm.objects.filter(unit_id__in={unit for way in ways.values() for unit in way})
    rows = [NormRow(*row) for row in asked.values_list(*names)]
    pipelines = _pipelines(people) if any(row.pipeline_id for row in rows) else {}
    DayNorm.objects.bulk_create(
        DayNorm(plan=plan, kind=kind, pipeline_id=pipeline, amount=amount)
        for plan in plans
        for (kind, pipeline), amount in norms_for(
            rows, ways[plan.person_id], plan.person.role_id, day, pipelines.get(plan.person_id, ())
        ).items()
    )


def _pipelines(people: Collection[int]) -> dict[int, set[int]]:
    """Return in which pipelines each has open deals."""
    found: dict[int, set[int]] = {}
    rows = Deal.objects.open().kept().filter(owner_id__in=people)
    for owner, pipeline in rows.values_list("owner_id", "stage__pipeline_id").distinct():
        found.setdefault(owner, set()).add(pipeline)
    return found


def _action(plan: DayPlan, place: int, each: Candidate) -> DayAction:
    return DayAction(
        plan=plan,
        position=place,
        kind=each.kind,
        why=each.why,
        expected=each.expected,
        customer_id=each.customer_id,
        deal_id=each.deal_id,
        invoice_id=each.invoice_id,
        activity_id=each.activity_id,
    )


def _reports(ground: Ground, now: datetime) -> None:
    evenings: dict[tuple[ZoneInfo, date], datetime] = {}
    over = []
    rows = DayPlan.objects.filter(state__in=OPEN, reported_at=None)
    for plan in rows.select_related("person", "control").order_by("day", "pk"):
        at = ground.zone(plan.person, plan.control.unit_id), plan.day
        if at not in evenings:
            evenings[at] = evening(WorkTime(ground.days, at[0]), plan.day)
        if evenings[at] <= now:
            over.append(plan.pk)
    for start in range(0, len(over), AT_ONCE):
        report_days(by=None, day_ids=over[start : start + AT_ONCE], now=now)


@action
def report_days(*, by: Person | None, day_ids: Sequence[int], now: datetime) -> None:
    """Turn plans of days into reports: from now on they are compared with the records and wait for their words."""
    plans = list(DayPlan.objects.select_for_update().filter(pk__in=day_ids, state__in=OPEN).order_by("pk"))
    DayPlan.objects.filter(pk__in=[plan.pk for plan in plans]).update(state=State.REPORT, reported_at=now)
    said = [(plan, {"person": plan.person_id, "day": plan.day}) for plan in plans]
    live.changed([plan.person_id for plan in plans], "days")
    journal.record_many("day.reported", said, by=by, at=now)


@action
def check_control(*, by: Person | None, control_id: int, now: datetime) -> None:
    """Write down where the line stood at the end of every working day, and propose the end when it is time."""
    control = ManualControl.objects.select_for_update().get(pk=control_id)
    settings = company()
    if control.ended_on is not None or settings is None:
        return
    days, zone = calendar(settings.country), ZoneInfo(settings.time_zone)
    today = now.astimezone(zone).date()
    for day in _unjudged(control, days, today):
        _judge(control, day, settings, days)
    _propose(control, by, today, now)


def _unjudged(control: ManualControl, days: Calendar, today: date) -> list[date]:
    last = control.days.order_by("-day").values_list("day", flat=True).first()
    first = last + timedelta(days=1) if last else control.since
    return days.working_days(Period.between(first, today)) if first < today else []


def _judge(control: ManualControl, day: date, settings: CompanySettings, days: Calendar) -> None:
    found = standing(
        unit_id=control.unit_id,
        person_id=control.person_id,
        metric=control.metric,
        period=period_on(Period.parse(control.period), day),
        day=day,
        company=settings,
        calendar=days,
    )
    ControlDay.objects.create(
        control=control, day=day, fact=found.fact, expected=found.expected, attainment=found.attainment
    )


def _propose(control: ManualControl, by: Person | None, today: date, now: datetime) -> None:
    """Propose once; a proposal stands until somebody ends the mode or goes on with it."""
    if control.proposal:
        return
    held = streak_of(control, list(control.days.order_by("day"))) >= control.exit_days
    if held:
        control.proposal = ManualControl.Proposal.CRITERION
    elif today > control.until:
        control.proposal = ManualControl.Proposal.LIMIT
    else:
        return
    control.save()
    journal.record("control.proposed", control, by=by, at=now, proposal=control.proposal)
    who = str(control.person or control.unit)
    told = [
        Told(PROPOSED, pk, f"{PROPOSED}:{control.pk}:{today}:{pk}", who, f"/plan/control/{control.pk}/")
        for pk in {control.declared_by_id, control.reviewer_id}
    ]
    tell(told, now)
