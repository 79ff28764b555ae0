from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from otdel.core.models import Fold, Named, Record, RecordQuerySet, SortKey
from otdel.customers.models import Channel, Customer, Region
from otdel.deals.models import Deal
from otdel.org.models import Person, Unit


def _folded(*fields: str) -> models.GeneratedField:
    """A column search looks into: the fields in one folded text."""
    joined = models.Func(
        *(F(field) for field in fields),
        template="%(expressions)s",
        arg_joiner=" || ' ' || ",
        output_field=models.TextField(),
    )
    return models.GeneratedField(expression=Fold(joined), output_field=models.TextField(), db_persist=True)


class ProductGroup(Named):
    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="product_group_name")]


class Product(Record):
    name = models.CharField(max_length=250)
    code = models.CharField(max_length=60, blank=True)
    group = models.ForeignKey(ProductGroup, models.PROTECT, null=True, blank=True, related_name="products")
    unit_name = models.CharField(max_length=20, blank=True)
    price = models.DecimalField(max_digits=15, decimal_places=2, null=True, blank=True)
    unit_cost = models.DecimalField(max_digits=15, decimal_places=4, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    search = _folded("name", "code")

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="product_external", condition=~Q(external_id=None)),
        ]
        indexes = [
            models.Index(SortKey("name"), "id", name="product_by_name", condition=Q(deleted_at=None)),
            models.Index(Fold("name"), name="product_fold_name"),
            GinIndex(OpClass(F("search"), name="gin_trgm_ops"), name="product_search"),
        ]

    def __str__(self) -> str:
        return self.name


class Line(models.Model):
    """One position: which product, how much of it, for how much."""

    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=250, blank=True)
    quantity = models.DecimalField(max_digits=15, decimal_places=3, default=1)
    price = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class DealLine(Line):
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="lines")

    def __str__(self) -> str:
        return f"#{self.pk} {self.name}"


class InvoiceQuerySet(RecordQuerySet):
    """Conditions on invoices; the first two leave out the bin."""

    def standing(self) -> InvoiceQuerySet:
        """Neither cancelled nor binned: what a client really was asked to pay."""
        return self.filter(deleted_at=None, cancelled_on=None)

    def unpaid(self) -> InvoiceQuerySet:
        """Something remains to be paid."""
        return self.standing().filter(paid__lt=F("amount"))

    def untouched(self) -> InvoiceQuerySet:
        return self.unpaid().filter(paid=0)

    def partly_paid(self) -> InvoiceQuerySet:
        return self.unpaid().filter(paid__gt=0)

    def settled(self) -> InvoiceQuerySet:
        return self.standing().filter(paid__gte=F("amount"))

    def overdue(self, today: date) -> InvoiceQuerySet:
        """The day to pay by has passed; on that day itself it is not yet late."""
        return self.unpaid().filter(due_on__lt=today)

    def cancelled(self) -> InvoiceQuerySet:
        return self.filter(deleted_at=None).exclude(cancelled_on=None)


class Invoice(Record):
    """What a client owes us, from a day, by a day."""

    number = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invoices")
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, blank=True, related_name="invoices")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="invoices")
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    # sum of the allocations of living payments; every action that touches them recounts it
    paid = models.DecimalField(max_digits=15, decimal_places=2, default=0)
    cancelled_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    search = models.GeneratedField(expression=Fold(F("number")), output_field=models.TextField(), db_persist=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(paid__gte=0, paid__lte=F("amount")), name="invoice_paid_within"),
            models.UniqueConstraint(fields=["external_id"], name="invoice_external", condition=~Q(external_id=None)),
        ]
        indexes = [
            models.Index(fields=["-issued_on", "-id"], name="invoice_new", condition=Q(deleted_at=None)),
            models.Index(fields=["owner", "-issued_on", "-id"], name="invoice_owner", condition=Q(deleted_at=None)),
            models.Index(fields=["customer", "-issued_on"], name="invoice_customer"),
            models.Index(fields=["due_on", "id"], name="invoice_due", condition=Q(deleted_at=None)),
            models.Index(fields=["-amount", "-id"], name="invoice_amount", condition=Q(deleted_at=None)),
            models.Index(
                fields=["due_on"],
                name="invoice_unpaid",
                condition=Q(deleted_at=None, cancelled_on=None, paid__lt=F("amount")),
            ),
            # payments name invoices by number, many at a time
            models.Index(fields=["search"], name="invoice_number"),
            GinIndex(OpClass(F("search"), name="gin_trgm_ops"), name="invoice_search"),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"


class InvoiceLine(Line):
    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")

    def __str__(self) -> str:
        return f"#{self.pk} {self.name}"


class Payment(Record):
    """Money that came, or went back (negative). A fact on its own day, for whom it belonged to then."""

    number = models.CharField(max_length=60, blank=True)
    paid_on = models.DateField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="payments")
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, blank=True, related_name="payments")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="payments")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    purpose = models.CharField(max_length=400, blank=True)
    search = _folded("number", "purpose")

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="payment_not_zero"),
            models.UniqueConstraint(fields=["external_id"], name="payment_external", condition=~Q(external_id=None)),
        ]
        indexes = [
            models.Index(fields=["-paid_on", "-id"], name="payment_new", condition=Q(deleted_at=None)),
            models.Index(fields=["owner", "-paid_on", "-id"], name="payment_owner", condition=Q(deleted_at=None)),
            models.Index(fields=["customer", "paid_on"], name="payment_customer", condition=Q(deleted_at=None)),
            models.Index(fields=["-amount", "-id"], name="payment_amount", condition=Q(deleted_at=None)),
            # a bank's file names no id: a payment is known again by its day and sum
            models.Index(fields=["paid_on", "amount"], name="payment_alike", condition=Q(deleted_at=None)),
            GinIndex(OpClass(F("search"), name="gin_trgm_ops"), name="payment_search"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.paid_on} {self.amount}"


class Allocation(models.Model):
    """Which part of a payment pays which invoice."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="allocations")
    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="allocations")
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "invoice"], name="allocation_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="allocation_not_zero"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.payment_id} → {self.invoice_id}"


class Shipment(Record):
    """Goods or work handed over: the fact of those who plan by shipments. Returns are negative."""

    number = models.CharField(max_length=60, blank=True)
    shipped_on = models.DateField()
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="shipments")
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, blank=True, related_name="shipments")
    invoice = models.ForeignKey(Invoice, models.SET_NULL, null=True, blank=True, related_name="shipments")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="shipments")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    # where this sale went, when it is not the customer's own region or channel
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+")
    # sum of its lines; every action that touches them recounts it
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    search = models.GeneratedField(expression=Fold(F("number")), output_field=models.TextField(), db_persist=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="shipment_external", condition=~Q(external_id=None)),
        ]
        indexes = [
            models.Index(fields=["-shipped_on", "-id"], name="shipment_new", condition=Q(deleted_at=None)),
            models.Index(fields=["owner", "-shipped_on", "-id"], name="shipment_owner", condition=Q(deleted_at=None)),
            models.Index(fields=["customer", "shipped_on"], name="shipment_customer", condition=Q(deleted_at=None)),
            models.Index(fields=["number"], name="shipment_number"),
            GinIndex(OpClass(F("search"), name="gin_trgm_ops"), name="shipment_search"),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"


class ShipmentLine(Line):
    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines")
    cost = models.DecimalField(max_digits=15, decimal_places=2, null=True, blank=True, verbose_name=_("Cost"))
    external_id = models.CharField(max_length=120, null=True, blank=True)

    def __str__(self) -> str:
        return f"#{self.pk} {self.name}"
