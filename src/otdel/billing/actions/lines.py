"""Lines of deals, invoices and shipments: replaced as a whole, the old ones kept in the history of fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from otdel.billing.models import DealLine, InvoiceLine, Product, ShipmentLine
from otdel.billing.rules import LineValues, WrongLine, cents, check_size, follows_lines, priced, total
from otdel.core import journal
from otdel.core.act import action
from otdel.deals.access import deal_for_change
from otdel.deals.models import Deal
from otdel.org.models import Person

MOST_LINES = 500
FIELDS = ("product_id", "name", "quantity", "price", "amount")


def checked(lines: Sequence[LineValues]) -> list[LineValues]:
    """Return the lines with their amounts; a product that is not there is refused."""
    if len(lines) > MOST_LINES:
        raise WrongLine(_("No more than %(count)d lines.") % {"count": MOST_LINES}, field="lines")
    ready = [priced(line) for line in lines]
    asked = {line.product_id for line in ready if line.product_id}
    if asked - set(Product.objects.filter(pk__in=asked).values_list("pk", flat=True)):
        raise WrongLine(_("There is no such product."), field="lines")
    check_size(total(ready), "lines")
    return ready


def with_costs(lines: Sequence[LineValues]) -> list[LineValues]:
    """Return the lines, those without a cost taking it from the price list as it is now."""
    asked = {line.product_id for line in lines if line.product_id and line.cost is None}
    known = Product.objects.filter(pk__in=asked).exclude(unit_cost=None).values_list("pk", "unit_cost")
    costs: dict[int | None, Decimal] = dict(known) if asked else {}
    return [
        replace(line, cost=cents(line.quantity * costs[line.product_id]))
        if line.cost is None and line.product_id in costs
        else line
        for line in lines
    ]


def replace_lines(model: type[Any], parent: dict[str, int], lines: Sequence[LineValues]) -> None:
    """Write the lines anew, touching only those that differ from what is there.

    Lines have no life of their own, only a place; a place whose values did not change keeps its row.
    """
    there = list(model.objects.filter(**parent).order_by("position", "id"))
    fields = (*FIELDS, "cost") if model is ShipmentLine else FIELDS
    for position, (row, line) in enumerate(zip(there, lines, strict=False), start=1):
        if _update(row, line, fields, position):
            row.save()
    fresh = enumerate(lines[len(there) :], start=len(there) + 1)
    model.objects.bulk_create(_row(model, parent, line, fields, position) for position, line in fresh)
    model.objects.filter(pk__in=[row.pk for row in there[len(lines) :]]).delete()


def _update(row: Any, line: LineValues, fields: Sequence[str], position: int) -> bool:
    wanted = {name: getattr(line, name) for name in fields} | {"position": position}
    changed = any(getattr(row, name) != value for name, value in wanted.items())
    for name, value in wanted.items():
        setattr(row, name, value)
    return changed


def _row(model: type[Any], parent: dict[str, int], line: LineValues, fields: Sequence[str], position: int) -> Any:
    return model(**parent, **{name: getattr(line, name) for name in fields}, position=position)


@action
def set_deal_lines(
    *, by: Person, deal_id: int, lines: Sequence[LineValues], now: datetime, recount: bool | None = None
) -> Deal:
    """Replace the deal's lines. The amount follows them unless it was typed by hand; `recount` decides otherwise."""
    deal = deal_for_change(by, deal_id)
    ready = checked(lines)
    if any((line.amount or 0) < 0 for line in ready):
        raise WrongLine(_("Lines of a deal cannot be negative."), field="lines")
    before = DealLine.objects.filter(deal=deal).aggregate(sum=Sum("amount"))["sum"]
    replace_lines(DealLine, {"deal_id": deal.pk}, ready)
    if follows_lines(deal.amount, before) if recount is None else recount:
        deal.amount = total(ready) if ready else None
    deal.updated_at = now
    deal.save(update_fields=["amount", "updated_at"])
    journal.record("deal.lines_set", deal, by=by, at=now, count=len(ready), sum=total(ready))
    return deal


@action
def take_lines_amount(*, by: Person, deal_id: int, now: datetime) -> Deal:
    """Make the deal's amount the sum of its lines again."""
    deal = deal_for_change(by, deal_id)
    summed = DealLine.objects.filter(deal=deal).aggregate(sum=Sum("amount"))["sum"]
    if summed is None:
        raise WrongLine(_("The deal has no lines."), field="lines")
    deal.amount, deal.updated_at = summed, now
    deal.save(update_fields=["amount", "updated_at"])
    journal.record("deal.lines_amount_taken", deal, by=by, at=now, amount=summed)
    return deal


def replace_invoice_lines(invoice_id: int, lines: Sequence[LineValues]) -> Decimal:
    replace_lines(InvoiceLine, {"invoice_id": invoice_id}, lines)
    return total(lines)


def replace_shipment_lines(shipment_id: int, lines: Sequence[LineValues]) -> Decimal:
    replace_lines(ShipmentLine, {"shipment_id": shipment_id}, lines)
    return total(lines)
