"""Pages of customers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.listing.values import clean_text
from otdel.customers import actions, queries
from otdel.deals import queries as deals
from otdel.interfaces.http import PersonRequest, form, form_status, page
from otdel.interfaces.web import bulk, cards, formats, lists, parts, task_each
from otdel.interfaces.web.record_forms import CustomerForm, NewCustomerForm
from otdel.interfaces.web.refusals import attempt
from otdel.org.access import require, scope
from otdel.org.rules import Right
from otdel.tasks.queries import steps

TABS = ((lazy("Customers"), "customers"), (lazy("Contacts"), "contacts"))


def _change(by: Any, pk: int, values: dict[str, Any], now: Any) -> Any:
    return actions.change_customer(by=by, customer_id=pk, values=values, now=now)


RECORD = cards.Record(
    name="customer",
    path="customers/",
    list_name="customers",
    form=CustomerForm,
    card=queries.customer_card,
    change=_change,
    assign=actions.assign_customers,
    bin=actions.bin_customers,
    restore=actions.restore_customers,
    undo=actions.undo_customers,
    timeline=queries.customer_timeline,
    naming=queries.names_of,
)

LIST = lists.ListPage(
    listing=steps.with_steps(queries.CUSTOMERS, steps.CUSTOMER_STEP),
    name="customers",
    path="customers/",
    title=lazy("Customers"),
    empty_title=lazy("No customers yet"),
    empty_text=lazy("Everyone you sell to will appear here, each with one employee responsible for them."),
    icon="building",
    card="customer",
    create="customer_new",
    create_label=lazy("New customer"),
    quick=(
        (lazy("All"), {"owner": ""}),
        (lazy("Mine"), {"owner": "me"}),
        (lazy("Without a next step"), {"step": "none"}),
    ),
    tabs=TABS,
    bulk=(task_each.action("customer"), *bulk.actions_of(RECORD, "customer", actions.tag_customers)),
    custom="customers.customer",
    file_name="customers",
)


@page
def card(request: PersonRequest, pk: int) -> HttpResponseBase:
    """A customer: facts, people, deals; money, calls and history come after."""
    found = queries.customer_card(request.user, pk)
    fmt, currency = formats.current(), request.company.currency
    context = cards.frame(request, RECORD, found) | {
        "path": [(_("Customers"), reverse("customers"))],
        "contacts": queries.contacts_of(request.user, pk),
        "deals": [parts.deal_row(row, fmt, currency) for row in deals.deals_of(request.user, customer_id=pk)],
        "all_deals": f"{reverse('deals')}?customer={pk}",
        "parts": parts.addresses("customer", pk),
        "may_deal": scope(request.user, "deal", Right.CREATE),
        "may_contact": scope(request.user, "contact", Right.CREATE),
        "show_completeness": True,
    }
    return TemplateResponse(request, "records/customer.html", context)


@form
def create(request: PersonRequest) -> HttpResponseBase:
    """A new customer; those who may be the same are shown before it is made."""
    require(request.user, "customer", Right.CREATE)
    sent = request.method == "POST"
    given = NewCustomerForm(request, data=request.POST if sent else None).offer()
    hints = _same(request, request.POST) if sent and request.POST.get("sure") != "1" else []
    if sent and given.is_valid() and not hints:
        made = attempt(
            given,
            lambda: actions.create_customer(
                by=request.user, values=given.values(), owner_id=given.owner_id, now=request.now
            ),
        )
        if made is not None:
            messages.success(request, _("The customer is created."))
            return redirect("customer", made.pk)
    context = {
        "form": given,
        "title": _("New customer"),
        "back": reverse("customers"),
        "button": _("Create"),
        "hints": hints,
        "same_url": reverse("customers_same"),
        "watched": ("name", "inn", "phones", "emails"),
    }
    return TemplateResponse(request, "records/form.html", context, status=409 if hints else form_status(given))


def _same(request: PersonRequest, given: Any) -> list[dict[str, str]]:
    found = queries.same_customers(
        request.user,
        name=clean_text(given.get("name", "")),
        inn=clean_text(given.get("inn", ""), 12).strip(),
        kpp=clean_text(given.get("kpp", ""), 9).strip(),
        contacts=clean_text(f"{given.get('phones', '')}\n{given.get('emails', '')}", 3000).splitlines(),
    )
    return [
        {"name": hint.name, "why": hint.why, "owner": hint.owner, "url": reverse("customer", args=[hint.id])}
        for hint in found
    ]


@page
def same(request: PersonRequest) -> HttpResponseBase:
    """Who may be the same as what is being typed: the inside of the form's notice."""
    return TemplateResponse(request, "records/form.html#same", {"hints": _same(request, request.GET)})


urlpatterns = [
    path("customers/new/", create, name="customer_new"),
    path("customers/same/", same, name="customers_same"),
    *lists.urls(LIST),
    path("customers/<int:pk>/", card, name="customer"),
    *cards.common_urls(RECORD),
]
