"""What happens by itself: the plan of the morning, the report of the evening, the look at the criterion.

Every step may be taken by two workers at once, or again after a crash: each day of a person is made once, each report
filled once, each day of the line judged once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from otdel.core import journal
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
from otdel.org.queries import CompanySettings, calendar, company
from otdel.org.rules import Tree

State = DayPlan.State
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
        except Exception:
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
    for person in people:
        for day in due[ground.zone(person, control.unit_id)]:
            if (person.pk, day) not in made:
                make_day(by=None, control_id=control.pk, person_id=person.pk, day=day, now=now, ground=ground)


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
def make_day(
    *, by: Person | None, control_id: int, person_id: int, day: date, now: datetime, ground: Ground | None = None
) -> DayPlan | None:
    """Make the plan of one person's day, unless it is there. A day that has ended gets its norms and no actions."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    control = ManualControl.objects.get(pk=control_id)
    if control.ended_on is not None or DayPlan.objects.filter(person=person, day=day).exists():
        return None
    ground = ground or Ground.read()
    assert ground is not None
    settings, tree = ground.settings, ground.tree
    late = day < now.astimezone(ground.zone(person, control.unit_id)).date()
    plan = DayPlan.objects.create(control=control, person=person, day=day, made_at=now, is_late=late)
    unit = Membership.objects.on(day).filter(person=person).values_list("unit_id", flat=True).first()
    _norms(plan, person, tree.above(unit or control.unit_id))
    found: list[Candidate] = []
    if not late:
        period = period_on(Period.parse(control.period), day)
        found = candidates(person_id, day, period, ZoneInfo(settings.time_zone), settings.active_days)
    DayAction.objects.bulk_create(_action(plan, place, each) for place, each in enumerate(found))
    journal.record("day.planned", plan, by=by, at=now, person=person_id, day=day, actions=len(found))
    if not late:
        tell([Told(PLAN, person_id, f"{PLAN}:{plan.pk}", url=f"/plan/control/days/{plan.pk}/")], now)
    return plan


def _norms(plan: DayPlan, person: Person, units: tuple[int, ...]) -> None:
    names = ("unit_id", "role_id", "pipeline_id", "weekday", "kind", "amount", "starts_on")
    rows = [NormRow(*row) for row in Norm.objects.filter(unit_id__in=units).values_list(*names)]
    open_deals = Deal.objects.open().kept().filter(owner=person)
    pipelines = set(open_deals.values_list("stage__pipeline_id", flat=True)) if any(r.pipeline_id for r in rows) else ()
    wanted = norms_for(rows, units, person.role_id, plan.day, pipelines)
    DayNorm.objects.bulk_create(
        DayNorm(plan=plan, kind=kind, pipeline_id=pipeline, amount=amount)
        for (kind, pipeline), amount in wanted.items()
    )


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
    rows = DayPlan.objects.filter(state__in=(State.MADE, State.CONFIRMED), reported_at=None)
    for plan in rows.select_related("person", "control").order_by("day", "pk"):
        at = ground.zone(plan.person, plan.control.unit_id), plan.day
        if at not in evenings:
            evenings[at] = evening(WorkTime(ground.days, at[0]), plan.day)
        if evenings[at] <= now:
            report_day(by=None, day_id=plan.pk, now=now)


@action
def report_day(*, by: Person | None, day_id: int, now: datetime) -> None:
    """Turn the day's plan into its report: from now on it is compared with the records and waits for its words."""
    plan = DayPlan.objects.select_for_update().get(pk=day_id)
    if plan.state not in (State.MADE, State.CONFIRMED):
        return
    plan.state, plan.reported_at = State.REPORT, now
    plan.save()
    journal.record("day.reported", plan, by=by, at=now, person=plan.person_id, day=plan.day)


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
