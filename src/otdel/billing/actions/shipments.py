"""Goods handed over, or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from otdel.billing import access
from otdel.billing.actions.lines import checked, replace_shipment_lines, with_costs
from otdel.billing.actions.parties import parties, stamp
from otdel.billing.models import Invoice, Shipment, ShipmentLine
from otdel.billing.rules import LineValues, OtherCustomer, ShipmentValues, check_size, total
from otdel.core import custom, journal
from otdel.core.act import action
from otdel.core.errors import NotFound
from otdel.customers.models import Channel, Region
from otdel.org.access import one_for, require
from otdel.org.models import Person
from otdel.org.rules import Right


@action
def record_shipment(*, by: Person, values: ShipmentValues, lines: Sequence[LineValues] = (), now: datetime) -> Shipment:
    """Record what was handed over on a day; its sum is that of its lines, or as given when it has none.

    A line without a cost takes it from the price list of today; what it cost then stays known later.
    """
    require(by, "shipment", Right.CREATE)
    ready = with_costs(checked(lines))
    shipment = Shipment(created_at=now)
    _fill(shipment, by, values, now)
    shipment.amount = total(ready) if ready else check_size(values.amount or Decimal(0))
    shipment.save()
    replace_shipment_lines(shipment.pk, ready)
    journal.record("shipment.recorded", shipment, by=by, at=now, day=shipment.shipped_on, amount=shipment.amount)
    return shipment


def _fill(shipment: Shipment, by: Person, values: ShipmentValues, now: datetime) -> None:
    stamped = (shipment.owner_id, shipment.shipped_on) if shipment.pk else None
    values = _with_invoice(by, values, shipment)
    found = parties(by, "shipment", values, shipment if shipment.pk else None)
    shipment.customer_id, shipment.deal_id = found.customer_id, found.deal_id
    shipment.owner_id = found.owner_id
    shipment.invoice_id = values.invoice_id
    shipment.region_id = _known(Region, values.region_id, "region")
    shipment.channel_id = _known(Channel, values.channel_id, "channel")
    shipment.number, shipment.shipped_on = values.number.strip()[:60], values.shipped_on
    if values.custom is not None:
        shipment.custom = custom.check("billing.shipment", values.custom, shipment.custom if shipment.pk else None)
    shipment.updated_at = now
    stamp(shipment, shipment.shipped_on, stamped)


def _known(model: type[Region] | type[Channel], pk: int | None, field: str) -> int | None:
    if pk and not model._default_manager.filter(pk=pk).exists():
        raise NotFound(_("There is no such entry in the list."), field=field)
    return pk or None


def _with_invoice(by: Person, values: ShipmentValues, shipment: Shipment) -> ShipmentValues:
    """A shipment by an invoice is its customer's and, unless said otherwise, its deal's."""
    if not values.invoice_id:
        return values
    rows = Invoice.objects.all() if values.invoice_id == shipment.invoice_id else access.seen_invoices(by)
    invoice = rows.filter(pk=values.invoice_id).first()
    if invoice is None:
        raise NotFound(_("There is no such invoice, or you may not see it."), field="invoice")
    if values.customer_id not in (None, invoice.customer_id):
        raise OtherCustomer(_("The invoice is another customer's."), field="invoice")
    return replace(values, customer_id=invoice.customer_id, deal_id=values.deal_id or invoice.deal_id)


@action
def change_shipment(
    *, by: Person, shipment_id: int, values: ShipmentValues, lines: Sequence[LineValues] | None = None, now: datetime
) -> Shipment:
    """Correct a shipment; `lines=None` leaves its lines as they are."""
    shipment = access.shipment_for(by, Right.CHANGE, shipment_id)
    day = shipment.shipped_on
    ready = None if lines is None else checked(lines)
    _fill(shipment, by, values, now)
    shipment.amount = _new_sum(shipment, values, ready)
    shipment.save()
    if ready is not None:
        replace_shipment_lines(shipment.pk, ready)
    journal.record("shipment.changed", shipment, by=by, at=now, day=shipment.shipped_on, before=day)
    return shipment


def _new_sum(shipment: Shipment, values: ShipmentValues, ready: list[LineValues] | None) -> Decimal:
    if ready:
        return total(ready)
    if ready is None and ShipmentLine.objects.filter(shipment=shipment).exists():
        return shipment.amount
    return shipment.amount if values.amount is None else check_size(values.amount)


@action
def bin_shipment(*, by: Person, shipment_id: int, now: datetime) -> None:
    shipment = access.shipment_for(by, Right.DELETE, shipment_id)
    shipment.deleted_at = shipment.updated_at = now
    shipment.save(update_fields=["deleted_at", "updated_at"])
    journal.record("shipment.binned", shipment, by=by, at=now, day=shipment.shipped_on)


@action
def restore_shipment(*, by: Person, shipment_id: int, now: datetime) -> Shipment:
    shipment: Shipment = one_for(access.visible_shipments(by, binned=True), by, "shipment", Right.DELETE, shipment_id)
    shipment.deleted_at, shipment.updated_at = None, now
    shipment.save(update_fields=["deleted_at", "updated_at"])
    journal.record("shipment.restored", shipment, by=by, at=now, day=shipment.shipped_on)
    return shipment
