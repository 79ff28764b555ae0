"""Pages of payments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.billing import actions, queries
from otdel.core.errors import Invalid
from otdel.core.listing.values import read_amount, read_id
from otdel.customers.queries import pick as customers
from otdel.deals.queries import pick as deals
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import formats, lists, own_fields
from otdel.interfaces.web.money_forms import AmountField, NewPaymentForm, PaymentForm, shown
from otdel.interfaces.web.money_tabs import TABS
from otdel.interfaces.web.pick import written
from otdel.interfaces.web.refusals import attempt, must
from otdel.org import access
from otdel.org.rules import Right

LIST = lists.ListPage(
    listing=queries.PAYMENTS,
    name="payments",
    path="money/payments/",
    title=lazy("Payments"),
    empty_title=lazy("No payments yet"),
    empty_text=lazy("Payments and refunds will appear here. A plan is measured by payments."),
    icon="cash",
    card="payment",
    create="payment_new",
    create_label=lazy("Record a payment"),
    links={"customer": "customer", "deal": "deal"},
    quick=(
        (lazy("All"), {"paid": ""}),
        (lazy("This month"), {"paid": "month"}),
        (lazy("Last month"), {"paid": "last-month"}),
        (lazy("Not on any invoice"), {"kind": "unspread"}),
    ),
    tabs=TABS,
    file_name="payments",
    custom="billing.payment",
)


@page
def card(request: PersonRequest, payment_id: int) -> HttpResponse:
    found = queries.payment_card(request.user, payment_id)
    context = {
        "payment": found,
        "own": own_fields.facts("billing.payment", found.custom),
        "targets": [(target, _typed(target.given)) for target in found.targets],
        "is_refund": found.amount < 0,
        "currency": formats.SYMBOLS.get(request.company.currency, request.company.currency),
        "today": request.today,
    }
    return render(request, "money/payment.html", context)


def _typed(amount: Decimal) -> str:
    """A sum as it stands in a field."""
    return str(AmountField().prepare_value(amount)) if amount else ""


@form
def new(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "payment", Right.CREATE)
    given = NewPaymentForm(request, _beginning(request))
    if request.method == "POST" and given.is_valid():
        invoice = given.cleaned_data["invoice"]
        wish: dict[int, Decimal | None] | None = {invoice: None} if invoice else None
        made = attempt(
            given,
            lambda: actions.record_payment(by=request.user, values=given.values(), wish=wish, now=request.now),
        )
        if made:
            messages.success(request, _("The payment is recorded."))
            return redirect("payment", made.pk)
    return _draw(request, given, _("New payment"), "payments")


def _beginning(request: PersonRequest) -> dict[str, Any]:
    """What the address says it is for, by names only the person may see."""
    initial: dict[str, Any] = {"paid_on": request.today}
    asked = {name: read_id(request.GET.get(name, "")) for name in ("customer", "deal", "invoice")}
    if asked["invoice"]:
        found = queries.invoice_card(request.user, asked["invoice"], request.today)
        initial |= {"invoice": written(found.id, found.title), "customer": shown(found.customer)}
        return initial | {"deal": shown(found.deal), "amount": found.remaining}
    for name, name_of in (("customer", customers.name_of), ("deal", deals.name_of)):
        pk = asked[name]
        if pk and (text := name_of(request.user, pk)):
            initial[name] = written(pk, text)
    return initial


@form
def edit(request: PersonRequest, payment_id: int) -> HttpResponseBase:
    found = queries.payment_card(request.user, payment_id, aims=False)
    must(found.rights.change)
    kept = {name: link.id if link else None for name, link in (("customer", found.customer), ("deal", found.deal))}
    given = PaymentForm(request, _as_it_is(found), kept)
    if request.method == "POST" and given.is_valid():
        made = attempt(
            given,
            lambda: actions.change_payment(
                by=request.user, payment_id=payment_id, values=given.values(), now=request.now
            ),
        )
        if made:
            messages.success(request, _("Saved."))
            return redirect("payment", payment_id)
    return _draw(request, given, _("Payment %(number)s") % {"number": found.title}, "payment", payment_id)


def _as_it_is(found: queries.PaymentCard) -> dict[str, Any]:
    return {
        "paid_on": found.paid_on,
        "amount": found.amount,
        "customer": shown(found.customer),
        "deal": shown(found.deal),
        "number": found.number,
        "owner": found.owner.id,
        "owner_name": found.owner.name,
        "custom": found.custom,
        "purpose": found.purpose,
    }


def _draw(request: PersonRequest, given: PaymentForm, title: str, back: str, *args: int) -> HttpResponse:
    context = {"form": given, "title": title, "back_url": reverse(back, args=args)}
    return render(request, "money/payment_form.html", context, status=form_status(given))


@submission
def spread(request: PersonRequest, payment_id: int) -> HttpResponseBase:
    """Lay the payment on invoices: by itself, oldest first, or as the form says."""
    wish = None if request.POST.get("auto") else _wish(request)
    actions.allocate_payment(by=request.user, payment_id=payment_id, wish=wish, now=request.now)
    messages.success(request, _("The payment is allocated to invoices."))
    return redirect("payment", payment_id)


def _wish(request: PersonRequest) -> dict[int, Decimal | None]:
    wish: dict[int, Decimal | None] = {}
    for name in request.POST:
        text = request.POST.get(name, "")
        invoice_id = read_id(name.removeprefix("part_")) if name.startswith("part_") else None
        if invoice_id and text.strip():
            amount = read_amount(text)
            if amount is None:
                raise Invalid(_("Enter an amount, like 1 234,50."))
            if amount:
                wish[invoice_id] = amount
    return wish


@submission
def to_bin(request: PersonRequest, payment_id: int) -> HttpResponseBase:
    actions.bin_payment(by=request.user, payment_id=payment_id, now=request.now)
    messages.success(request, _("The payment is in the bin."))
    return redirect("payments")


@submission
def restore(request: PersonRequest, payment_id: int) -> HttpResponseBase:
    actions.restore_payment(by=request.user, payment_id=payment_id, now=request.now)
    messages.success(request, _("The payment is restored."))
    return redirect("payment", payment_id)


urlpatterns = [
    *lists.urls(LIST),
    path("money/payments/new/", new, name="payment_new"),
    path("money/payments/<int:payment_id>/", card, name="payment"),
    path("money/payments/<int:payment_id>/edit/", edit, name="payment_edit"),
    path("money/payments/<int:payment_id>/spread/", spread, name="payment_spread"),
    path("money/payments/<int:payment_id>/delete/", to_bin, name="payment_bin"),
    path("money/payments/<int:payment_id>/restore/", restore, name="payment_restore"),
]
