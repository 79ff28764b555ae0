"""Sales lines: rows of one order, day, person, customer and region are one shipment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from otdel.billing.actions.imports.lines import LinePen, line_values
from otdel.billing.actions.imports.parties import Parties, Party
from otdel.billing.actions.imports.products import ensure_products
from otdel.billing.models import Shipment, ShipmentLine
from otdel.billing.queries.naming import ProductsByName
from otdel.billing.rules import WrongLine, check_size
from otdel.core.act import action
from otdel.core.actions import Pen
from otdel.core.custom import Incoming
from otdel.core.errors import Invalid
from otdel.core.imports import Ref, Result, Settings, Status, cut, given
from otdel.customers.actions.imports import Lists
from otdel.org.models import Person
from otdel.org.queries import units_on


@dataclass(slots=True)
class SaleRow:
    number: int
    external_id: str | None = None
    order: str | None = None
    day: date | None = None
    product: Ref | None = None
    customer: Ref | None = None
    customer_inn: str | None = None
    owner: Ref | None = None
    region: Ref | None = None
    channel: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    cost: Decimal | None = None
    currency: str | None = None
    deal: Ref | None = None
    custom: Mapping[str, Any] | None = None
    note: str | None = None
    """Not kept: shipments have no note."""


Key = tuple[str, date, int, int | None, int | None, int | None]


@dataclass(slots=True)
class _Document:
    key: Key
    party: Party
    rows: list[SaleRow]
    lines: list[dict[str, Any]]

    @property
    def custom(self) -> dict[str, Any]:
        """Fields of the shipment stand in every line of it, or in the first."""
        said: dict[str, Any] = {}
        for row in reversed(self.rows):
            said |= {key: value for key, value in (row.custom or {}).items() if value is not None}
        return said

    @property
    def numbers(self) -> list[int]:
        return [row.number for row in self.rows]


@action
def import_sales(*, by: Person, rows: Sequence[SaleRow], settings: Settings, now: datetime) -> Result:
    """Write shipments with their lines.

    An order with a number has the lines the file gives it. Lines without an order number join the shipment of their
    day, person and customer; such a line already there is not added again, and none is taken away.
    """
    result = Result()
    parties = Parties(by=by, kind="shipment", rows=rows, settings=settings, result=result, now=now)
    products = ensure_products(by=by, refs=(row.product for row in rows), settings=settings, result=result, now=now)
    documents = _documents(rows, parties, products, Lists(settings, result), result)
    known, own = _Known(documents), Incoming("billing.shipment")
    pen = Pen(Shipment, now)
    lines = LinePen(ShipmentLine, "shipment", known.ids, extra=("cost", "external_id"))
    units = units_on((document.key[2], document.key[1]) for document in documents)
    for document in documents:
        with result.guard(*document.numbers):
            shipment = known.find(document)
            said = given(custom=own.merged(document.custom, shipment))
            if shipment is None:
                _create(document, said, parties, units, pen, lines, result, now)
            else:
                parties.owners.check_old(shipment.owner_id)
                _change(document, said, shipment, parties, units, pen, lines, result)
    pen.write()
    lines.write()
    return result


def _documents(
    rows: Sequence[SaleRow], parties: Parties, products: ProductsByName, lists: Lists, result: Result
) -> list[_Document]:
    found: dict[Key, _Document] = {}
    for row in rows:
        with result.guard(row.number):
            party = parties.of(row)
            if row.day is None:
                raise Invalid(_("The row has no date."))
            key = (
                cut(row.order or row.external_id, 60, _("Order")), row.day, party.owner_id,
                party.customer.pk if party.customer else None,
                lists.regions.id_of(row.region) if row.region else None,
                lists.channels.id_of(row.channel) if row.channel else None,
            )  # fmt: skip
            line = _line(row, products)
            document = found.setdefault(key, _Document(key, party, [], []))
            document.rows.append(row)
            document.lines.append(line)
    return [document for document in found.values() if not _is_broken(document, rows, result)]


def _is_broken(document: _Document, rows: Sequence[SaleRow], result: Result) -> bool:
    """An order with a refused row is refused whole: what comes back for correction must be all of it."""
    if not result.refused or not document.key[0]:
        return False
    order = document.key[0]
    broken = any(row.number in result.refused and (row.order or row.external_id) == order for row in rows)
    if broken:
        for number in document.numbers:
            result.refuse(number, _("Another row of the same order is refused; correct it and import the whole order."))
    return broken


def _line(row: SaleRow, products: ProductsByName) -> dict[str, Any]:
    if row.amount is None and row.price is None:
        raise WrongLine(_("The row has neither amount nor price."))
    line = line_values(products, row, amount=None if row.amount is None else check_size(row.amount))
    cost = row.cost
    line["cost"] = None if cost is None else check_size(cost)
    line["external_id"] = row.external_id
    return line


class _Known:
    """Shipments that may be those of the file."""

    def __init__(self, documents: Sequence[_Document]) -> None:
        numbers = {document.key[0] for document in documents if document.key[0]}
        nameless = [document.key for document in documents if not document.key[0]]
        rows = list(Shipment.objects.filter(number__in=numbers, deleted_at=None)) if numbers else []
        if nameless:
            days, owners = {key[1] for key in nameless}, {key[2] for key in nameless}
            rows += Shipment.objects.filter(shipped_on__in=days, owner_id__in=owners, number="", deleted_at=None)
        self.ids = [row.pk for row in rows]
        self._exact = {_key_of(row): row for row in rows}
        self._left: dict[str, list[Shipment]] = defaultdict(list)
        asked = {document.key for document in documents}
        for row in rows:
            if row.number and _key_of(row) not in asked:
                self._left[row.number].append(row)
        self._new: dict[str, int] = defaultdict(int)
        for document in documents:
            if document.key not in self._exact:
                self._new[document.key[0]] += 1

    def find(self, document: _Document) -> Shipment | None:
        """The same in everything; else the only one of this number, customer and year: a corrected day or person."""
        exact: Shipment | None = self._exact.get(document.key)
        if exact is not None:
            return exact
        number, day, _owner, customer_id, *_rest = document.key
        left = self._left.get(number, [])
        if number and len(left) == 1 and self._new[number] == 1:
            only: Shipment = left[0]
            if only.shipped_on.year == day.year and only.customer_id == customer_id:
                return only
        return None


def _key_of(row: Shipment) -> Key:
    return (row.number, row.shipped_on, row.owner_id, row.customer_id, row.region_id, row.channel_id)


Units = dict[tuple[int, date], int]


def _create(
    document: _Document, said: dict[str, Any], parties: Parties, units: Units, pen: Pen[Shipment], lines: LinePen,
    result: Result, now: datetime,
) -> None:  # fmt: skip
    number, day, owner_id, customer_id, region_id, channel_id = document.key
    parties.owners.check_new(owner_id)
    shipment = Shipment(
        number=number, shipped_on=day, owner_id=owner_id, customer_id=customer_id, region_id=region_id,
        channel_id=channel_id, deal=document.party.deal, unit_id=units.get((owner_id, day)), created_at=now,
        amount=sum((line["amount"] for line in document.lines), Decimal(0)), **said,
    )  # fmt: skip
    pen.add(shipment)
    lines.put(shipment, document.lines)
    for row in document.rows:
        result.note(row.number, Status.CREATED)


def _change(
    document: _Document, said: dict[str, Any], shipment: Shipment, parties: Parties, units: Units,
    pen: Pen[Shipment], lines: LinePen, result: Result,
) -> None:  # fmt: skip
    number, day, owner_id, customer_id, region_id, channel_id = document.key
    if owner_id != shipment.owner_id:
        parties.owners.check_new(owner_id)
    values: dict[str, Any] = {"region_id": region_id, "channel_id": channel_id, "customer_id": customer_id, **said}
    if (owner_id, day) != (shipment.owner_id, shipment.shipped_on):
        values |= {"owner_id": owner_id, "shipped_on": day, "unit_id": units.get((owner_id, day))}
    if document.party.deal is not None:
        values["deal_id"] = document.party.deal.pk
    if number:
        is_new = [lines.put(shipment, document.lines)] * len(document.rows)
        values["amount"] = sum((line["amount"] for line in document.lines), Decimal(0))
    else:
        is_new = lines.add(shipment, document.lines)
        fresh = (line["amount"] for line, new in zip(document.lines, is_new, strict=True) if new)
        values["amount"] = shipment.amount + sum(fresh, Decimal(0))
    changed = pen.change(shipment, values)
    for row, new in zip(document.rows, is_new, strict=True):
        status = Status.UPDATED if new or (changed and number) else Status.UNCHANGED
        result.note(row.number, Status.CREATED if new and not number else status)
