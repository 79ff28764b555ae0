"""Lines of a file of deals, and those of one deal together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from otdel.core.imports import Ref
from otdel.customers.models import Customer


@dataclass(slots=True)
class DealRow:
    """One line of a file; several with one id are one deal with several products."""

    number: int
    external_id: str | None = None
    name: str | None = None
    customer: tuple[Ref, ...] | None = None
    customer_inn: str | None = None
    contact: tuple[Ref, ...] | None = None
    contact_phones: tuple[Any, ...] | None = None
    contact_emails: tuple[str, ...] | None = None
    owner: Ref | None = None
    pipeline: str | None = None
    stage: str | None = None
    outcome: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    created: datetime | None = None
    opened: date | None = None
    expected_close: date | None = None
    closed_on: date | None = None
    stage_since: datetime | None = None
    stage_entered: tuple[tuple[str, datetime], ...] | None = None
    probability: Decimal | None = None
    """Not kept: chances belong to stages."""
    product: Ref | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None
    loss_reason: str | None = None
    source: str | None = None
    region: Ref | None = None
    tags: tuple[str, ...] | None = None
    note: str | None = None
    custom: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Group:
    """The rows of one deal, its first row speaking for it."""

    rows: list[DealRow]
    owner_id: int = 0
    customer: Customer | None = None

    @property
    def first(self) -> DealRow:
        return self.rows[0]

    @property
    def numbers(self) -> list[int]:
        return [row.number for row in self.rows]


def groups_of(rows: Sequence[DealRow]) -> list[Group]:
    found: dict[str, Group] = {}
    for row in rows:
        key = row.external_id or f"#{row.number}"
        if key in found:
            found[key].rows.append(row)
        else:
            found[key] = Group([row])
    return list(found.values())
