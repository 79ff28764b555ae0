"""A firm whose March is planned, and manual control declared in few words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from ledger import fresh

from otdel.core.periods import Period
from otdel.measures import actions
from otdel.measures.models import ManualControl
from otdel.measures.rules import ControlValues
from otdel.plans import actions as plans
from otdel.plans.rules import LineKey

MARCH = Period.parse("2026-03")


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A moment by Moscow's clock, three hours ahead."""
    return datetime.combine(date(2026, month, day), time(hour - 3, minute), UTC)


def plan_march(firm) -> None:
    """Anna's plan of March: 2,100,000, 100,000 a working day; Vera's the same."""
    for unit, head, person in ((firm.north, firm.boris, firm.anna), (firm.south, firm.gleb, firm.vera)):
        cells = {(LineKey(unit.pk, person.pk), MARCH.start, MARCH.end): Decimal(2_100_000)}
        plan = plans.create_plan(
            by=fresh(head), metric="payments", unit_id=unit.pk, period=MARCH, amounts=cells, now=at(1, 12)
        )
        plans.agree_plan(by=fresh(head), plan_id=plan.pk, now=at(1, 12))
        plans.approve_plan(by=fresh(firm.olga), plan_id=plan.pk, now=at(1, 12))


def declared(firm, *, now=None, by=None, person="anna", **changes) -> ManualControl:
    values = {
        "unit_id": firm.north.pk,
        "person_id": getattr(firm, person).pk if person else None,
        "metric": "payments",
        "period": MARCH,
        "until": date(2026, 3, 31),
        "exit_share": Decimal("0.95"),
        "exit_days": 3,
        "reviewer_id": firm.olga.pk,
        "reason": "Calls fell by half",
    }
    return actions.declare(
        by=fresh(by or firm.boris), values=ControlValues(**(values | changes)), now=now or at(10, 12)
    )
