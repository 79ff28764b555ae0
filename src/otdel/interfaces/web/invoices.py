"""Pages of invoices."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.billing import actions, queries
from otdel.billing.rules import STATE_LABELS, InvoiceState
from otdel.core.listing.values import read_id
from otdel.customers.queries import pick as customers
from otdel.deals.queries import pick as deals
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import formats, line_forms, lists, own_fields, task_each
from otdel.interfaces.web.money_forms import InvoiceForm, shown
from otdel.interfaces.web.money_tabs import TABS
from otdel.interfaces.web.pick import written
from otdel.interfaces.web.refusals import attempt, must
from otdel.org import access
from otdel.org.rules import Right

TONES = {
    InvoiceState.OPEN: "accent",
    InvoiceState.PART: "accent",
    InvoiceState.PAID: "done",
    InvoiceState.OVERDUE: "under",
    InvoiceState.CANCELLED: "",
}

LIST = lists.ListPage(
    listing=queries.INVOICES,
    on_day=queries.invoices_on,
    name="invoices",
    path="money/invoices/",
    title=lazy("Invoices"),
    empty_title=lazy("No invoices yet"),
    empty_text=lazy("Invoices will appear here: how much has been paid, and what is late."),
    icon="receipt",
    card="invoice",
    create="invoice_new",
    create_label=lazy("New invoice"),
    links={"customer": "customer", "deal": "deal"},
    tones={"state": {state.value: tone for state, tone in TONES.items()}},
    quick=(
        (lazy("All"), {"state": ""}),
        (lazy("To be paid"), {"state": "unpaid"}),
        (lazy("Overdue"), {"state": "overdue"}),
        (lazy("Partly paid"), {"state": "part"}),
        (lazy("Paid in full"), {"state": "paid"}),
    ),
    tabs=TABS,
    bulk=(task_each.action("invoice"),),
    file_name="invoices",
    custom="billing.invoice",
)


@page
def card(request: PersonRequest, invoice_id: int) -> HttpResponse:
    found = queries.invoice_card(request.user, invoice_id, request.today)
    context = {
        "invoice": found,
        "own": own_fields.facts("billing.invoice", found.custom),
        "state_label": STATE_LABELS[found.state],
        "tone": TONES[found.state],
        "late": formats.overdue_by(found.days_late) if found.days_late else "",
        "currency": formats.SYMBOLS.get(request.company.currency, request.company.currency),
        "may_pay": queries.may_pay(request.user) and found.remaining > 0 and found.cancelled_on is None,
        "today": request.today,
        "parts": [] if found.in_bin else [reverse("part", args=["invoice", invoice_id, "tasks"])],
    }
    return render(request, "money/invoice.html", context)


@form
def new(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "invoice", Right.CREATE)
    given = InvoiceForm(request, _beginning(request))
    lines = line_forms.read(request) if request.method == "POST" else line_forms.of_rows(_deal_lines(request))
    if request.method == "POST" and given.is_valid() and lines.is_valid:
        made = attempt(
            given,
            lambda: actions.create_invoice(by=request.user, values=given.values(), lines=lines.values, now=request.now),
        )
        if made:
            messages.success(request, _("The invoice is issued."))
            return redirect("invoice", made.pk)
    return _draw(request, given, lines, _("New invoice"), "invoices")


def _beginning(request: PersonRequest) -> dict[str, Any]:
    """What the address says it is for, by names only the person may see."""
    initial: dict[str, Any] = {"issued_on": request.today}
    customer_id, deal_id = (read_id(request.GET.get(name, "")) for name in ("customer", "deal"))
    if deal_id and (title := deals.name_of(request.user, deal_id)):
        initial["deal"] = written(deal_id, title)
    if customer_id and (name := customers.name_of(request.user, customer_id)):
        initial["customer"] = written(customer_id, name)
    return initial


def _deal_lines(request: PersonRequest) -> list[queries.LineRow]:
    """An invoice by a deal begins with the deal's lines."""
    deal_id = read_id(request.GET.get("deal", ""))
    if not deal_id or deals.name_of(request.user, deal_id) is None:
        return []
    return queries.deal_lines(deal_id).lines


@form
def edit(request: PersonRequest, invoice_id: int) -> HttpResponseBase:
    found = queries.invoice_card(request.user, invoice_id, request.today, moves=False)
    must(found.rights.change)
    kept = {"customer": found.customer.id, "deal": found.deal.id if found.deal else None}
    given = InvoiceForm(request, _as_it_is(found), kept)
    lines = line_forms.read(request, found.lines) if request.method == "POST" else line_forms.of_rows(found.lines)
    if request.method == "POST" and given.is_valid() and lines.is_valid:
        made = attempt(
            given,
            lambda: actions.change_invoice(
                by=request.user, invoice_id=invoice_id, values=given.values(), lines=lines.values, now=request.now
            ),
        )
        if made:
            messages.success(request, _("Saved."))
            return redirect("invoice", invoice_id)
    title = _("Invoice %(number)s") % {"number": found.title}
    return _draw(request, given, lines, title, "invoice", invoice_id, paid=bool(found.paid))


def _as_it_is(found: queries.InvoiceCard) -> dict[str, Any]:
    return {
        "customer": shown(found.customer),
        "deal": shown(found.deal),
        "number": found.number,
        "owner": found.owner.id,
        "owner_name": found.owner.name,
        "custom": found.custom,
        "issued_on": found.issued_on,
        "due_on": found.due_on,
        "amount": None if found.lines else found.amount,
        "note": found.note,
    }


def _draw(
    request: PersonRequest,
    given: InvoiceForm,
    lines: line_forms.LinesForm,
    title: str,
    back: str,
    *args: int,
    **more: Any,
) -> HttpResponse:
    context = {
        "form": given,
        "lines": lines,
        "title": title,
        "back_url": reverse(back, args=args),
        "currency": formats.SYMBOLS.get(request.company.currency, request.company.currency),
        **more,
    }
    status = 422 if not lines.is_valid else form_status(given)
    return render(request, "money/invoice_form.html", context, status=status)


@submission
def cancel(request: PersonRequest, invoice_id: int) -> HttpResponseBase:
    actions.cancel_invoice(by=request.user, invoice_id=invoice_id, day=request.today, now=request.now)
    messages.success(request, _("The invoice is cancelled."))
    return redirect("invoice", invoice_id)


@submission
def reopen(request: PersonRequest, invoice_id: int) -> HttpResponseBase:
    actions.reopen_invoice(by=request.user, invoice_id=invoice_id, now=request.now)
    messages.success(request, _("The invoice is active again."))
    return redirect("invoice", invoice_id)


@submission
def to_bin(request: PersonRequest, invoice_id: int) -> HttpResponseBase:
    actions.bin_invoice(by=request.user, invoice_id=invoice_id, now=request.now)
    messages.success(request, _("The invoice is in the bin."))
    return redirect("invoices")


@submission
def restore(request: PersonRequest, invoice_id: int) -> HttpResponseBase:
    actions.restore_invoice(by=request.user, invoice_id=invoice_id, now=request.now)
    messages.success(request, _("The invoice is restored."))
    return redirect("invoice", invoice_id)


urlpatterns = [
    *lists.urls(LIST),
    path("money/invoices/new/", new, name="invoice_new"),
    path("money/invoices/<int:invoice_id>/", card, name="invoice"),
    path("money/invoices/<int:invoice_id>/edit/", edit, name="invoice_edit"),
    path("money/invoices/<int:invoice_id>/cancel/", cancel, name="invoice_cancel"),
    path("money/invoices/<int:invoice_id>/reopen/", reopen, name="invoice_reopen"),
    path("money/invoices/<int:invoice_id>/delete/", to_bin, name="invoice_bin"),
    path("money/invoices/<int:invoice_id>/restore/", restore, name="invoice_restore"),
]
