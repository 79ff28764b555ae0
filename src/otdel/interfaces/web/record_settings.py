"""Settings of records: the short lists, pipelines and stages, fields of the company, what must be filled in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core import custom
from otdel.core.custom import Type
from otdel.core.errors import Invalid, NotFound
from otdel.customers import actions as customers
from otdel.customers import queries as customer_queries
from otdel.customers.rules import CONTACT_COUNTED, CUSTOMER_COUNTED
from otdel.deals import actions as deals
from otdel.deals import queries as deal_queries
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web.org_tabs import settings_tabs
from otdel.org.access import require
from otdel.org.actions import fields as field_actions
from otdel.org.rules import Right

LISTS = {
    "segments": lazy("Segments"),
    "regions": lazy("Regions"),
    "channels": lazy("Channels"),
    "sources": lazy("Sources"),
    "loss-reasons": lazy("Loss reasons"),
}
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
OUTCOMES = {"OPEN": lazy("Open"), "WON": lazy("Won"), "LOST": lazy("Lost")}


def _flag(request: PersonRequest, name: str) -> bool:
    return request.POST.get(name) == "1"


def _percent(request: PersonRequest) -> int | None:
    text = request.POST.get("probability", "").strip().rstrip("%").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise Invalid(_("A chance is from 0 to 100 per cent."), field="probability")
    return int(text)


def _ordered(ids: list[int], moved: int, up: bool) -> list[int]:
    """Return the numbers with one a place higher or lower."""
    if moved not in ids:
        raise NotFound(_("There is no such entry."))
    at = ids.index(moved)
    to = max(at - 1, 0) if up else min(at + 1, len(ids) - 1)
    ids.insert(to, ids.pop(at))
    return ids


@page
def first_list(request: PersonRequest) -> HttpResponseBase:
    return redirect("short_list", "segments")


@page
def first_fields(request: PersonRequest) -> HttpResponseBase:
    return redirect("fields", "customers.customer")


# short lists


@page
def short_list(request: PersonRequest, code: str) -> HttpResponseBase:
    require(request.user, "settings", Right.VIEW)
    if code not in LISTS:
        raise NotFound(_("There is no such list."))
    context = {
        "title": LISTS[code],
        "code": code,
        "entries": _entries(code),
        "lists": [(words, reverse("short_list", args=[each]), each == code) for each, words in LISTS.items()],
        "tabs": settings_tabs("short_lists"),
    }
    return TemplateResponse(request, "settings/short_list.html", context)


def _entries(code: str) -> list[Any]:
    return list(deal_queries.loss_reasons_whole() if code == "loss-reasons" else customer_queries.entries(code))


@submission
def add_entry(request: PersonRequest, code: str) -> HttpResponseBase:
    name = request.POST.get("name", "")
    if code == "loss-reasons":
        deals.create_loss_reason(by=request.user, name=name, now=request.now)
    else:
        customers.create_entry(by=request.user, code=code, name=name, now=request.now)
    return redirect("short_list", code)


@submission
def change_entry(request: PersonRequest, code: str, entry_id: int) -> HttpResponseBase:
    """Rename, take out of use, move or delete, by the button pressed."""
    do = request.POST.get("do", "save")
    if do == "delete":
        _delete_entry(request, code, entry_id)
    elif do in ("up", "down"):
        _move_entry(request, code, entry_id, do == "up")
    else:
        _save_entry(request, code, entry_id)
    return redirect("short_list", code)


def _save_entry(request: PersonRequest, code: str, entry_id: int) -> None:
    given: dict[str, Any] = {"name": request.POST.get("name", ""), "is_active": _flag(request, "is_active")}
    if code == "loss-reasons":
        deals.change_loss_reason(by=request.user, entry_id=entry_id, now=request.now, **given)
    else:
        customers.change_entry(by=request.user, code=code, entry_id=entry_id, now=request.now, **given)
    messages.success(request, _("Saved."))


def _delete_entry(request: PersonRequest, code: str, entry_id: int) -> None:
    if code == "loss-reasons":
        deals.delete_loss_reason(by=request.user, entry_id=entry_id, now=request.now)
    else:
        customers.delete_entry(by=request.user, code=code, entry_id=entry_id, now=request.now)
    messages.success(request, _("Deleted."))


def _move_entry(request: PersonRequest, code: str, entry_id: int, up: bool) -> None:
    ids = _ordered([each.id for each in _entries(code)], entry_id, up)
    if code == "loss-reasons":
        deals.order_loss_reasons(by=request.user, ids=ids, now=request.now)
    else:
        customers.order_entries(by=request.user, code=code, ids=ids, now=request.now)


# pipelines


@page
def pipelines(request: PersonRequest) -> HttpResponseBase:
    require(request.user, "settings", Right.VIEW)
    context = {
        "pipelines": deal_queries.pipelines_whole(),
        "outcomes": OUTCOMES.items(),
        "tabs": settings_tabs("pipelines"),
    }
    return TemplateResponse(request, "settings/pipelines.html", context)


@submission
def add_pipeline(request: PersonRequest) -> HttpResponseBase:
    deals.create_pipeline(by=request.user, name=request.POST.get("name", ""), now=request.now)
    return redirect("pipelines")


@submission
def change_pipeline(request: PersonRequest, pipeline_id: int) -> HttpResponseBase:
    deals.change_pipeline(
        by=request.user,
        pipeline_id=pipeline_id,
        name=request.POST.get("name", ""),
        is_active=_flag(request, "is_active"),
        now=request.now,
    )
    messages.success(request, _("Saved."))
    return redirect("pipelines")


@submission
def add_stage(request: PersonRequest, pipeline_id: int) -> HttpResponseBase:
    deals.create_stage(
        by=request.user,
        pipeline_id=pipeline_id,
        name=request.POST.get("name", ""),
        outcome=request.POST.get("outcome", ""),
        probability=_percent(request),
        now=request.now,
    )
    return redirect("pipelines")


@submission
def change_stage(request: PersonRequest, stage_id: int) -> HttpResponseBase:
    """Save, move or delete a stage, by the button pressed."""
    do = request.POST.get("do", "save")
    if do == "delete":
        deals.delete_stage(by=request.user, stage_id=stage_id, now=request.now)
        messages.success(request, _("Deleted."))
    elif do in ("up", "down"):
        _move_stage(request, stage_id, do == "up")
    else:
        _save_stage(request, stage_id)
    return redirect("pipelines")


def _save_stage(request: PersonRequest, stage_id: int) -> None:
    deals.change_stage(
        by=request.user,
        stage_id=stage_id,
        name=request.POST.get("name", ""),
        outcome=request.POST.get("outcome", ""),
        probability=_percent(request),
        is_active=_flag(request, "is_active"),
        now=request.now,
    )
    messages.success(request, _("Saved."))


def _move_stage(request: PersonRequest, stage_id: int, up: bool) -> None:
    for pipeline in deal_queries.pipelines_whole():
        ids = [each.id for each in pipeline.stages]
        if stage_id in ids:
            ids = _ordered(ids, stage_id, up)
            deals.order_stages(by=request.user, pipeline_id=pipeline.id, ids=ids, now=request.now)
            return
    raise NotFound(_("There is no such stage."))


# fields


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
        is_required=_flag(request, "is_required"),
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
        is_required=_flag(request, "is_required"),
        is_active=_flag(request, "is_active"),
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


urlpatterns = [
    path("settings/lists/", first_list, name="short_lists"),
    path("settings/fields/", first_fields, name="all_fields"),
    path("settings/lists/<str:code>/", short_list, name="short_list"),
    path("settings/lists/<str:code>/add/", add_entry, name="entry_add"),
    path("settings/lists/<str:code>/<int:entry_id>/", change_entry, name="entry_change"),
    path("settings/pipelines/", pipelines, name="pipelines"),
    path("settings/pipelines/add/", add_pipeline, name="pipeline_add"),
    path("settings/pipelines/<int:pipeline_id>/", change_pipeline, name="pipeline_change"),
    path("settings/pipelines/<int:pipeline_id>/stages/add/", add_stage, name="stage_add"),
    path("settings/stages/<int:stage_id>/", change_stage, name="stage_change"),
    path("settings/fields/<str:record>/", fields, name="fields"),
    path("settings/fields/<str:record>/add/", add_field, name="field_add"),
    path("settings/fields/<str:record>/required/", require_fields, name="fields_required"),
    path("settings/fields/<str:record>/<int:field_id>/", change_field, name="field_change"),
]
