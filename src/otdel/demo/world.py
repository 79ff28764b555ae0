"""Everything the invented company has, as rows not yet written, in the order they are written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from django.db import models

from otdel.activities.models import Activity
from otdel.billing.models import (
    Allocation,
    DealLine,
    Invoice,
    InvoiceLine,
    Payment,
    Product,
    ProductGroup,
    Shipment,
    ShipmentLine,
)
from otdel.customers.models import Channel, ClientSegment, Contact, ContactPoint, Customer, Region, Source
from otdel.deals.models import Deal, Lead, LossReason, Pipeline, Stage, StageChange
from otdel.demo import firm
from otdel.demo.days import Days
from otdel.demo.words import Word
from otdel.notifications.models import Delivery, Notice
from otdel.org.models import Membership, Person, Role, Unit
from otdel.plans.models import Plan, PlanLine
from otdel.tasks.models import ChecklistItem, DeadlineMove, Repeat, Task, TaskComment, Template

M = TypeVar("M", bound=models.Model)


@dataclass
class Client:
    """A customer and what moves the story about them: how often they buy, how they pay, who serves them when."""

    row: Customer
    region: str
    segment: str
    weight: float
    delay: float
    owners: list[tuple[date, str]]
    contact: Contact
    silent_from: date | None = None
    bought_on: date | None = None

    def owner(self, day: date) -> str:
        found = self.owners[0][1]
        for since, key in self.owners:
            if since <= day:
                found = key
        return found


@dataclass
class Tally:
    """What will have come by the end of each month, future included: plans are made from it."""

    by_person: dict[tuple[str, str, int], float] = field(default_factory=lambda: defaultdict(float))
    by_unit: dict[tuple[str, str, int], float] = field(default_factory=lambda: defaultdict(float))
    by_group: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    by_segment: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    by_cut: dict[tuple[str, str, int], float] = field(default_factory=lambda: defaultdict(float))
    buyers: dict[tuple[str, int], set[int]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class World:
    days: Days
    seed: int
    language: str
    scale: float = 1

    def __post_init__(self) -> None:
        self.roles: dict[str, Role] = {}
        self.people: dict[str, Person] = {}
        self.units: dict[str, Unit] = {}
        self.memberships: list[Membership] = []
        self.segments: dict[str, ClientSegment] = {}
        self.regions: dict[str, Region] = {}
        self.channels: dict[str, Channel] = {}
        self.sources: dict[str, Source] = {}
        self.reasons: dict[str, LossReason] = {}
        self.groups: dict[str, ProductGroup] = {}
        self.products: dict[str, list[Product]] = {}
        self.pipelines: dict[str, Pipeline] = {}
        self.stages: dict[str, list[Stage]] = {}
        self.clients: list[Client] = []
        self.contacts: list[Contact] = []
        self.points: list[ContactPoint] = []
        self.leads: list[Lead] = []
        self.deals: list[Deal] = []
        self.deal_lines: list[DealLine] = []
        self.changes: list[StageChange] = []
        self.activities: list[Activity] = []
        self.invoices: list[Invoice] = []
        self.invoice_lines: list[InvoiceLine] = []
        self.payments: list[Payment] = []
        self.allocations: list[Allocation] = []
        self.shipments: list[Shipment] = []
        self.shipment_lines: list[ShipmentLine] = []
        self.plans: list[Plan] = []
        self.plan_lines: list[PlanLine] = []
        self.tasks: list[Task] = []
        self.lines_to_do: list[ChecklistItem] = []
        self.comments: list[TaskComment] = []
        self.moves: list[DeadlineMove] = []
        self.templates: list[Template] = []
        self.repeats: list[Repeat] = []
        self.notices: list[Notice] = []
        self.deliveries: list[Delivery] = []
        self.tally = Tally()
        self._spans: dict[str, list[tuple[date, date, str]]] = {}
        self._last: dict[type[models.Model], int] = defaultdict(int)

    def new(self, model: type[M], **fields: Any) -> M:
        """Return an unwritten row that already has its key, so that others can point at it."""
        self._last[model] += 1
        return model(id=self._last[model], **fields)

    def rng(self, name: str) -> Random:
        """Return a stream of its own, so that one part's draws do not shift another's."""
        return Random(f"{self.seed}/{name}")

    def say(self, word: Word) -> str:
        return word.in_(self.language)

    # who was where

    def month_start(self, back: int | None) -> date | None:
        return None if back is None else self.days.current.plus(back).start

    def spans(self, key: str) -> list[tuple[date, date, str]]:
        """Return (from, to, department) of a person, half-open."""
        if key not in self._spans:
            worker = firm.BY_KEY[key]
            since = self.month_start(worker.hired) or date(self.days.start.year - 3, 2, 1)
            until, moved = self.month_start(worker.left) or date.max, self.month_start(worker.moved)
            spans = [(since, until, worker.unit)]
            if moved is not None:
                spans = [(since, moved, worker.moved_from), (moved, until, worker.unit)]
            self._spans[key] = spans
        return self._spans[key]

    def unit_key(self, key: str, day: date) -> str | None:
        return next((unit for since, until, unit in self.spans(key) if since <= day < until), None)

    def unit(self, key: str, day: date) -> Unit | None:
        found = self.unit_key(key, day)
        return self.units[found] if found else None

    def unit_id(self, key: str, day: date) -> int | None:
        found = self.unit(key, day)
        return found.pk if found else None

    def at_work(self, key: str, day: date) -> str:
        """Return the person, or who took over their clients when they left before the day."""
        worker = firm.BY_KEY[key]
        left = self.month_start(worker.left)
        return worker.heir if left is not None and day >= left else key

    def count(self, metric: str, key: str, day: date, amount: float) -> None:
        """Add to the tally of the person and of every department above them."""
        month = self.days.month_of(day)
        self.tally.by_person[metric, key, month] += amount
        unit = self.unit_key(key, day)
        while unit is not None:
            self.tally.by_unit[metric, unit, month] += amount
            unit = PARENTS[unit]


PARENTS: dict[str, str | None] = {key: parent for key, parent, _head in firm.UNITS}


def money(value: float) -> Decimal:
    return Decimal(round(value * 100)).scaleb(-2)


def stamps(at: Any) -> dict[str, Any]:
    """Return the times of a row made at the moment and not changed since."""
    return {"created_at": at, "updated_at": at}


def department_of(unit: str) -> str:
    """Return the department a group belongs to; a department belongs to itself."""
    parent = PARENTS.get(unit)
    return parent if parent in firm.DEPARTMENTS else unit
