"""Fields of the company, and which of ours must be filled in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core import custom
from otdel.core.custom import Type
from otdel.core.errors import NotFound
from otdel.customers.rules import CONTACT_COUNTED, CUSTOMER_COUNTED
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web.org_tabs import settings_tabs
from otdel.interfaces.web.record_settings.posted import ticked
from otdel.org.access import require
from otdel.org.actions import fields as field_actions
from otdel.org.rules import Right

RECORDS = {
    "customers.customer": lazy("Customers"),
    "customers.contact": lazy("Contacts"),
    "deals.lead": lazy("Leads"),
    "deals.deal": lazy("Deals"),
    "activities.activity": lazy("Calls and meetings"),
    "billing.product": lazy("Products"),
    "billing.invoice": lazy("Invoices"),
    "billing.payment": lazy("Payments"),
    "billing.shipment": lazy("Shipments"),
}


DEAL_COUNTED = {
    "amount": lazy("Amount"),
    "customer_id": lazy("Customer"),
    "expected_on": lazy("Expected on"),
    "source_id": lazy("Source"),
    "channel_id": lazy("Channel"),
    "region_id": lazy("Region"),
}


COUNTED: dict[str, dict[str, Any]] = {
    "customers.customer": CUSTOMER_COUNTED,
    "customers.contact": CONTACT_COUNTED,
    "deals.deal": DEAL_COUNTED,
}


@page
def first_fields(request: PersonRequest) -> HttpResponseBase:
    return redirect("fields", "customers.customer")


@page
def fields(request: PersonRequest, record: str) -> HttpResponseBase:
    require(request.user, "settings", Right.VIEW)
    if record not in RECORDS:
        raise NotFound(_("There is no such kind of record."))
    required = set(custom.required(record))
    context = {
        "record": record,
        "title": RECORDS[record],
        "records": [(words, reverse("fields", args=[code]), code == record) for code, words in RECORDS.items()],
        "fields": custom.definitions(record, inactive=True),
        "types": Type.choices,
        "type_names": dict(Type.choices),
        "counted": [(name, words, name in required) for name, words in COUNTED.get(record, {}).items()],
        "tabs": settings_tabs("all_fields"),
    }
    return TemplateResponse(request, "settings/fields.html", context)


@submission
def add_field(request: PersonRequest, record: str) -> HttpResponseBase:
    field_actions.create_field(
        by=request.user,
        record=record,
        label=request.POST.get("label", ""),
        type=request.POST.get("type", ""),
        options=request.POST.get("options", "")[:20_000].splitlines(),
        is_required=ticked(request, "is_required"),
        now=request.now,
    )
    return redirect("fields", record)


@submission
def change_field(request: PersonRequest, record: str, field_id: int) -> HttpResponseBase:
    field_actions.change_field(
        by=request.user,
        field_id=field_id,
        label=request.POST.get("label", ""),
        options=request.POST.get("options", "")[:20_000].splitlines(),
        is_required=ticked(request, "is_required"),
        is_active=ticked(request, "is_active"),
        now=request.now,
    )
    messages.success(request, _("Saved."))
    return redirect("fields", record)


@submission
def require_fields(request: PersonRequest, record: str) -> HttpResponseBase:
    wanted = [name for name in request.POST.getlist("required") if name in COUNTED.get(record, {})]
    field_actions.require_fields(by=request.user, record=record, fields=wanted, now=request.now)
    messages.success(request, _("Saved."))
    return redirect("fields", record)
