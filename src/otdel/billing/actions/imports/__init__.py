"""Products, sales, invoices and payments from a file, a batch at a time."""

from __future__ import annotations

from otdel.billing.actions.imports.invoices import InvoiceRow, import_invoices
from otdel.billing.actions.imports.lines import import_deal_lines, prepare_deal_lines
from otdel.billing.actions.imports.payments import PaymentRow, import_payments
from otdel.billing.actions.imports.products import ProductRow, ensure_products, import_products
from otdel.billing.actions.imports.sales import SaleRow, import_sales

__all__ = [
    "InvoiceRow",
    "PaymentRow",
    "ProductRow",
    "SaleRow",
    "ensure_products",
    "import_deal_lines",
    "import_invoices",
    "import_payments",
    "import_products",
    "import_sales",
    "prepare_deal_lines",
]
