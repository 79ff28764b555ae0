"""Plans from a file: each year of a metric becomes a draft of the department that has all the people in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from otdel.billing.models import ProductGroup
from otdel.core.act import action
from otdel.core.actions import Entries
from otdel.core.errors import Invalid
from otdel.core.imports import Ref, Result, Settings, Status, fold
from otdel.core.periods import Kind, Period
from otdel.customers.actions.imports import Lists
from otdel.org import access as org_access
from otdel.org.actions.imports import ensure_people
from otdel.org.models import Membership, Person
from otdel.org.queries import units_on
from otdel.org.queries.naming import UnitsByName
from otdel.org.rules import Right, Tree
from otdel.plans import rules
from otdel.plans.actions.documents import Cell, CellChange, change_cells, create_plan, revise_plan
from otdel.plans.models import Plan
from otdel.plans.rules import LineKey

NEW = frozenset({"new", "новый", "новые", "новый клиент", "новые клиенты", "new client", "new clients"})
REGULAR = frozenset({"regular", "постоянный", "постоянные", "постоянный клиент", "regular client", "existing"})


@dataclass(slots=True)
class PlanRow:
    number: int
    unit: Ref | None = None
    metric: str | None = None
    starts_on: date | None = None
    last_day: date | None = None
    amount: Decimal | None = None
    product_group: str | None = None
    client_segment: str | None = None
    region: Ref | None = None
    channel: str | None = None
    new_or_regular: str | None = None
    note: str | None = None
    """Not kept: plan lines have no note."""


@dataclass
class _Sheet:
    """The cells of one metric and year."""

    metric: str
    cells: dict[Cell, Decimal] = field(default_factory=dict)
    rows: dict[Cell, list[int]] = field(default_factory=lambda: defaultdict(list))

    def numbers(self) -> list[int]:
        return [number for numbers in self.rows.values() for number in numbers]


@action
def import_plans(*, by: Person, rows: Sequence[PlanRow], settings: Settings, now: datetime) -> Result:
    """Write the whole file's plans as drafts; nobody is measured by them until somebody else approves.

    A year planned already is changed while it is a draft, and gets a new version to approve when it is in force.
    """
    org_access.require(by, "plan", Right.CREATE)
    result = Result()
    sheets = _sheets(by, rows, settings, result, now)
    tree = org_access.tree_for(by)
    for sheet in sheets:
        with result.guard(*sheet.numbers()):
            _write(by, sheet, tree, settings, result, now)
    return result


def _sheets(by: Person, rows: Sequence[PlanRow], settings: Settings, result: Result, now: datetime) -> list[_Sheet]:
    lines = _Lines(by, rows, settings, result, now)
    sheets: dict[tuple[str, int], _Sheet] = {}
    for row in rows:
        with result.guard(row.number):
            metric, cell, amount = lines.read(row)
            sheet = sheets.setdefault((metric, cell[1].year), _Sheet(metric))
            if sheet.cells.get(cell, amount) != amount:
                raise Invalid(_("The file plans this twice, with different numbers."))
            sheet.cells[cell] = amount
            sheet.rows[cell].append(row.number)
    return list(sheets.values())


class _Lines:
    """Rows into cells of a plan."""

    def __init__(self, by: Person, rows: Sequence[PlanRow], settings: Settings, result: Result, now: datetime) -> None:
        self.units = UnitsByName()
        named = [row.unit for row in rows if row.unit and not self._department(row.unit)]
        self.people = ensure_people(by=by, refs=named, settings=settings, result=result, now=now)
        self.lists = Lists(settings, result)
        self.groups = Entries(ProductGroup, _("Product groups"), settings.may_create("products"), result)
        self.default = settings.unit_id
        self.stays = self._stays(rows)

    def _department(self, ref: Ref) -> Any:
        return self.units.find((ref[0],)) if ref[0] else None

    def _stays(self, rows: Iterable[PlanRow]) -> dict[tuple[int, date], int]:
        asked = {
            (self.people.find(row.unit), row.starts_on)
            for row in rows
            if row.unit and row.starts_on and self.people.knows_one(row.unit)
        }
        return units_on(asked)

    def read(self, row: PlanRow) -> tuple[str, Cell, Decimal]:
        if not row.metric:
            raise Invalid(_("The row does not say what is planned. Choose the metric of the file."))
        if row.starts_on is None or row.last_day is None:
            raise Invalid(_("The row does not say which period is planned."))
        if row.amount is None:
            raise Invalid(_("The row has no number."))
        amount = row.amount.quantize(Decimal("0.01"))
        rules.check_amount(amount)
        unit_id, person_id = self._whose(row.unit, row.starts_on)
        key = LineKey(
            unit_id, person_id,
            self.groups.id_of(row.product_group) if row.product_group else None,
            self.lists.segments.id_of(row.client_segment) if row.client_segment else None,
            self.lists.regions.id_of(row.region) if row.region else None,
            self.lists.channels.id_of(row.channel) if row.channel else None,
            _is_new(row.new_or_regular),
        )  # fmt: skip
        return row.metric, (key, row.starts_on, row.last_day + timedelta(days=1)), amount

    def _whose(self, ref: Ref | None, day: date) -> tuple[int, int | None]:
        """A department, or a person in the department they were in on the period's first day."""
        if ref is None:
            found = self.default or (self.units.root.pk if self.units.root else None)
            if found is None:
                raise Invalid(_("The row does not say whose plan it is."))
            return found, None
        unit = self._department(ref)
        if unit is not None and not self.people.knows_one(ref):
            return unit.pk, None
        person_id = self.people.find(ref)
        unit_id = self.stays.get((person_id, day)) or self._latest(person_id)
        if unit_id is None:
            raise Invalid(_("“%(name)s” belongs to no department.") % {"name": ref[0][:160]})
        return unit_id, person_id

    def _latest(self, person_id: int) -> int | None:
        stays = Membership.objects.filter(person_id=person_id).order_by("starts_on")
        return stays.values_list("unit_id", flat=True).first()


def _is_new(text: str | None) -> bool | None:
    if text is None:
        return None
    if fold(text) in NEW or fold(text) in REGULAR:
        return fold(text) in NEW
    raise Invalid(_("“%(value)s” is neither new nor regular.") % {"value": text[:60]})


def _write(by: Person, sheet: _Sheet, tree: Tree, settings: Settings, result: Result, now: datetime) -> None:
    """Put the cells into the plan of their department and year."""
    unit_id = _common(tree, {key.unit_id for key, _start, _end in sheet.cells})
    period = _span(sheet.cells)
    plan = _prepared(sheet.metric, unit_id, period)
    if plan is None:
        made = create_plan(
            by=by, metric=sheet.metric, unit_id=unit_id, period=period, amounts=sheet.cells, now=now
        )  # fmt: skip
        result.made["plans"].add(str(made.pk))
        _note(sheet, result, set(sheet.cells), Status.CREATED)
        return
    standing = _amounts(plan)
    differing = {cell for cell, amount in sheet.cells.items() if standing.get(cell) != amount}
    _note(sheet, result, differing, Status.UPDATED)
    if not differing:
        return
    if plan.status == Plan.Status.APPROVED:
        plan = revise_plan(by=by, plan_id=plan.pk, reason=settings.reason or _("From a file"), now=now)
    changes = [CellChange(*cell, seen=standing.get(cell), amount=sheet.cells[cell]) for cell in differing]
    change_cells(by=by, plan_id=plan.pk, changes=changes, now=now)
    result.made["plans"].add(str(plan.pk))


def _note(sheet: _Sheet, result: Result, written: set[Cell], status: Status) -> None:
    for cell, numbers in sheet.rows.items():
        for number in numbers:
            result.note(number, status if cell in written else Status.UNCHANGED)


def _common(tree: Tree, units: set[int]) -> int:
    """The lowest department that has all of them under it."""
    ways = [tree.above(unit)[::-1] for unit in units]
    common = 0
    for level in zip(*ways, strict=False):
        if len(set(level)) > 1:
            break
        common = level[0]
    if not common:
        raise Invalid(_("The people of the file have no department in common."))
    return common


def _span(cells: Iterable[Cell]) -> Period:
    """The calendar year; wider only where a week crosses its end."""
    starts, ends = zip(*((start, end) for _key, start, end in cells), strict=True)
    year = Period.of(Kind.YEAR, min(starts))
    return year if max(ends) <= year.end else Period.between(year.start, max(ends))


def _prepared(metric: str, unit_id: int, period: Period) -> Plan | None:
    """The plan of this metric, department and stretch to go on with: the draft, else the one in force."""
    rows = Plan.objects.filter(metric=metric, unit_id=unit_id, starts_on=period.start, ends_on=period.end)
    order = {Plan.Status.DRAFT: 0, Plan.Status.AGREED: 1, Plan.Status.APPROVED: 2}
    living = rows.filter(status__in=list(order))
    return min(living, key=lambda plan: (order[Plan.Status(plan.status)], -plan.pk), default=None)


def _amounts(plan: Plan) -> dict[Cell, Decimal]:
    rows = plan.lines.values_list(
        "unit_id", "person_id", "product_group_id", "client_segment_id", "region_id", "channel_id", "is_new_client",
        "starts_on", "ends_on", "amount",
    )  # fmt: skip
    return {(LineKey(*row[:7]), row[7], row[8]): row[9] for row in rows}
