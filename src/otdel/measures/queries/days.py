"""One manager's day under manual control: plan, fact, verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Prefetch
from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.core.models import Event
from otdel.measures import access
from otdel.measures.models import DayAction, DayNorm, DayPlan
from otdel.measures.queries.facts import DayFacts, day_facts, proof_of
from otdel.org.models import Person
from otdel.org.queries import company_of, zone_of

State = DayPlan.State
OPEN = (State.MADE, State.CONFIRMED)
FAMILIES = ("MEETING", "STEP", "DEBT", "DEAL", "CALL", "OTHER")


@dataclass(frozen=True)
class NormLine:
    id: int
    kind: str
    pipeline: str
    amount: int
    done: int

    @property
    def kind_name(self) -> str:
        return str(DayNorm(kind=self.kind).get_kind_display())


@dataclass(frozen=True)
class ActionLine:
    id: int
    kind: str
    text: str
    why: dict[str, Any]
    expected: Decimal | None
    customer: tuple[int, str] | None
    deal: tuple[int, str] | None
    invoice_id: int | None
    activity_id: int | None
    added_by: str
    claimed: bool
    note: str
    proof: dict[str, Any] | None
    removed: bool

    @property
    def is_done(self) -> bool:
        return self.proof is not None or self.claimed

    @property
    def kind_name(self) -> str:
        return str(DayAction.Kind(self.kind).label)


@dataclass(frozen=True)
class Day:
    """A day as it stands: live until its report is accepted, then as it was."""

    id: int
    person_id: int
    person: str
    control_id: int
    day: date
    state: str
    is_late: bool
    confirmed_at: datetime | None
    note: str
    comment: str
    grade: str
    reviewed_by: str
    returned_times: int
    next_task: tuple[int, str] | None
    norms: list[NormLine]
    actions: list[ActionLine]
    removed: list[ActionLine]
    facts: dict[str, Any]

    @property
    def state_name(self) -> str:
        return str(DayPlan.State(self.state).label)

    @property
    def done(self) -> int:
        return sum(each.is_done for each in self.actions)

    @property
    def expected(self) -> Decimal:
        return sum((each.expected or Decimal(0) for each in self.actions), Decimal(0))

    @property
    def paid(self) -> Decimal:
        return Decimal(str(self.facts.get("paid", 0)))

    def counted(self, kind: str) -> tuple[int, int]:
        """Return how many of a kind the day asks for and how many there were, whatever the pipeline."""
        asked = [each.amount for each in self.norms if each.kind == kind and not each.pipeline]
        return (asked[0] if asked else 0), int(self.facts.get(kind, 0))


_READ = ("customer", "deal", "added_by")


def whole(rows: Any) -> Any:
    actions = DayAction.objects.select_related(*_READ).annotate(happened=F("activity__is_done"))
    actions = actions.order_by("position", "id")
    norms = DayNorm.objects.select_related("pipeline").order_by("kind", "pipeline_id")
    return rows.select_related("person", "reviewed_by", "next_task").prefetch_related(
        Prefetch("actions", actions), Prefetch("norms", norms)
    )


@dataclass(frozen=True)
class DayCard:
    day: Day
    is_mine: bool
    steers: bool
    happened: list[Event]

    def can(self, now_state: str) -> dict[str, bool]:
        """Return what whoever looks may do, by the state of the day."""
        before = now_state in OPEN
        over = now_state in (State.REPORT, State.HANDED, State.RETURNED)
        return {
            "confirm": self.is_mine and now_state == State.MADE,
            "change": self.steers and before,
            "add": (self.steers or self.is_mine) and before,
            "say": self.is_mine and now_state != State.ACCEPTED,
            "hand_in": self.is_mine and now_state in (State.CONFIRMED, State.REPORT, State.RETURNED),
            "review": self.steers and over,
        }


def day_card(person: Person, day_id: int) -> DayCard:
    """Five queries besides those of access."""
    found = whole(access.visible_days(person)).filter(pk=day_id).first()
    if found is None:
        raise NotFound(_("There is no such day, or you may not see it."))
    (day,) = drawn([found], person)
    events = Event.objects.filter(subject_type="measures.dayplan", subject_id=day_id).select_related("by")
    return DayCard(
        day=day,
        is_mine=found.person_id == person.pk,
        steers=access.may_steer(person, found.person_id),
        happened=list(events.order_by("-at", "-pk")[:100]),
    )


def drawn(plans: Sequence[Any], person: Person) -> list[Day]:
    """Return the days with their facts. A query for each day, none when every report is accepted."""
    live = [plan for plan in plans if plan.state != State.ACCEPTED]
    zone = zone_of(person) if not live else _zone(person)
    facts: dict[tuple[int, date], DayFacts] = {}
    for day in {plan.day for plan in live}:
        people = [plan.person_id for plan in live if plan.day == day]
        facts |= {(who, day): each for who, each in day_facts(people, day, zone).items()}
    done = {each.activity_id for plan in live for each in plan.actions.all() if each.happened}
    return [_day(plan, facts.get((plan.person_id, plan.day)), done) for plan in plans]


def _zone(person: Person) -> Any:
    """Records count by the company's day."""
    return ZoneInfo(company_of(person).time_zone)


def _day(plan: Any, facts: DayFacts | None, done: set[int]) -> Day:
    actions = [_action(each, facts, done) for each in plan.actions.all()]
    return Day(
        id=plan.pk,
        person_id=plan.person_id,
        person=plan.person.short_name,
        control_id=plan.control_id,
        day=plan.day,
        state=plan.state,
        is_late=plan.is_late,
        confirmed_at=plan.confirmed_at,
        note=plan.note,
        comment=plan.comment,
        grade=plan.grade,
        reviewed_by=plan.reviewed_by.short_name if plan.reviewed_by else "",
        returned_times=plan.returned_times,
        next_task=(plan.next_task_id, plan.next_task.title) if plan.next_task else None,
        norms=[_norm(each, facts) for each in plan.norms.all()],
        actions=[each for each in actions if not each.removed],
        removed=[each for each in actions if each.removed],
        facts=facts.summary() if facts is not None else plan.facts,
    )


def _norm(row: Any, facts: DayFacts | None) -> NormLine:
    done = facts.count(row.kind, row.pipeline_id) if facts is not None else row.done or 0
    return NormLine(row.pk, row.kind, row.pipeline.name if row.pipeline else "", row.amount, done)


def _action(row: Any, facts: DayFacts | None, done: set[int]) -> ActionLine:
    return ActionLine(
        id=row.pk,
        kind=row.kind,
        text=row.text,
        why=row.why,
        expected=row.expected,
        customer=(row.customer_id, row.customer.name) if row.customer else None,
        deal=(row.deal_id, row.deal.title) if row.deal else None,
        invoice_id=row.invoice_id,
        activity_id=row.activity_id,
        added_by=row.added_by.short_name if row.added_by else "",
        claimed=row.claimed,
        note=row.note,
        proof=proof_of(row, facts, done) if facts is not None else row.proof,
        removed=row.removed_at is not None,
    )
