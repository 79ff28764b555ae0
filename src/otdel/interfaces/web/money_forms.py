"""Forms of products, invoices, payments and shipments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.billing.rules import InvoiceValues, PaymentValues, ProductValues, ShipmentValues
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web.form_fields import AmountField as AmountField
from otdel.interfaces.web.form_fields import DayField as DayField
from otdel.interfaces.web.own_fields import OwnFields
from otdel.interfaces.web.pick import PickField, written
from otdel.org.access import reach
from otdel.org.queries import person_choices
from otdel.org.rules import Right


def sent(request: PersonRequest) -> Any:
    """What a form was sent with, or None when it is only shown."""
    return request.POST if request.method == "POST" else None


class OwnedForm(OwnFields):
    """What has an owner and names a customer and a deal."""

    kind = ""
    picks: tuple[str, ...] = ("customer", "deal")
    nobody: Any = lazy("as in the deal or of the customer")

    def __init__(
        self, request: PersonRequest, initial: dict[str, Any], kept: dict[str, int | None] | None = None
    ) -> None:
        super().__init__(sent(request), initial=initial)
        self.add_own(initial.get("custom"))
        for name in self.picks:
            field: Any = self.fields[name]
            field.person, field.kept = request.user, (kept or {}).get(name)
        if "owner" in self.fields:
            self._offer_owners(request, initial.get("owner"))

    def _offer_owners(self, request: PersonRequest, now: int | None) -> None:
        """Everyone within reach of the right; who may choose only themselves is not asked."""
        right = Right.CHANGE if now else Right.CREATE
        reached = reach(request.user, self.kind, right)
        people = [(pk, name) for pk, name in person_choices(request.user, request.today) if reached.includes(pk)]
        if now and now not in dict(people):
            people.append((now, self.initial.get("owner_name", "?")))
        field: Any = self.fields["owner"]
        field.choices = people if now else [("", self.nobody), *people]
        if len(people) < 2:
            del self.fields["owner"]

    def chosen_owner(self) -> int | None:
        return self.cleaned_data.get("owner") or None


def owner_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=lazy("Responsible"), coerce=int, empty_value=None, required=False)


class InvoiceForm(OwnedForm):
    record, kind = "billing.invoice", "invoice"

    customer = PickField("customer", label=lazy("Customer"), required=False)
    deal = PickField("deal", label=lazy("Deal"), required=False)
    number = forms.CharField(label=lazy("Number"), max_length=60, required=False)
    owner = owner_field()
    issued_on = DayField(label=lazy("Issued on"))
    due_on = DayField(label=lazy("Pay by"), required=False)
    amount = AmountField(label=lazy("Amount"), required=False, help_text=lazy("Only when there are no lines."))
    note = forms.CharField(label=lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def values(self) -> InvoiceValues:
        data = self.cleaned_data
        return InvoiceValues(
            issued_on=data["issued_on"],
            customer_id=data["customer"] or 0,
            number=data["number"],
            due_on=data["due_on"],
            deal_id=data["deal"],
            owner_id=self.chosen_owner(),
            amount=data["amount"],
            note=data["note"],
            custom=self.own_values(),
        )


class PaymentForm(OwnedForm):
    record, kind = "billing.payment", "payment"

    paid_on = DayField(label=lazy("Paid on"))
    amount = AmountField(label=lazy("Amount"), help_text=lazy("With a minus: money given back."))
    customer = PickField("customer", label=lazy("Customer"), required=False)
    deal = PickField("deal", label=lazy("Deal"), required=False)
    number = forms.CharField(label=lazy("Number"), max_length=60, required=False)
    owner = owner_field()
    purpose = forms.CharField(label=lazy("Purpose"), max_length=400, required=False)

    def values(self) -> PaymentValues:
        data = self.cleaned_data
        return PaymentValues(
            paid_on=data["paid_on"],
            amount=data["amount"] or Decimal(0),
            number=data["number"],
            customer_id=data["customer"],
            deal_id=data["deal"],
            owner_id=self.chosen_owner(),
            purpose=data["purpose"],
            custom=self.own_values(),
        )


class NewPaymentForm(PaymentForm):
    picks = ("customer", "deal", "invoice")

    invoice = PickField(
        "invoice",
        label=lazy("Invoice"),
        required=False,
        help_text=lazy("Leave it empty, and the money goes to the customer's oldest unpaid invoices."),
    )


class ShipmentForm(OwnedForm):
    record, kind = "billing.shipment", "shipment"
    picks = ("customer", "deal", "invoice")

    customer = PickField("customer", label=lazy("Customer"), required=False)
    shipped_on = DayField(label=lazy("Shipped on"))
    number = forms.CharField(label=lazy("Number"), max_length=60, required=False)
    invoice = PickField("invoice", label=lazy("Invoice"), required=False)
    deal = PickField("deal", label=lazy("Deal"), required=False)
    owner = owner_field()
    amount = AmountField(
        label=lazy("Amount"),
        required=False,
        help_text=lazy("Only when there are no lines. A return has a minus."),
    )

    def values(self, region_id: int | None, channel_id: int | None) -> ShipmentValues:
        data = self.cleaned_data
        return ShipmentValues(
            shipped_on=data["shipped_on"],
            number=data["number"],
            customer_id=data["customer"],
            deal_id=data["deal"],
            invoice_id=data["invoice"],
            owner_id=self.chosen_owner(),
            region_id=region_id,
            channel_id=channel_id,
            amount=data["amount"],
            custom=self.own_values(),
        )


class ProductForm(OwnFields):
    record = "billing.product"

    name = forms.CharField(label=lazy("Name"), max_length=250)
    code = forms.CharField(label=lazy("Code"), max_length=60, required=False)
    group = forms.TypedChoiceField(label=lazy("Product group"), coerce=int, empty_value=None, required=False)
    unit_name = forms.CharField(label=lazy("Unit of measure"), max_length=20, required=False)
    price = AmountField(label=lazy("Price"), required=False)
    unit_cost = AmountField(
        label=lazy("Unit cost"), required=False, help_text=lazy("What one costs us; margin is counted from it.")
    )
    is_active = forms.BooleanField(label=lazy("On sale"), required=False, initial=True)

    def __init__(self, request: PersonRequest, groups: list[tuple[int, str]], initial: dict[str, Any]) -> None:
        super().__init__(sent(request), initial=initial)
        field: Any = self.fields["group"]
        field.choices = [("", _("no group")), *groups]
        self.add_own(initial.get("custom"))

    def values(self) -> ProductValues:
        own = {each.name for each in self.definitions}
        data = {name: value for name, value in self.cleaned_data.items() if name not in own}
        return ProductValues(group_id=data.pop("group"), custom=self.own_values(), **data)


class GroupForm(forms.Form):
    name = forms.CharField(label=lazy("Name"), max_length=160)


def shown(link: Any) -> str:
    """A record named by another one, as its field shows it."""
    return written(link.id, link.name) if link else ""
