"""Invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from otdel.billing import access
from otdel.billing.actions.imports.parties import Parties, Party
from otdel.billing.models import Invoice
from otdel.billing.rules import WrongSum, check_dates, check_size, check_unpaid
from otdel.core.act import action
from otdel.core.actions import Pen
from otdel.core.custom import Incoming
from otdel.core.errors import Conflict, Invalid
from otdel.core.imports import Ref, Result, Settings, Status, cut, fold, given
from otdel.org.models import Person


@dataclass(slots=True)
class InvoiceRow:
    number: int
    external_id: str | None = None
    document: str | None = None
    day: date | None = None
    due: date | None = None
    customer: Ref | None = None
    customer_inn: str | None = None
    deal: Ref | None = None
    amount: Decimal | None = None
    currency: str | None = None
    owner: Ref | None = None
    status: str | None = None
    """Only a cancellation is taken: what is paid is said by payments."""
    note: str | None = None
    custom: Mapping[str, Any] | None = None


@action
def import_invoices(*, by: Person, rows: Sequence[InvoiceRow], settings: Settings, now: datetime) -> Result:
    """Create and change invoices, known by external id, else by number and year, the number alone where no day is."""
    result = Result()
    parties = Parties(by=by, kind="invoice", rows=rows, settings=settings, result=result, now=now)
    known, pen, own = _Known(by, rows), Pen(Invoice, now), Incoming("billing.invoice")
    for row in rows:
        with result.guard(row.number):
            party = parties.of(row)
            invoice = known.find(row)
            values = _values(row, party, invoice, settings)
            values |= given(custom=own.merged(row.custom, invoice))
            if invoice is None:
                parties.owners.check_new(party.owner_id)
                invoice = pen.add(Invoice(owner_id=party.owner_id, created_at=now, **values))
                known.add(invoice)
                result.note(row.number, Status.CREATED)
                continue
            parties.owners.check_old(invoice.owner_id)
            if party.is_owner_named and party.owner_id != invoice.owner_id:
                values["owner_id"] = parties.owners.check_new(party.owner_id)
            if any(getattr(invoice, name) != values.get(name, getattr(invoice, name)) for name in FIXED):
                check_unpaid(invoice)
            result.note(row.number, Status.UPDATED if pen.change(invoice, values) else Status.UNCHANGED)
    pen.write()
    return result


FIXED = ("amount", "customer_id")


class _Known:
    def __init__(self, by: Person, rows: Sequence[InvoiceRow]) -> None:
        ids = [row.external_id for row in rows if row.external_id]
        numbers = {row.document.lower().replace("ё", "е") for row in rows if row.document}
        self._external: dict[str, Invoice] = {}
        self._number: dict[str, list[Invoice]] = {}
        for invoice in Invoice.objects.select_for_update().filter(external_id__in=ids):
            self.add(invoice)
        if numbers:
            visible = access.visible_invoices(by).filter(search__in=numbers).exclude(external_id__in=ids)
            for invoice in visible.select_for_update(of=("self",)):
                self.add(invoice)

    def add(self, invoice: Invoice) -> None:
        if invoice.external_id:
            self._external[invoice.external_id] = invoice
        self._number.setdefault(fold(invoice.number), []).append(invoice)

    def find(self, row: InvoiceRow) -> Invoice | None:
        if row.external_id and (found := self._external.get(row.external_id)):
            if found.deleted_at is not None:
                raise Conflict(_("This invoice is in the bin. Restore it first."))
            return found
        if not row.document:
            return None
        name = fold(row.document)
        same = [invoice for invoice in self._number.get(name, []) if _same_year(invoice, row)]
        same = [found for found in same if not (row.external_id and found.external_id)]
        exact = [found for found in same if found.issued_on == row.day] or same
        if len(exact) > 1:
            raise Conflict(_("Several invoices have the number “%(name)s”.") % {"name": row.document[:60]})
        return exact[0] if exact else None


def _same_year(invoice: Invoice, row: InvoiceRow) -> bool:
    """Numbers begin anew every year."""
    return row.day is None or invoice.issued_on.year == row.day.year


def _values(row: InvoiceRow, party: Party, invoice: Invoice | None, settings: Settings) -> dict[str, Any]:
    if row.amount is not None and row.amount < 0:
        raise WrongSum(_("An invoice cannot be negative."))
    values = given(
        number=row.document and cut(row.document, 60, _("Number")),
        external_id=row.external_id and cut(row.external_id, 120, _("External id")),
        issued_on=row.day, due_on=row.due,
        amount=None if row.amount is None else check_size(row.amount),
        customer_id=party.customer.pk if party.customer else None,
        deal_id=party.deal.pk if party.deal else None,
        note=row.note and cut(row.note, 20_000, _("Note")),
    )  # fmt: skip
    issued = row.day or (invoice.issued_on if invoice else None)
    if invoice is None:
        if "customer_id" not in values:
            raise Invalid(_("The invoice names no customer."))
        if issued is None or "amount" not in values:
            raise Invalid(_("The invoice has no date or no amount."))
    if issued is not None:
        check_dates(issued, row.due or (invoice.due_on if invoice else None))
    if row.status == "cancelled" and (invoice is None or invoice.cancelled_on is None):
        if invoice is not None:
            check_unpaid(invoice)
        values["cancelled_on"] = issued or settings.today
    return values
