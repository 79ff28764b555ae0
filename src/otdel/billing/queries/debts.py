"""What is owed to us, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Min, Q, Sum

from otdel.billing import access
from otdel.billing.queries.lists import AGE_BOUNDS, AGE_LABELS, UNPAID, aged
from otdel.org.models import Person

ZERO = Decimal(0)
SOON = 7


@dataclass(frozen=True)
class Age:
    """Unpaid remainders of one age."""

    code: str
    label: Any
    count: int
    sum: Decimal


@dataclass(frozen=True)
class Debtor:
    customer_id: int
    name: str
    count: int
    sum: Decimal
    oldest: date
    days: int


@dataclass(frozen=True)
class Debts:
    """Remainders of unpaid invoices: all, overdue by age, and soon to be paid."""

    unpaid: Age
    overdue: Age
    soon: Age
    no_day: Age
    ages: list[Age]
    debtors: list[Debtor]

    @property
    def overdue_share(self) -> Decimal | None:
        return self.overdue.sum / self.unpaid.sum if self.unpaid.sum else None


def debts(person: Person, today: date, debtors: int = 10) -> Debts:
    """Return the debts within the person's reach. Two queries besides those of access."""
    rows = access.visible_invoices(person).filter(UNPAID)
    late = Q(due_on__lt=today)
    parts: dict[str, Q] = {code: aged(*bounds, today) for code, bounds in AGE_BOUNDS.items()}
    parts |= {
        "unpaid": Q(),
        "overdue": late,
        "soon": Q(due_on__gte=today, due_on__lte=today + timedelta(days=SOON)),
        "no_day": Q(due_on=None),
    }
    found = rows.aggregate(
        **{f"sum_{code}": Sum(F("amount") - F("paid"), filter=part) for code, part in parts.items()},
        **{f"count_{code}": Count("id", filter=part) for code, part in parts.items()},
    )

    def age(code: str, label: Any = "") -> Age:
        return Age(code, label, found[f"count_{code}"], found[f"sum_{code}"] or ZERO)

    return Debts(
        unpaid=age("unpaid"),
        overdue=age("overdue"),
        soon=age("soon"),
        no_day=age("no_day"),
        ages=[age(code, AGE_LABELS[code]) for code in AGE_BOUNDS],
        debtors=_debtors(rows.filter(late), today, debtors),
    )


def _debtors(rows: Any, today: date, most: int) -> list[Debtor]:
    grouped = rows.order_by().values("customer_id", "customer__name")
    summed = grouped.annotate(count=Count("id"), sum=Sum(F("amount") - F("paid")), oldest=Min("due_on"))
    worst = summed.order_by("-sum", "customer_id")[:most]
    return [
        Debtor(
            customer_id=row["customer_id"],
            name=row["customer__name"],
            count=row["count"],
            sum=row["sum"],
            oldest=row["oldest"],
            days=(today - row["oldest"]).days,
        )
        for row in worst
    ]
