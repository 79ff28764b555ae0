"""Pages of shipments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.billing import actions, queries
from otdel.core.listing.values import read_id
from otdel.customers.queries import pick as customers_pick
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import formats, line_forms, lists, own_fields
from otdel.interfaces.web.money_forms import ShipmentForm, shown
from otdel.interfaces.web.money_tabs import TABS
from otdel.interfaces.web.pick import written
from otdel.interfaces.web.refusals import attempt, must
from otdel.org import access
from otdel.org.rules import Right

LIST = lists.ListPage(
    listing=queries.SHIPMENTS,
    name="shipments",
    path="money/shipments/",
    title=lazy("Shipments"),
    empty_title=lazy("No shipments yet"),
    empty_text=lazy("Goods shipped and work done will appear here. Returns are negative."),
    icon="package",
    card="shipment",
    create="shipment_new",
    create_label=lazy("Record a shipment"),
    links={"customer": "customer", "deal": "deal"},
    quick=(
        (lazy("All"), {"shipped": ""}),
        (lazy("This month"), {"shipped": "month"}),
        (lazy("Last month"), {"shipped": "last-month"}),
        (lazy("Returns"), {"kind": "back"}),
    ),
    tabs=TABS,
    file_name="shipments",
    custom="billing.shipment",
)


@page
def card(request: PersonRequest, shipment_id: int) -> HttpResponse:
    found = queries.shipment_card(request.user, shipment_id)
    context = {
        "shipment": found,
        "own": own_fields.facts("billing.shipment", found.custom),
        "currency": formats.SYMBOLS.get(request.company.currency, request.company.currency),
        "with_cost": any(line.cost is not None for line in found.lines),
        "today": request.today,
    }
    return render(request, "money/shipment.html", context)


@form
def new(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "shipment", Right.CREATE)
    given = ShipmentForm(request, _beginning(request))
    lines = line_forms.read(request, with_cost=True) if request.method == "POST" else _first_lines(request)
    if request.method == "POST" and given.is_valid() and lines.is_valid:
        values = given.values(None, None)
        made = attempt(
            given,
            lambda: actions.record_shipment(by=request.user, values=values, lines=lines.values, now=request.now),
        )
        if made:
            messages.success(request, _("The shipment is recorded."))
            return redirect("shipment", made.pk)
    return _draw(request, given, lines, _("New shipment"), "shipments")


def _beginning(request: PersonRequest) -> dict[str, Any]:
    initial: dict[str, Any] = {"shipped_on": request.today}
    invoice_id, customer_id = (read_id(request.GET.get(name, "")) for name in ("invoice", "customer"))
    if invoice_id:
        found = queries.invoice_card(request.user, invoice_id, request.today)
        initial |= {"invoice": written(found.id, found.title), "customer": shown(found.customer)}
        return initial | {"deal": shown(found.deal)}
    if customer_id and (name := customers_pick.name_of(request.user, customer_id)):
        initial["customer"] = written(customer_id, name)
    return initial


def _first_lines(request: PersonRequest) -> line_forms.LinesForm:
    """A shipment by an invoice begins with the invoice's lines."""
    invoice_id = read_id(request.GET.get("invoice", ""))
    if not invoice_id:
        return line_forms.of_rows([], with_cost=True)
    return line_forms.of_rows(queries.invoice_card(request.user, invoice_id, request.today).lines, with_cost=True)


@form
def edit(request: PersonRequest, shipment_id: int) -> HttpResponseBase:
    found = queries.shipment_card(request.user, shipment_id)
    must(found.rights.change)
    kept = {name: _id(getattr(found, name)) for name in ("customer", "deal", "invoice")}
    given = ShipmentForm(request, _as_it_is(found), kept)
    posted = request.method == "POST"
    lines = line_forms.read(request, found.lines, True) if posted else line_forms.of_rows(found.lines, True)
    if posted and given.is_valid() and lines.is_valid:
        values = given.values(_id(found.region), _id(found.channel))
        made = attempt(
            given,
            lambda: actions.change_shipment(
                by=request.user, shipment_id=shipment_id, values=values, lines=lines.values, now=request.now
            ),
        )
        if made:
            messages.success(request, _("Saved."))
            return redirect("shipment", shipment_id)
    title = _("Shipment %(number)s") % {"number": found.title}
    return _draw(request, given, lines, title, "shipment", shipment_id)


def _id(link: Any) -> int | None:
    return link.id if link else None


def _as_it_is(found: queries.ShipmentCard) -> dict[str, Any]:
    return {
        "customer": shown(found.customer),
        "deal": shown(found.deal),
        "invoice": shown(found.invoice),
        "shipped_on": found.shipped_on,
        "number": found.number,
        "owner": found.owner.id,
        "owner_name": found.owner.name,
        "custom": found.custom,
        "amount": None if found.lines else found.amount,
    }


def _draw(
    request: PersonRequest, given: ShipmentForm, lines: line_forms.LinesForm, title: str, back: str, *args: int
) -> HttpResponse:
    context = {
        "form": given,
        "lines": lines,
        "title": title,
        "back_url": reverse(back, args=args),
        "currency": formats.SYMBOLS.get(request.company.currency, request.company.currency),
    }
    status = 422 if not lines.is_valid else form_status(given)
    return render(request, "money/shipment_form.html", context, status=status)


@submission
def to_bin(request: PersonRequest, shipment_id: int) -> HttpResponseBase:
    actions.bin_shipment(by=request.user, shipment_id=shipment_id, now=request.now)
    messages.success(request, _("The shipment is in the bin."))
    return redirect("shipments")


@submission
def restore(request: PersonRequest, shipment_id: int) -> HttpResponseBase:
    actions.restore_shipment(by=request.user, shipment_id=shipment_id, now=request.now)
    messages.success(request, _("The shipment is restored."))
    return redirect("shipment", shipment_id)


urlpatterns = [
    *lists.urls(LIST),
    path("money/shipments/new/", new, name="shipment_new"),
    path("money/shipments/<int:shipment_id>/", card, name="shipment"),
    path("money/shipments/<int:shipment_id>/edit/", edit, name="shipment_edit"),
    path("money/shipments/<int:shipment_id>/delete/", to_bin, name="shipment_bin"),
    path("money/shipments/<int:shipment_id>/restore/", restore, name="shipment_restore"),
]
