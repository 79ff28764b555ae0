"""Everything that changes products, lines, invoices, payments and shipments.

Locks are always taken in this order, so that no two people wait for each other: payments by number, then invoices
by number. Allocations of an invoice are written only while the invoice is locked.
"""

from __future__ import annotations

from otdel.billing.actions.allocation import allocate_payment, recount
from otdel.billing.actions.imports import (
    InvoiceRow,
    PaymentRow,
    ProductRow,
    SaleRow,
    import_deal_lines,
    import_invoices,
    import_payments,
    import_products,
    import_sales,
    prepare_deal_lines,
)
from otdel.billing.actions.invoices import (
    bin_invoice,
    cancel_invoice,
    change_invoice,
    create_invoice,
    reopen_invoice,
    restore_invoice,
)
from otdel.billing.actions.lines import set_deal_lines, take_lines_amount
from otdel.billing.actions.payments import bin_payment, change_payment, record_payment, restore_payment
from otdel.billing.actions.products import (
    bin_product,
    change_group,
    change_product,
    create_group,
    create_product,
    restore_product,
)
from otdel.billing.actions.shipments import bin_shipment, change_shipment, record_shipment, restore_shipment
from otdel.billing.actions.units import restamp_units

__all__ = [
    "InvoiceRow",
    "PaymentRow",
    "ProductRow",
    "SaleRow",
    "allocate_payment",
    "bin_invoice",
    "bin_payment",
    "bin_product",
    "bin_shipment",
    "cancel_invoice",
    "change_group",
    "change_invoice",
    "change_payment",
    "change_product",
    "change_shipment",
    "create_group",
    "create_invoice",
    "create_product",
    "import_deal_lines",
    "import_invoices",
    "import_payments",
    "import_products",
    "import_sales",
    "prepare_deal_lines",
    "record_payment",
    "record_shipment",
    "recount",
    "reopen_invoice",
    "restamp_units",
    "restore_invoice",
    "restore_payment",
    "restore_product",
    "restore_shipment",
    "set_deal_lines",
    "take_lines_amount",
]
