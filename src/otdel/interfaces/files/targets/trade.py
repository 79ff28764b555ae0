"""Products, sales lines, invoices, payments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otdel.interfaces.files.targets.base import Kind, Target, field
from otdel.interfaces.files.targets.common import (
    AMOUNT,
    CURRENCY,
    CUSTOMER,
    EXTERNAL,
    INN,
    NOTE,
    OWNER,
    PRICE,
    PRODUCT,
    QUANTITY,
    REGION,
)

PRODUCTS = Target(
    "products",
    _("Products"),
    (
        field(
            "external_id",
            _("External id"),
            Kind.ID,
            "id; product key; product id; record id; id товара; код товара; код номенклатуры; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "name",
            _("Name"),
            Kind.TEXT,
            "наименование; название; товар; номенклатура; product; product name; name; "
            "наименование товара; item; услуга; item name; "
            "рабочее наименование; наименование номенклатуры",
            identifies=True,
        ),
        field(
            "code",
            _("Code"),
            Kind.ID,
            "артикул; код; sku; code; product code; vendor code; part number; штрихкод; product alternate key",
            identifies=True,
        ),
        field(
            "group",
            _("Group (path with /)"),
            Kind.PATH,
            "группа; группа товаров; категория; category; product group; series; раздел; "
            "subcategory; product category; вид номенклатуры; "
            "группа номенклатуры; product line; родитель; товарная группа; product type",
        ),
        field(
            "price",
            _("Price"),
            Kind.MONEY,
            "цена; price; sales price; list price; unit price; цена продажи; "
            "розничная цена; цена за единицу; прайс; стоимость",
        ),
        field(
            "unit_cost",
            _("Unit cost"),
            Kind.MONEY,
            "себестоимость; standard cost; unit cost; cost; закупочная цена; cost price; цена закупки; учетная цена",
        ),
        field(
            "unit",
            _("Unit of measure"),
            Kind.TEXT,
            "единица измерения; ед. изм.; ед; unit; единица; unit of measure",
        ),
        field("note", _("Note"), Kind.TEXT, NOTE, many=True),
    ),
    needs=(("name", "code"),),
    file_names=("product", "price", "catalog", "номенклатур", "товар", "прайс"),
)

SALES = Target(
    "sales",
    _("Sales and shipments"),
    (
        field(
            "external_id",
            _("External id of the line"),
            Kind.ID,
            "id строки; line id; sales line id; id; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "order",
            _("Order"),
            Kind.ID,
            "номер заказа; заказ; sales order number; order number; order id; order; "
            "документ; номер документа; номер; реализация; "
            "номер накладной; invoice no; order no; документ реализации; invoice number; "
            "заказ покупателя; регистратор; накладная",
            identifies=True,
        ),
        field(
            "date",
            _("Date"),
            Kind.DATE,
            "дата; order date; дата отгрузки; дата реализации; дата заказа; date; "
            "ship date; shipped on; дата продажи; дата документа; "
            "sale date; shipment date; invoice date",
        ),
        field("product", _("Product"), Kind.REFERENCE, PRODUCT),
        field("customer", _("Customer"), Kind.REFERENCE, CUSTOMER),
        field("customer_inn", _("Customer's INN"), Kind.INN, INN),
        field("owner", _("Owner"), Kind.REFERENCE, OWNER),
        field("region", _("Region"), Kind.REFERENCE, REGION + "; регион продаж; регион доставки"),
        field("channel", _("Channel"), Kind.TEXT, "канал; channel; канал продаж; sales channel"),
        field("quantity", _("Quantity"), Kind.NUMBER, QUANTITY),
        field("price", _("Price"), Kind.MONEY, PRICE),
        field(
            "amount",
            _("Amount"),
            Kind.MONEY,
            "сумма продажи; sales; sales amount; выручка; revenue; extended amount; "
            "line total; сумма отгрузки; сумма реализации; net sales; "
            "сумма продаж; " + AMOUNT,
        ),
        field(
            "cost",
            _("Cost"),
            Kind.MONEY,
            "себестоимость; cost; total product cost; cogs; себестоимость продаж; total cost; сумма себестоимости",
        ),
        field("currency", _("Currency"), Kind.CURRENCY, CURRENCY),
        field("deal", _("Deal"), Kind.REFERENCE, "сделка; deal; deal id; id сделки; opportunity id"),
        field("note", _("Note"), Kind.TEXT, NOTE, many=True),
    ),
    needs=(("date",), ("amount", "price")),
    file_names=("sales", "shipment", "orders", "продаж", "отгруз", "реализац", "заказ"),
)

INVOICES = Target(
    "invoices",
    _("Invoices"),
    (
        field(
            "external_id",
            _("External id"),
            Kind.ID,
            "id; id счета; invoice id; record id; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "number",
            _("Number"),
            Kind.ID,
            "номер счета; счет; invoice number; № счета; invoice; invoice no; счет №; номер; number; счет на оплату",
            identifies=True,
        ),
        field(
            "date",
            _("Date"),
            Kind.DATE,
            "дата счета; invoice date; дата выставления; дата; date; date issued; дата выставления счета",
        ),
        field(
            "due",
            _("Due date"),
            Kind.DATE,
            "срок оплаты; due date; оплатить до; дата оплаты до; payment due; оплата до; срок; дата оплаты план",
        ),
        field("customer", _("Customer"), Kind.REFERENCE, CUSTOMER),
        field("customer_inn", _("Customer's INN"), Kind.INN, INN),
        field(
            "deal",
            _("Deal"),
            Kind.REFERENCE,
            "сделка; deal; deal id; id сделки; opportunity id; название сделки",
        ),
        field("amount", _("Amount"), Kind.MONEY, "сумма счета; invoice amount; invoice total; " + AMOUNT),
        field("currency", _("Currency"), Kind.CURRENCY, CURRENCY),
        field("owner", _("Owner"), Kind.REFERENCE, OWNER),
        field(
            "status",
            _("Status"),
            Kind.INVOICE_STATUS,
            "статус счета; invoice status; статус; status; состояние; состояние счета",
        ),
        field("note", _("Note"), Kind.TEXT, NOTE, many=True),
    ),
    needs=(("number", "external_id"), ("amount",)),
    file_names=("invoice", "счет", "счёт"),
)

PAYMENTS = Target(
    "payments",
    _("Payments"),
    (
        field(
            "external_id",
            _("External id"),
            Kind.ID,
            "id; id платежа; payment id; transaction id; record id; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "number",
            _("Number"),
            Kind.ID,
            "номер платежа; номер платежного поручения; № п/п; payment number; номер; "
            "номер документа; вх. номер; number",
            identifies=True,
        ),
        field(
            "date",
            _("Date"),
            Kind.DATE,
            "дата оплаты; дата платежа; дата поступления; payment date; paid on; "
            "paid at; дата; date; дата проводки; дата зачисления; received on",
        ),
        field(
            "amount",
            _("Amount"),
            Kind.MONEY,
            "сумма оплаты; сумма платежа; payment amount; поступило; оплачено; paid; "
            "amount paid; сумма поступления; приход; кредит; " + AMOUNT,
        ),
        field(
            "customer",
            _("Customer"),
            Kind.REFERENCE,
            "плательщик; payer; наименование плательщика; " + CUSTOMER,
        ),
        field("customer_inn", _("Customer's INN"), Kind.INN, INN + "; payer inn"),
        field(
            "invoice",
            _("Invoice"),
            Kind.REFERENCE,
            "номер счета; счет; invoice; invoice number; № счета; оплата по счету; счет на оплату; основание",
        ),
        field(
            "purpose",
            _("Purpose"),
            Kind.TEXT,
            "назначение платежа; purpose; payment purpose; назначение; details; payment details; " + NOTE,
            many=True,
        ),
        field("owner", _("Owner"), Kind.REFERENCE, OWNER),
        field("currency", _("Currency"), Kind.CURRENCY, CURRENCY),
        field("deal", _("Deal"), Kind.REFERENCE, "сделка; deal; deal id; id сделки; название сделки"),
    ),
    needs=(("date",), ("amount",)),
    file_names=("payment", "оплат", "платеж", "поступлен", "bank"),
)
