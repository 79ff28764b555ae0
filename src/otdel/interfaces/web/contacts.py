"""Pages of people at customers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.listing.values import read_id
from otdel.customers import actions, queries
from otdel.customers.queries import pick
from otdel.deals import queries as deals
from otdel.interfaces.http import PersonRequest, form, form_status, page
from otdel.interfaces.web import bulk, cards, formats, lists, parts, task_each
from otdel.interfaces.web.customers import TABS
from otdel.interfaces.web.pick import written
from otdel.interfaces.web.record_forms import ContactForm, NewContactForm
from otdel.interfaces.web.refusals import attempt
from otdel.org.access import require
from otdel.org.rules import Right


def _change(by: Any, pk: int, values: dict[str, Any], now: Any) -> Any:
    return actions.change_contact(by=by, contact_id=pk, values=values, now=now)


RECORD = cards.Record(
    name="contact",
    path="customers/contacts/",
    list_name="contacts",
    form=ContactForm,
    card=queries.contact_card,
    change=_change,
    assign=actions.assign_contacts,
    bin=actions.bin_contacts,
    restore=actions.restore_contacts,
    undo=actions.undo_contacts,
    timeline=queries.contact_timeline,
    naming=queries.names_of,
    links={"customer": "customer"},
)

LIST = lists.ListPage(
    listing=queries.CONTACTS,
    name="contacts",
    path="customers/contacts/",
    title=lazy("Contacts"),
    empty_title=lazy("No contacts yet"),
    empty_text=lazy("The people you talk to will be here, with their phones and e-mails."),
    icon="user",
    card="contact",
    create="contact_new",
    create_label=lazy("New contact"),
    links={"customer": "customer"},
    quick=((lazy("All"), {"owner": ""}), (lazy("Mine"), {"owner": "me"})),
    tabs=TABS,
    bulk=(task_each.action("contact"), *bulk.actions_of(RECORD, "contact", None)),
    custom="customers.contact",
    file_name="contacts",
)


@page
def card(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = queries.contact_card(request.user, pk)
    fmt, currency = formats.current(), request.company.currency
    context = cards.frame(request, RECORD, found) | {
        "path": [(_("Customers"), reverse("customers")), (_("Contacts"), reverse("contacts"))],
        "deals": [parts.deal_row(row, fmt, currency) for row in deals.deals_of(request.user, contact_id=pk)],
        "parts": parts.addresses("contact", pk),
        "show_completeness": True,
    }
    return TemplateResponse(request, "records/contact.html", context)


@form
def create(request: PersonRequest) -> HttpResponseBase:
    require(request.user, "contact", Right.CREATE)
    sent = request.method == "POST"
    initial = _beginning(request)
    given = NewContactForm(request, data=request.POST if sent else None, initial=initial).offer()
    made = None
    if sent and given.is_valid():
        made = attempt(
            given,
            lambda: actions.create_contact(
                by=request.user, values=given.values(), owner_id=given.owner_id, now=request.now
            ),
        )
    if made is not None:
        messages.success(request, _("The contact is created."))
        return redirect("customer", made.customer_id) if made.customer_id else redirect("contact", made.pk)
    context = {"form": given, "title": _("New contact"), "back": reverse("contacts"), "button": _("Create")}
    return TemplateResponse(request, "records/form.html", context, status=form_status(given))


def _beginning(request: PersonRequest) -> dict[str, Any]:
    number = read_id(request.GET.get("customer", ""))
    name = pick.name_of(request.user, number) if number else None
    return {"customer": written(number, name)} if number and name else {}


urlpatterns = [
    path("customers/contacts/new/", create, name="contact_new"),
    *lists.urls(LIST),
    path("customers/contacts/<int:pk>/", card, name="contact"),
    *cards.common_urls(RECORD),
]
