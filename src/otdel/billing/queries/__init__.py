"""Questions about products, invoices, payments and shipments."""

from otdel.billing.queries.cards import (
    InvoiceCard,
    PaymentCard,
    PaymentRow,
    ShipmentCard,
    Target,
    invoice_card,
    payment_card,
    shipment_card,
    targets,
)
from otdel.billing.queries.debts import Age, Debts, debts
from otdel.billing.queries.lines import (
    DealHead,
    DealLines,
    LineRow,
    deal_lines,
    deal_to_change,
    invoice_lines,
    shipment_lines,
)
from otdel.billing.queries.lists import INVOICES, PAYMENTS, PRODUCTS, SHIPMENTS, invoices_on
from otdel.billing.queries.products import (
    GroupRow,
    ProductCard,
    find_products,
    groups,
    product_card,
    product_choices,
    product_groups,
)
from otdel.billing.queries.slots import CustomerMoney, InvoiceLink, PaymentLink, customer_money, deal_money, may_pay

__all__ = [
    "PRODUCTS",
    "Age",
    "CustomerMoney",
    "DealHead",
    "DealLines",
    "INVOICES",
    "Debts",
    "GroupRow",
    "InvoiceCard",
    "InvoiceLink",
    "LineRow",
    "PaymentCard",
    "PaymentLink",
    "PaymentRow",
    "ProductCard",
    "ShipmentCard",
    "Target",
    "customer_money",
    "deal_lines",
    "deal_to_change",
    "deal_money",
    "debts",
    "find_products",
    "groups",
    "invoice_card",
    "invoice_lines",
    "invoices_on",
    "may_pay",
    "payment_card",
    "PAYMENTS",
    "product_card",
    "product_choices",
    "product_groups",
    "shipment_card",
    "shipment_lines",
    "SHIPMENTS",
    "targets",
]
