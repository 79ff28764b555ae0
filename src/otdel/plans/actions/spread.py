"""Give a department's plan to its people in round numbers whose sums agree to the cent."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from otdel.calc.allocate import split_round
from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid
from otdel.org.models import Person
from otdel.plans import access, metrics, rules
from otdel.plans.actions.documents import recount
from otdel.plans.models import Plan, PlanLine
from otdel.plans.rules import LineKey


@action
def spread_plan(*, by: Person, plan_id: int, unit_id: int, people: list[int], now: datetime) -> Plan:
    """Split each period's own line of the department over the people, in proportion to their present numbers.

    Those without a number count as the average of the others; when nobody has one, all get the same.
    """
    plan = access.plan_for_change(by, plan_id)
    rules.check_editable(plan)
    if not people:
        raise Invalid(_("There is nobody in this department to give the plan to."))
    own = plan.lines.filter(unit_id=unit_id, person=None, **_UNCUT).values_list("starts_on", "ends_on", "amount")
    if not own:
        raise Conflict(_("The department has no number of its own yet. Type it first."))
    standing = _present(plan, unit_id, people)
    lines = [
        PlanLine(plan=plan, metric=plan.metric, starts_on=start, ends_on=end, amount=part, **key._asdict())
        for start, end, amount in own
        for key, part in _parts(amount, unit_id, people, standing[start, end], metrics.step_of(plan.metric, amount))
    ]
    plan.lines.filter(unit_id=unit_id, person_id__in=people, starts_on__in=[row[0] for row in own], **_UNCUT).delete()
    PlanLine.objects.bulk_create(lines, batch_size=1000)
    recount(plan, by)
    journal.record("plan.changed", plan, by=by, at=now, cells=len(lines))
    return plan


_UNCUT = {
    "product_group": None, "client_segment": None, "region": None, "channel": None, "is_new_client": None,
}  # fmt: skip


def _present(plan: Plan, unit_id: int, people: list[int]) -> dict[tuple[date, date], dict[int, Decimal]]:
    found: dict[tuple[date, date], dict[int, Decimal]] = defaultdict(dict)
    rows = plan.lines.filter(unit_id=unit_id, person_id__in=people, **_UNCUT)
    for person, start, end, amount in rows.values_list("person_id", "starts_on", "ends_on", "amount"):
        found[start, end][person] = amount
    return found


def _parts(
    amount: Decimal, unit_id: int, people: list[int], present: dict[int, Decimal], step: Decimal
) -> list[tuple[LineKey, Decimal]]:
    known = [present[person] for person in people if present.get(person)]
    usual = sum(known, Decimal(0)) / len(known) if known else Decimal(1)
    weights = [present.get(person) or usual for person in people]
    parts = split_round(amount, weights, step=step)
    return [(LineKey(unit_id, person), part) for person, part in zip(people, parts, strict=True)]
