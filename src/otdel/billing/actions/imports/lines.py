"""Lines of imported deals, and what all imported lines share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from otdel.billing.actions.imports.products import ensure_products, product_of
from otdel.billing.models import DealLine
from otdel.billing.queries.naming import ProductsByName
from otdel.billing.rules import LineValues, WrongLine, priced
from otdel.core.act import action
from otdel.core.actions import Pen
from otdel.core.imports import Result, Settings, Status
from otdel.deals.actions.imports import DealRow
from otdel.deals.models import Deal
from otdel.org.models import Person

FIELDS = ("product_id", "name", "quantity", "price", "amount")


class LinePen:
    """Lines of many documents: a document's lines are what the file says, rows that agree staying as they are."""

    def __init__(self, model: type[Any], parent: str, parent_ids: Sequence[int], extra: tuple[str, ...] = ()) -> None:
        self.model, self.parent, self.fields = model, parent, (*FIELDS, *extra)
        self.pen: Pen[Any] = Pen(model)
        self.gone: list[int] = []
        self.there: dict[int, list[Any]] = defaultdict(list)
        if parent_ids:
            rows = model.objects.filter(**{f"{parent}_id__in": list(parent_ids)}).order_by("position", "id")
            for row in rows:
                self.there[getattr(row, f"{parent}_id")].append(row)

    def put(self, document: models.Model, lines: Sequence[Mapping[str, Any]]) -> bool:
        """Tell whether anything differs. Amounts and quantities are compared as numbers."""
        there = self.there.get(document.pk, []) if document.pk is not None else []
        changed = len(there) != len(lines)
        for position, line in enumerate(lines, start=1):
            if position <= len(there):
                changed = self.pen.change(there[position - 1], line) or changed
            else:
                self.pen.add(self.model(**{self.parent: document}, **line, position=position))
        self.gone += [row.pk for row in there[len(lines) :]]
        return changed

    def add(self, document: models.Model, lines: Sequence[Mapping[str, Any]]) -> list[bool]:
        """Add the lines that are not there yet, each counted as often as it stands; tell which were added."""
        there = self.there[document.pk] if document.pk is not None else []
        free = [tuple(getattr(row, name) for name in self.fields) for row in there]
        added = []
        for line in lines:
            values = tuple(line.get(name) for name in self.fields)
            if values in free:
                free.remove(values)
                added.append(False)
                continue
            row = self.model(**{self.parent: document}, **line, position=len(there) + sum(added) + 1)
            self.pen.add(row)
            added.append(True)
        return added

    def write(self) -> None:
        self.model.objects.filter(pk__in=self.gone).delete()
        self.pen.write()


def line_values(known: ProductsByName, row: Any, *, amount: Decimal | None = None) -> dict[str, Any]:
    """The row's line as it is stored. Without a price it costs its amount; without either, nothing is known: 0."""
    product = product_of(known, row.product)
    quantity = row.quantity if row.quantity is not None else Decimal(1)
    price = row.price
    if price is None and amount is not None and quantity:
        price = amount / quantity
    line = LineValues(
        product_id=product.pk if product else None,
        name=product.name if product else (row.product[0] if row.product else "—"),
        quantity=quantity.quantize(Decimal("0.001")) if abs(quantity) < 10**12 else quantity,
        price=(price or Decimal(0)).quantize(Decimal("0.0001")) if abs(price or 0) < 10**11 else price or Decimal(0),
        amount=amount,
    )
    ready = priced(line)
    return {name: getattr(ready, name) for name in FIELDS}


Prepared = dict[int, dict[str, Any]]
"""Lines by the numbers of their rows."""


@action
def prepare_deal_lines(
    *, by: Person, rows: Sequence[DealRow], settings: Settings, result: Result, now: datetime
) -> Prepared:
    """Read the lines of deals before the deals are written; a deal with a wrong line is refused whole."""
    known = ensure_products(by=by, refs=(row.product for row in rows), settings=settings, result=result, now=now)
    by_deal: dict[str, list[DealRow]] = defaultdict(list)
    for row in rows:
        by_deal[row.external_id or f"#{row.number}"].append(row)
    found: Prepared = {}
    for own in by_deal.values():
        with result.guard(*(row.number for row in own)):
            lines = {row.number: line_values(known, row, amount=_amount(row, own)) for row in own if row.product}
            if any(line["amount"] < 0 for line in lines.values()):
                raise WrongLine(_("Lines of a deal cannot be negative."))
            found |= lines
    return found


@action
def import_deal_lines(*, by: Person, lines: Prepared, result: Result, now: datetime) -> None:
    """Write the lines of deals imported in the same transaction, where the right to each deal was checked."""
    by_deal: dict[int, list[int]] = defaultdict(list)
    for number in lines:
        if number in result.ids:
            by_deal[result.ids[number]].append(number)
    pen = LinePen(DealLine, "deal", list(by_deal))
    for deal_id, numbers in by_deal.items():
        if pen.put(Deal(pk=deal_id), [lines[number] for number in numbers]):
            for number in numbers:
                result.note(number, Status.UPDATED)
    pen.write()


def _amount(row: DealRow, own: Sequence[DealRow]) -> Decimal | None:
    """A single product without a price costs what the deal does."""
    if row.price is not None:
        return None
    return row.amount if len(own) == 1 else Decimal(0)
