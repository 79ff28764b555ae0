"""Plans of the invented company: made from what people expect, and missed the way people miss."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import exp
from typing import Any

from otdel.demo import firm, words
from otdel.demo.world import PARENTS, World
from otdel.plans.models import Metric, Plan, PlanLine

HEAD_OF = {key: head for key, _parent, head in firm.UNITS}
STEP = {
    Metric.PAYMENTS: 10_000,
    Metric.SHIPMENTS: 50_000,
    Metric.MARGIN: 10_000,
    Metric.CALLS: 5,
    Metric.MEETINGS: 1,
    Metric.NEW_CLIENTS: 1,
    Metric.ACTIVE_CLIENTS: 1,
}
# How much of a month's luck is foreseen by those who plan it.
FORESIGHT = 0.72
SURPRISE = 0.09
# One line in eight is planned badly.
BLUNDER = 0.12


@dataclass(frozen=True)
class Draft:
    """One line not yet rounded."""

    unit: str
    starts_on: date
    ends_on: date
    amount: float
    person: str = ""
    cut: tuple[str, Any] | None = None


class Targets:
    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng("targets")
        self.cut_rng = world.rng("targets by cut")
        self.tally = world.tally

    def set_all(self) -> None:
        for quarter in self.world.days.quarters:
            for unit in firm.DEPARTMENTS:
                self._payments(unit, quarter)
                self._norms(unit, quarter)
                self._quarterly(unit, quarter)
            self._company(quarter)
            self._new_clients(quarter)
            self._by_group(quarter)
            self._by_segment(quarter)
        self._carry_over()
        self._total()

    # money, month by month

    def _payments(self, unit: str, quarter: tuple[date, date]) -> None:
        lines: list[Draft] = []
        for month in self._months(quarter):
            people = [self._person_month("payments", worker, month) for worker in self._sellers(unit, month)]
            lines += people + self._sums(unit, people)
        self._plan(Metric.PAYMENTS, unit, quarter, lines)

    def _company(self, quarter: tuple[date, date]) -> None:
        """The company's own payments plan: what its departments promised, and a little more."""
        sums: dict[tuple[date, date], Decimal] = {}
        for line in self.world.plan_lines:
            whole = line.person is None and line.unit in [self.world.units[key] for key in firm.DEPARTMENTS]
            if line.metric == Metric.PAYMENTS and whole and quarter[0] <= line.starts_on < quarter[1]:
                span = (line.starts_on, line.ends_on)
                sums[span] = sums.get(span, Decimal(0)) + line.amount
        lines = [Draft("company", start, end, float(amount) * 1.02) for (start, end), amount in sums.items()]
        self._plan(Metric.PAYMENTS, "company", quarter, lines)

    def _person_month(self, metric: str, worker: firm.Worker, month: int) -> Draft:
        """Plan what is usual for the person, half knowing what will come."""
        period = self.world.days.months[month]
        usual = self._usual(metric, worker.key, month)
        fact = self.tally.by_person[metric, worker.key, month]
        luck = (max(fact, usual * 0.2) / usual) ** self._foresight(worker, month) if usual else 1
        miss = exp(self.rng.gauss(0, SURPRISE))
        if self.rng.random() < BLUNDER:
            miss *= self.rng.choice((0.72, 1.3))
        if worker.key == firm.STAR:
            miss *= 0.74
        unit = self.world.unit_key(worker.key, period.start) or worker.unit
        return Draft(unit, period.start, period.end, usual * luck * miss, worker.key)

    def _foresight(self, worker: firm.Worker, month: int) -> float:
        """Nobody foresees the stories; nobody knows the future of months not begun."""
        back = month - self.world.days.current_month
        if back > 0 or (worker.key == firm.FADING and back >= firm.FADING_FROM):
            return 0.15
        if worker.unit == firm.SHRINKING and back >= firm.SHRINKING_FROM:
            return 0.45
        return FORESIGHT

    def _usual(self, metric: str, key: str, month: int) -> float:
        """Return the person's mean month, corrected for working days and season."""
        days, total, weight = self.world.days, 0.0, 0.0
        for other in range(1, days.current_month + 1):
            if self.world.unit_key(key, days.months[other].start):
                total += self.tally.by_person[metric, key, other]
                weight += self._weight(metric, other)
        return total / weight * self._weight(metric, month) if weight else 0

    def _weight(self, metric: str, month: int) -> float:
        season = self.world.days.season(month) if metric == "payments" else 1
        return len(self.world.days.working_days(month)) * season

    def _sums(self, unit: str, people: list[Draft]) -> list[Draft]:
        """Return the lines of the department and of the groups in it, as sums of their people."""
        sums: dict[str, float] = {}
        for line in people:
            at: str | None = line.unit
            while at is not None:
                sums[at] = sums.get(at, 0) + float(_rounded(line.amount, STEP[Metric.PAYMENTS]))
                at = None if at == unit else PARENTS[at]
        return [Draft(at, people[0].starts_on, people[0].ends_on, amount) for at, amount in sums.items()]

    # norms of work

    def _norms(self, unit: str, quarter: tuple[date, date]) -> None:
        for metric, share in ((Metric.CALLS, 1.08), (Metric.MEETINGS, 1.05)):
            lines = []
            for month in self._months(quarter):
                for worker in self._sellers(unit, month):
                    period = self.world.days.months[month]
                    where = self.world.unit_key(worker.key, period.start) or worker.unit
                    norm = self._usual(metric.value, worker.key, month) * share * exp(self.rng.gauss(0, 0.05))
                    lines.append(Draft(where, period.start, period.end, max(norm, 1), worker.key))
            self._plan(metric, unit, quarter, lines)

    def _new_clients(self, quarter: tuple[date, date]) -> None:
        lines = []
        for month in self._months(quarter):
            period = self.world.days.months[month]
            for worker in self._sellers("active", month):
                usual = self._usual("new_clients", worker.key, month)
                lines.append(Draft("active", period.start, period.end, max(round(usual * 1.1), 1), worker.key))
        self._plan(Metric.NEW_CLIENTS, "active", quarter, lines)

    # by quarter and by segment

    def _quarterly(self, unit: str, quarter: tuple[date, date]) -> None:
        for metric in (Metric.SHIPMENTS, Metric.MARGIN):
            fact = sum(self.tally.by_unit.get((metric.value, unit, month), 0) for month in self._months(quarter))
            self._plan(metric, unit, quarter, [Draft(unit, *quarter, fact * exp(self.rng.gauss(0.02, 0.08)))])
        buyers: dict[str, set[int]] = {}
        for (where, month), found in self.tally.buyers.items():
            if month in self._months(quarter) and where:
                at: str | None = where
                while at is not None:
                    buyers.setdefault(at, set()).update(found)
                    at = PARENTS[at]
        units = [key for key, parent, _head in firm.UNITS if unit in (key, parent)]
        lines = [Draft(key, *quarter, len(buyers.get(key, ())) * self._hope(key, quarter)) for key in units]
        self._plan(Metric.ACTIVE_CLIENTS, unit, quarter, [line for line in lines if line.amount])

    def _hope(self, unit: str, quarter: tuple[date, date]) -> float:
        shrinks = unit == firm.SHRINKING and quarter[1] > self.world.days.current.plus(firm.SHRINKING_FROM + 1).start
        return 1.35 if shrinks else exp(self.rng.gauss(0.02, 0.05))

    def _by_group(self, quarter: tuple[date, date]) -> None:
        """Shipments by product group; one group sells far more than anybody planned."""
        lines = []
        for key, group in self.world.groups.items():
            facts = [self.tally.by_group.get((key, month), 0) for month in self._months(quarter)]
            late = quarter[1] > self.world.days.current.plus(-5).start
            miss = 0.66 if key == firm.UNDERPLANNED_GROUP and late else exp(self.rng.gauss(0, 0.12))
            lines.append(Draft("sales", *quarter, sum(facts) * miss, cut=("product_group", group)))
            lines += self._below(("north", "south"), quarter, key, ("product_group", group))
        self._plan(Metric.SHIPMENTS, "sales", quarter, lines)

    def _by_segment(self, quarter: tuple[date, date]) -> None:
        lines = []
        for key, segment in self.world.segments.items():
            facts = [self.tally.by_segment.get((key, month), 0) for month in self._months(quarter)]
            amount = sum(facts) * exp(self.rng.gauss(0.03, 0.12))
            lines.append(Draft("company", *quarter, amount, cut=("client_segment", segment)))
            lines += self._below(firm.DEPARTMENTS, quarter, key, ("client_segment", segment))
        self._plan(Metric.SHIPMENTS, "company", quarter, lines)

    def _below(
        self, units: Iterable[str], quarter: tuple[date, date], key: str, cut: tuple[str, Any]
    ) -> Iterable[Draft]:
        """Plan a segment for the departments below: most near what comes, some far from it either way."""
        for unit in units:
            fact = sum(self.tally.by_cut.get((key, unit, month), 0) for month in self._months(quarter))
            if fact > STEP[Metric.SHIPMENTS]:
                yield Draft(unit, *quarter, fact * exp(self.cut_rng.gauss(0.04, 0.2)), cut=cut)

    # the documents

    def _months(self, quarter: tuple[date, date]) -> list[int]:
        days = self.world.days
        return [n for n, month in enumerate(days.months) if quarter[0] <= month.start < quarter[1]]

    def _sellers(self, unit: str, month: int) -> list[firm.Worker]:
        """Return who sells in the department on the month's first day."""
        first = self.world.days.months[month].start
        found = []
        for worker in firm.SELLERS:
            where = self.world.unit_key(worker.key, first)
            if where is not None and unit in (where, PARENTS[where]):
                found.append(worker)
        return found

    def _plan(self, metric: Metric, unit: str, quarter: tuple[date, date], drafts: Iterable[Draft]) -> None:
        """Add one document: approved, or for the quarter to come still on its way."""
        coming = quarter[0] > self.world.days.today
        lines = [draft for draft in drafts if draft.amount > 0]
        if not lines or (coming and metric != Metric.PAYMENTS):
            return
        author = self.world.people["sokolova" if unit == "company" else HEAD_OF[unit]]
        status = Plan.Status.APPROVED
        if coming:
            status = Plan.Status.AGREED if unit == "active" else Plan.Status.DRAFT
        made = self._moment(self.world.days.today - timedelta(days=6) if coming else quarter[0] - timedelta(days=16))
        plan = self._document(metric, unit, quarter, author, made, status)
        for draft in lines:
            self._add_line(plan, draft, metric)

    def _moment(self, day: date) -> datetime:
        """Return a moment of the last working day on or before the day."""
        return self.world.days.at(self.world.days.worked(day - timedelta(days=11)), self.rng)

    def _document(
        self, metric: Metric, unit: str, quarter: tuple[date, date], author: Any, made: datetime, status: Plan.Status
    ) -> Plan:
        agreed = status != Plan.Status.DRAFT
        approved = status == Plan.Status.APPROVED
        plan = self.world.new(
            Plan,
            metric=metric,
            unit=self.world.units[unit],
            starts_on=quarter[0],
            ends_on=quarter[1],
            status=status,
            author=author,
            created_at=made,
            agreed_by=author if agreed else None,
            agreed_at=made + timedelta(hours=3) if agreed else None,
            approved_by=self.world.people[firm.DIRECTOR] if approved else None,
            approved_at=made + timedelta(hours=22) if approved else None,
        )
        plan.root = plan
        self.world.plans.append(plan)
        return plan

    def _total(self) -> None:
        """Write on each document what it comes to: the department's own lines, else the sum of its people."""
        own: dict[Plan, Decimal] = defaultdict(Decimal)
        below: dict[Plan, Decimal] = defaultdict(Decimal)
        for line in self.world.plan_lines:
            sums = own if line.person_id is None and line.unit_id == line.plan.unit_id else below
            sums[line.plan] += line.amount
        for plan in self.world.plans:
            plan.total = own[plan] or below[plan]

    def _add_line(self, plan: Plan, draft: Draft, metric: Metric) -> None:
        line = self.world.new(
            PlanLine,
            plan=plan,
            metric=metric,
            unit=self.world.units[draft.unit],
            person=self.world.people[draft.person] if draft.person else None,
            starts_on=draft.starts_on,
            ends_on=draft.ends_on,
            amount=_rounded(draft.amount, STEP[metric]),
            is_effective=plan.status == Plan.Status.APPROVED,
        )
        if draft.cut is not None:
            setattr(line, *draft.cut)
        self.world.plan_lines.append(line)

    def _carry_over(self) -> None:
        """Revise one approved plan: a part of a person's first month goes to the second, with a reason."""
        days = self.world.days
        passed = [q for q in days.quarters if days.current.start > q[0] and (q[1] - q[0]).days > 80]
        if not passed:
            return
        quarter, sales = passed[-1], self.world.units["sales"]
        first = next(
            plan
            for plan in self.world.plans
            if plan.metric == Metric.PAYMENTS and plan.unit is sales and plan.starts_on == quarter[0]
        )
        made = days.at(days.worked(quarter[0] + timedelta(days=11)), self.rng)
        second = self._document(Metric.PAYMENTS, "sales", quarter, first.author, made, Plan.Status.APPROVED)
        second.version, second.root = 2, first
        second.reason = self.world.say(words.CARRY_OVER_REASON)
        first.status = Plan.Status.REVISED
        self._copy_lines(first, second, "pavlova", self._months(quarter)[:2])

    def _copy_lines(self, first: Plan, second: Plan, who: str, months: list[int]) -> None:
        start, later = (self.world.days.months[month].start for month in months)
        old = [line for line in self.world.plan_lines if line.plan is first]
        # a person who was away all the month has no line of it: then anybody's
        theirs = [line for line in old if line.person is not None and line.starts_on == start]
        own = min(theirs, key=lambda line: line.person is not self.world.people[who])
        person, touched = own.person, [own.unit, self.world.units["sales"]]
        carried = _rounded(float(own.amount) * 0.3, STEP[Metric.PAYMENTS])
        for line in old:
            line.is_effective = False
            mine = line.person is person or (line.person is None and line.unit in touched)
            shift = {start: -carried, later: carried}.get(line.starts_on, Decimal(0)) if mine else Decimal(0)
            self.world.plan_lines.append(
                self.world.new(
                    PlanLine,
                    plan=second,
                    metric=line.metric,
                    unit=line.unit,
                    person=line.person,
                    starts_on=line.starts_on,
                    ends_on=line.ends_on,
                    amount=max(line.amount + shift, Decimal(0)),
                    is_effective=True,
                )
            )


def _rounded(amount: float, step: int) -> Decimal:
    return Decimal(max(round(amount / step), 1) * step)
