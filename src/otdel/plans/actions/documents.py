"""Plan documents: draft, agree, approve, revise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotAllowed
from otdel.core.periods import Period
from otdel.org import access as org_access
from otdel.org.models import Person
from otdel.org.rules import Right
from otdel.plans import access, rules
from otdel.plans.models import Metric, Plan, PlanLine
from otdel.plans.rules import LineKey

Cell = tuple[LineKey, date, date]


@dataclass(frozen=True)
class CellChange:
    """One number somebody typed: what stands there now for them, and what should stand there."""

    key: LineKey
    starts_on: date
    ends_on: date
    seen: Decimal | None
    amount: Decimal | None

    @property
    def cell(self) -> Cell:
        return (self.key, self.starts_on, self.ends_on)


@action
def create_plan(
    *, by: Person, metric: str, unit_id: int, period: Period, amounts: Mapping[Cell, Decimal], now: datetime
) -> Plan:
    """Start a draft with the given numbers. Raises NotAllowed or Invalid."""
    org_access.require(by, "plan", Right.CREATE)
    if not access.may_change(by, unit_id):
        raise NotAllowed(_("Plans of this department are made by its head or those above."))
    if metric not in Metric.values:
        raise Invalid(_("Choose a metric."), field="metric")
    plan = Plan.objects.create(
        metric=metric, unit_id=unit_id, starts_on=period.start, ends_on=period.end, author=by, created_at=now
    )
    Plan.objects.filter(pk=plan.pk).update(root=plan)
    _check_cells(plan, by, amounts)
    _write(plan, amounts)
    recount(plan, by)
    journal.record("plan.created", plan, by=by, at=now, metric=metric, period=str(period))
    plan.root_id = plan.pk
    return plan


@action
def change_cells(*, by: Person, plan_id: int, changes: Iterable[CellChange], now: datetime) -> Plan:
    """Write the changed numbers of a draft.

    Raises CellChanged when a number is no longer what its author saw, with the cells in `details`.
    """
    plan = access.plan_for_change(by, plan_id)
    rules.check_editable(plan)
    wanted = {change.cell: change for change in changes if change.seen != change.amount}
    _check_cells(plan, by, {cell: change.amount or Decimal(0) for cell, change in wanted.items()})
    standing = _standing(plan)
    clashes = [cell for cell, change in wanted.items() if standing.get(cell) not in (change.seen, change.amount)]
    if clashes:
        raise rules.CellChanged(
            _("Somebody changed the same numbers meanwhile. Both are shown: choose which stays."), cells=clashes
        )
    _write(plan, {cell: change.amount for cell, change in wanted.items()})
    recount(plan, by)
    journal.record("plan.changed", plan, by=by, at=now, cells=len(wanted))
    return plan


@action
def agree_plan(*, by: Person, plan_id: int, now: datetime) -> Plan:
    """Say that those concerned agree with the numbers; from here only approval or return."""
    plan = access.plan_for_change(by, plan_id)
    rules.check_editable(plan)
    if not plan.lines.exists():
        raise Conflict(_("The plan is empty. Put at least one number into it."))
    plan.status, plan.agreed_by, plan.agreed_at = Plan.Status.AGREED, by, now
    plan.save(update_fields=["status", "agreed_by", "agreed_at"])
    journal.record("plan.agreed", plan, by=by, at=now)
    return plan


@action
def return_plan(*, by: Person, plan_id: int, reason: str, now: datetime) -> Plan:
    """Send an agreed plan back to draft."""
    plan = access.plan_for_change(by, plan_id)
    if plan.status != Plan.Status.AGREED:
        raise Conflict(_("Only an agreed plan is returned to draft."))
    plan.status, plan.agreed_by, plan.agreed_at = Plan.Status.DRAFT, None, None
    plan.save(update_fields=["status", "agreed_by", "agreed_at"])
    journal.record("plan.returned", plan, by=by, at=now, reason=reason)
    return plan


@action
def approve_plan(*, by: Person, plan_id: int, now: datetime) -> Plan:
    """Make the plan the one the board reads; the version before it steps back.

    Raises OwnPlan, NotAllowed, PlannedTwice or Conflict.
    """
    plan = access.plan_for_change(by, plan_id)
    people = set(plan.lines.exclude(person=None).values_list("person_id", flat=True))
    rules.check_approval(plan, approver_id=by.pk, planned_people=people)
    if not access.may_approve(by, plan.unit_id):
        raise NotAllowed(_("A plan is approved by the head of a department above, or by the director."))
    _retire_previous(plan)
    _check_planned_once(plan)
    plan.status, plan.approved_by, plan.approved_at = Plan.Status.APPROVED, by, now
    plan.save(update_fields=["status", "approved_by", "approved_at"])
    plan.lines.update(is_effective=True)
    journal.record("plan.approved", plan, by=by, at=now, version=plan.version)
    return plan


@action
def revise_plan(*, by: Person, plan_id: int, reason: str, now: datetime) -> Plan:
    """Start the next version of an approved plan as a draft with the same numbers."""
    plan = access.plan_for_change(by, plan_id)
    rules.check_revision(plan, reason)
    if Plan.objects.filter(root_id=plan.root_id, status__in=[Plan.Status.DRAFT, Plan.Status.AGREED]).exists():
        raise Conflict(_("A new version of this plan is being prepared already. Open it."))
    draft = Plan.objects.create(
        metric=plan.metric, unit_id=plan.unit_id, starts_on=plan.starts_on, ends_on=plan.ends_on,
        version=plan.version + 1, root_id=plan.root_id, reason=reason.strip(),
        total=plan.total, author=by, created_at=now,
    )  # fmt: skip
    _write(draft, _standing(plan))
    journal.record("plan.revised", draft, by=by, at=now, reason=reason, before=plan.pk)
    return draft


@action
def delete_draft(*, by: Person, plan_id: int, now: datetime) -> None:
    """Throw a draft away. Approved versions stay for ever."""
    plan = access.plan_for_change(by, plan_id)
    rules.check_editable(plan)
    journal.record("plan.deleted", plan, by=by, at=now, metric=plan.metric, version=plan.version)
    if plan.root_id == plan.pk:
        Plan.objects.filter(pk=plan.pk).update(root=None)
    plan.delete()


def _check_cells(plan: Plan, by: Person, amounts: Mapping[Cell, Decimal]) -> None:
    """Refuse numbers outside the plan's period or department."""
    under = org_access.tree_for(by).under(plan.unit_id)
    for (key, starts_on, ends_on), amount in amounts.items():
        rules.check_amount(amount)
        if key.unit_id not in under:
            raise Invalid(_("A line belongs to a department outside this plan."))
        if not plan.starts_on <= starts_on < ends_on <= plan.ends_on:
            raise Invalid(_("A line lies outside the period of this plan."))


def _standing(plan: Plan) -> dict[Cell, Decimal]:
    """Return the numbers of a plan by cell. One query."""
    rows = plan.lines.values_list(
        "unit_id", "person_id", "product_group_id", "client_segment_id", "region_id", "channel_id", "is_new_client",
        "starts_on", "ends_on", "amount",
    )  # fmt: skip
    return {(LineKey(*row[:7]), row[7], row[8]): row[9] for row in rows}


def _write(plan: Plan, amounts: Mapping[Cell, Decimal | None]) -> None:
    """Set the cells; an empty amount removes its line. At most three statements for any number of cells."""
    ids = {
        (LineKey(*row[:7]), row[7], row[8]): row[9]
        for row in plan.lines.values_list(
            "unit_id", "person_id", "product_group_id", "client_segment_id", "region_id", "channel_id",
            "is_new_client", "starts_on", "ends_on", "pk",
        )
    }  # fmt: skip
    gone = [ids[cell] for cell, amount in amounts.items() if amount is None and cell in ids]
    plan.lines.filter(pk__in=gone).delete()
    changed = [
        PlanLine(pk=ids[cell], amount=amount) for cell, amount in amounts.items() if amount is not None and cell in ids
    ]
    PlanLine.objects.bulk_update(changed, ["amount"], batch_size=1000)
    added = [
        PlanLine(plan=plan, metric=plan.metric, starts_on=start, ends_on=end, amount=amount, **key._asdict())
        for (key, start, end), amount in amounts.items()
        if amount is not None and (key, start, end) not in ids
    ]
    PlanLine.objects.bulk_create(added, batch_size=1000)


def recount(plan: Plan, by: Person) -> None:
    """Keep the plan's total: period by period, as the grid sums it."""
    tree = org_access.tree_for(by)
    by_span: dict[tuple[date, date], list[tuple[LineKey, Decimal]]] = defaultdict(list)
    for (key, start, end), amount in _standing(plan).items():
        by_span[start, end].append((key, amount))
    amounts = (rules.Sums(lines, tree).unit(plan.unit_id) or Decimal(0) for lines in by_span.values())
    plan.total = sum(amounts, Decimal(0))
    plan.save(update_fields=["total"])


def _retire_previous(plan: Plan) -> None:
    for previous in Plan.objects.select_for_update().filter(root_id=plan.root_id, status=Plan.Status.APPROVED):
        previous.lines.update(is_effective=False)
        previous.status = Plan.Status.REVISED
        previous.save(update_fields=["status"])


def _check_planned_once(plan: Plan) -> None:
    """Refuse when another approved plan has a line for the same person, segment and period."""
    mine = set(_standing(plan))
    rivals = PlanLine.objects.filter(
        is_effective=True, metric=plan.metric, starts_on__gte=plan.starts_on, ends_on__lte=plan.ends_on
    ).select_related("plan__unit")
    for line in rivals:
        key = LineKey(
            line.unit_id, line.person_id, line.product_group_id, line.client_segment_id, line.region_id,
            line.channel_id, line.is_new_client,
        )  # fmt: skip
        if (key, line.starts_on, line.ends_on) in mine:
            raise rules.PlannedTwice(
                _("The approved plan of «%(unit)s» already has some of these lines. Revise it, or remove them here.")
                % {"unit": line.plan.unit.name},
                plan_id=line.plan_id,
            )
