"""What a line costs, what may be done to an invoice, how a payment spreads over invoices. No queries, no clock."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from otdel.core.errors import Conflict, Invalid

K = TypeVar("K", bound=Hashable)

CENT = Decimal("0.01")
ZERO = Decimal(0)
# what fits the columns: fifteen digits, two of them cents
MOST = Decimal(10) ** 13
MOST_QUANTITY = Decimal(10) ** 12
MOST_PRICE = Decimal(10) ** 11


class WrongLine(Invalid):
    """A line does not add up."""


class WrongSum(Invalid):
    """The sum does not make sense."""


class InvoiceClosed(Conflict):
    """The invoice is cancelled."""


class InvoicePaid(Conflict):
    """The invoice is already paid, in part or in full."""


class TooMuch(Conflict):
    """More than the payment has or the invoice needs."""


class OtherCustomer(Conflict):
    """The payment and the invoice belong to different customers."""


@dataclass(frozen=True)
class LineValues:
    """One position as somebody gave it; without `amount` it is quantity × price."""

    product_id: int | None = None
    name: str = ""
    quantity: Decimal = Decimal(1)
    price: Decimal = ZERO
    amount: Decimal | None = None
    cost: Decimal | None = None


@dataclass(frozen=True)
class ProductValues:
    name: str
    code: str = ""
    group_id: int | None = None
    unit_name: str = ""
    price: Decimal | None = None
    unit_cost: Decimal | None = None
    is_active: bool = True
    custom: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class InvoiceValues:
    """`amount` counts when there are no lines; without `owner_id` it is the deal's or the customer's owner.

    `custom`: the company's own fields by key, here and below; None leaves them alone.
    """

    issued_on: date
    customer_id: int
    number: str = ""
    due_on: date | None = None
    deal_id: int | None = None
    owner_id: int | None = None
    amount: Decimal | None = None
    note: str = ""
    custom: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class PaymentValues:
    """A negative amount is money given back."""

    paid_on: date
    amount: Decimal
    number: str = ""
    customer_id: int | None = None
    deal_id: int | None = None
    owner_id: int | None = None
    purpose: str = ""
    custom: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ShipmentValues:
    """`amount` counts when there are no lines; a return is negative."""

    shipped_on: date
    number: str = ""
    customer_id: int | None = None
    deal_id: int | None = None
    invoice_id: int | None = None
    owner_id: int | None = None
    region_id: int | None = None
    channel_id: int | None = None
    amount: Decimal | None = None
    custom: Mapping[str, Any] | None = None


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def priced(line: LineValues) -> LineValues:
    """Return the line with its amount, or refuse what does not fit."""
    if not line.product_id and not line.name.strip():
        raise WrongLine(_("Choose a product or write what it is."), field="lines")
    if line.quantity == 0:
        raise WrongLine(_("The quantity cannot be zero."), field="lines")
    if not (_fits(line.quantity, MOST_QUANTITY) and _fits(line.price, MOST_PRICE)):
        raise WrongLine(_("The quantity or the price is too large."), field="lines")
    amount = check_size(line.quantity * line.price if line.amount is None else line.amount, "lines")
    return replace(line, name=line.name.strip()[:250], amount=amount)


def _fits(value: Decimal, most: Decimal) -> bool:
    return value.is_finite() and abs(value) < most


def check_size(amount: Decimal, field: str = "amount") -> Decimal:
    """Return the sum in whole cents, or refuse what the column cannot hold."""
    if not _fits(amount, MOST):
        raise WrongSum(_("The sum is too large."), field=field)
    return cents(amount)


def total(lines: Iterable[LineValues]) -> Decimal:
    return sum((line.amount or ZERO for line in lines), ZERO)


def follows_lines(amount: Decimal | None, lines_before: Decimal | None) -> bool:
    """Does the deal's amount come from its lines?

    Yes while it is empty or equals their sum; an amount that differs was typed by hand and stays.
    `lines_before` is None for a deal that had no lines.
    """
    return amount is None or amount == lines_before


# invoices


class InvoiceState(StrEnum):
    OPEN = "open"
    PART = "part"
    PAID = "paid"
    OVERDUE = "overdue"
    CANCELLED = "cancelled"


STATE_LABELS = {
    InvoiceState.OPEN: pgettext_lazy("invoice", "Not paid"),
    InvoiceState.PART: gettext_lazy("Partly paid"),
    InvoiceState.PAID: pgettext_lazy("invoice", "Paid"),
    InvoiceState.OVERDUE: gettext_lazy("Overdue"),
    InvoiceState.CANCELLED: pgettext_lazy("invoice", "Cancelled"),
}


def invoice_state(
    *, amount: Decimal, paid: Decimal, due_on: date | None, cancelled_on: date | None, today: date
) -> InvoiceState:
    if cancelled_on is not None:
        return InvoiceState.CANCELLED
    if paid >= amount:
        return InvoiceState.PAID
    if due_on is not None and due_on < today:
        return InvoiceState.OVERDUE
    return InvoiceState.PART if paid else InvoiceState.OPEN


AGES = (30, 60, 90)


def age_bucket(days: int) -> int:
    """Return the bucket of so many days overdue: 0 for 1–30, 1 for 31–60, 2 for 61–90, 3 for more."""
    return next((at for at, last in enumerate(AGES) if days <= last), len(AGES))


class HasMoney(Protocol):
    amount: Decimal
    paid: Decimal
    cancelled_on: date | None


def check_open(invoice: HasMoney) -> None:
    if invoice.cancelled_on is not None:
        raise InvoiceClosed(_("The invoice is cancelled. Return it to work first."))


def check_unpaid(invoice: HasMoney) -> None:
    """What was paid for must not change under the payer."""
    if invoice.paid:
        raise InvoicePaid(_("Something is already paid on this invoice: its sum, lines and customer cannot change."))


def check_dates(issued_on: date, due_on: date | None) -> None:
    if due_on is not None and due_on < issued_on:
        raise Invalid(_("The due date is before the date of the invoice."), field="due_on")


# spreading a payment over invoices


@dataclass(frozen=True)
class Need:
    """An invoice a payment may go to, in the order it should be tried."""

    id: int
    amount: Decimal
    paid: Decimal

    def room(self, positive: bool) -> Decimal:
        """How much more it takes, or, for money given back, how much can be taken from it (negative)."""
        return self.amount - self.paid if positive else -self.paid


def spread(amount: Decimal, needs: Sequence[Need], wish: Mapping[int, Decimal | None]) -> dict[int, Decimal]:
    """Return how much of a payment goes to each invoice: what the wish says, or as much as fits, in order.

    Raises TooMuch where the wish names more than the invoice takes or the payment has.
    """
    left, parts = amount, {}
    for need in needs:
        room = need.room(amount > 0)
        wanted = wish.get(need.id)
        part = _nearer_zero(left, room) if wanted is None else wanted
        _check_part(part, room, left)
        if part:
            parts[need.id] = part
            left -= part
    return parts


def _nearer_zero(left: Decimal, right: Decimal) -> Decimal:
    return min(left, right, key=abs)


def _check_part(part: Decimal, room: Decimal, left: Decimal) -> None:
    if part != cents(part) or part * left < 0 or part * room < 0:
        raise WrongSum(_("Each part of a payment has the payment's own sign and whole cents."), field="allocation")
    if abs(part) > abs(room):
        raise TooMuch(_("That is more than remains to be paid on the invoice."), field="allocation")
    if abs(part) > abs(left):
        raise TooMuch(_("The payment does not have that much left."), field="allocation")


def trim(parts: Sequence[tuple[K, Decimal]], low: Decimal, high: Decimal) -> dict[K, Decimal]:
    """Return the parts made smaller, the last first, until their sum lies between low and high."""
    kept = dict(parts)
    for key, part in reversed(parts):
        over = sum(kept.values(), ZERO)
        over = over - high if over > high else min(over - low, ZERO)
        if over * part > 0:
            kept[key] = part - _nearer_zero(part, over)
    return kept
