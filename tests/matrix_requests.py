"""What the access matrix sends: for a target of its table, the address with its numbers and the body that is posted.

A target is the name of an address; `draft:` and `agreed:` before it ask of a plan in that state, `binned-` of a record
in the bin, `part:deal:money` gives the address its words, `?` a query, `+` a body.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import get_resolver, reverse
from ledger import fresh
from people import NOW
from world import World

from otdel.billing.models import Product, ProductGroup
from otdel.core.models import CustomField
from otdel.customers import actions as customers
from otdel.customers.models import Region
from otdel.deals import actions as deals
from otdel.deals.models import Pipeline, Stage
from otdel.org.models import Role, Unit

Records = dict[str, Any]
LISTS = {
    "customers": "customer", "contacts": "contact", "deals": "deal", "leads": "lead", "activities": "activity",
    "invoices": "invoice", "payments": "payment", "shipments": "shipment", "products": "product", "tasks": "task",
    "people": "person",
}  # fmt: skip


FIELDS = {"customer": "name", "contact": "last_name", "deal": "title", "lead": "title"}
WORDS = {"target": "customers", "code": "regions", "record": "deals.deal", "day": "2026-03-09"}


def name_of(target: str) -> str:
    """`draft:plan_save+cell` is the address plan_save; `part:deal:money` is part; `deals_file.xlsx` is deals_file."""
    name = re.split(r"[?+]", target)[0].rpartition(".")[0] or re.split(r"[?+]", target)[0]
    first, _, rest = name.partition(":")
    if first.startswith("binned-"):
        return first.removeprefix("binned-") + rest
    name = rest if first in ("draft", "agreed") else first
    return name.removeprefix("binned-")


def prepared(world: World, target: str) -> str:
    """Return the address, having brought the record into the state the target names."""
    name, annas = name_of(target), world.annas
    state, _, rest = target.partition(":")
    if target.startswith("binned-"):
        kind = name.removesuffix("_restore")
        record = annas.get(kind) or Product.objects.get()
        type(record).objects.filter(pk=record.pk).update(deleted_at=NOW)
        annas = annas | {kind: record}
    plan = annas["draft"] if state in ("draft", "agreed") else annas["plan"]
    if state == "agreed":
        type(plan).objects.filter(pk=plan.pk).update(status="AGREED")
    if state in ("draft", "agreed"):
        target = rest
    bare, _, query = target.partition("?")
    address = reverse(name, kwargs=arguments(world, name, bare, annas | {"plan": plan}))
    numbers = {kind: record.pk for kind, record in annas.items()}
    numbers |= {"north": world.firm.north.pk, "anna": world.firm.anna.pk}
    return f"{address}?{query.format(**numbers)}" if query else address


def arguments(world: World, name: str, target: str, annas: Records) -> dict[str, object]:
    """Return what stands in the address."""
    words = re.split(r"[?+.]", target)[0].split(":")
    listed = next((kind for list_name, kind in LISTS.items() if name == f"{list_name}_view_delete"), "")
    if listed:
        type(annas["view"]).objects.filter(pk=annas["view"].pk).update(listing=listed)
        return {"view_id": annas["view"].pk}
    if name.endswith("_file") and name != "task_file":
        formats = [form for form in ("xlsx", "pdf") if target.endswith(form)]
        return {"form": formats[0] if formats else "xlsx" if name == "plan_board_file" else "csv"}
    match name:
        case "pick":
            return {"kind": words[1]}
        case "remind" | "remind_me":
            return {"kind": words[1], "pk": annas[words[1]].pk}
        case "part":
            return {"kind": words[1], "pk": annas[words[1]].pk, "name": words[2]}
        case "undo":
            return {"kind": words[1], "event_id": binned_by_boris(world, words[1], annas)}
    if name.startswith("control_day_do") or name in ("control_day", "control_norm_drop"):
        kind = "norm" if name == "control_norm_drop" else "day"
        return {"pk": annas[kind].pk} | ({"name": words[1]} if name == "control_day_do" else {})
    if name in SAID or name in OF_NOTICES:
        known = SAID.get(name) or {"pk": annas[OF_NOTICES[name]].pk}
        return known | ({"firing": 999_999} if name == "rule_again" else {})
    if name.startswith("task_"):
        return of_task(name, words, annas)
    return {each: value(world, name, each, annas) for each in parameters(name)}


def of_task(name: str, words: list[str], annas: Records) -> dict[str, object]:
    """Numbers of Anna's task, of a template, or of nothing that is there."""
    kinds = {"task_template": "template", "task_template_drop": "template", "task_repeat_new": "template"}
    kinds |= {"task_repeat": "repeat", "task_repeat_do": "repeat"}
    number = annas[kinds.get(name, "task")].pk
    known: dict[str, object] = {"pk": number, "name": words[1] if len(words) > 1 else "", "kind": "deal"}
    return {each: known.get(each, 999_999) for each in parameters(name)}


SAID: dict[str, dict[str, object]] = {"letter_link": {"token": "forged"}, "notice_test": {"channel": "email"}}
SAID["letter_stop"] = {"token": "forged"}
SAID["rule_recipe"] = {"code": "debt"}
OF_NOTICES = {
    "notice_open": "notice", "reminder_remove": "reminder", "absence_remove": "absence",
    "absence_edit": "absence",
    "rule": "sentence", "rule_edit": "sentence", "rule_switch": "sentence", "rule_drop": "sentence",
    "rule_again": "sentence",
}  # fmt: skip


def parameters(name: str) -> list[str]:
    found = get_resolver().reverse_dict.getlist(name)
    return list(found[0][0][0][1]) if found else []


def value(world: World, name: str, parameter: str, annas: Records) -> object:
    kind = name.split("_")[0]
    if parameter == "session_id":
        return annas["import"].pk
    if parameter in WORDS:
        return WORDS[parameter]
    if parameter == "name":
        return FIELDS[name.removesuffix("_field")]
    if parameter in ("plan_id", "before_id", "after_id"):
        return annas["plan"].pk
    if parameter in FIRST:
        return FIRST[parameter]().order_by("pk").first().pk
    others: dict[str, Callable[[], int]] = {
        "end": lambda: 999_999,
        "mfa": lambda: 999_999,
        "handover": lambda: 999_999,
        "role": lambda: Role.objects.get(code="intern").pk,
        "unit": lambda: Unit.objects.get(name="Archive").pk if name == "unit_open" else world.firm.north.pk,
        "person": lambda: world.firm.vera.pk,
    }
    return others[kind]() if kind in others else annas[kind].pk


FIRST: dict[str, Callable[[], Any]] = {
    "stage_id": lambda: Stage.objects.filter(outcome="OPEN"),
    "pipeline_id": Pipeline.objects.all,
    "field_id": lambda: CustomField.objects.filter(record="deals.deal"),
    "entry_id": Region.objects.all,
    "group_id": ProductGroup.objects.all,
    "product_id": Product.objects.all,
}


def binned_by_boris(world: World, kind: str, annas: Records) -> int:
    """Boris puts Anna's record in the bin, and may take that back."""
    act = {"customer": customers.bin_customers, "deal": deals.bin_deals}[kind]
    return act(by=fresh(world.firm.boris), ids=[annas[kind].pk], now=NOW).pk


def sent(world: World, target: str, method: str) -> dict[str, object]:
    if method == "GET":
        return {}
    name, word = name_of(target), target.partition("+")[2]
    if word == "file":
        return {
            "data": encode_multipart(BOUNDARY, {"file": BytesIO(b"no workbook")}),
            "content_type": MULTIPART_CONTENT,
        }
    body = BODIES[word](world, name) if word else {}
    fields = {"csrfmiddlewaretoken": "x"} | body  # every form of a page carries the token
    return {"data": urlencode(fields, doseq=True), "content_type": "application/x-www-form-urlencoded"}


def chosen(world: World, name: str) -> int:
    return (world.annas.get(LISTS[name.removesuffix("_bulk")]) or Product.objects.get()).pk


def cell(world: World, name: str) -> dict[str, object]:
    key = f"{world.firm.north.pk}.{world.firm.anna.pk}....."
    if name == "plan_sheet_apply":
        return {"change": f"{key}|2026-03|7654321.00|5"}
    return {"k0": f"{world.firm.north.pk}......", "p0": "2026-03", "k1": key, "o1": "7654321.00", "c1-0": "5"}


def new_plan(world: World, name: str) -> dict[str, object]:
    new = {"metric": "payments", "period": "2026-Q4", "step": "month", "basis": "total", "total": "90"}
    return new | {"unit": world.firm.north.pk}


def about_annas(world: World, name: str) -> dict[str, object]:
    """A new record for Anna's customer."""
    customer = world.annas["customer"]
    if name == "activity_quick":
        return {"type": "CALL", "subject": "x", "customer": customer.pk}
    rest: dict[str, dict[str, object]] = {
        "deal_new": {"title": "New", "opened_on": "2026-03-01", "amount": "5", "stage": world.annas["deal"].stage_id}
        | {"owner": world.firm.anna.pk},
        "activity_new": {"type": "CALL", "at": "2026-03-01T10:00", "is_done": "on"},
        "invoice_new": {"issued_on": "2026-03-01", "amount": "5"},
        "payment_new": {"paid_on": "2026-03-01", "amount": "5"},
        "shipment_new": {"shipped_on": "2026-03-01", "amount": "5"},
    }
    return {"customer": f"{customer.name} #{customer.pk}"} | rest[name]


def on_control(world: World, name: str) -> dict[str, object]:
    return {"until": "2026-04-10", "reason": "Because", "text": "Ring the plant", "kind": "CALL", "note": "x"} | {
        "unit": world.firm.north.pk,
        "amount": 5,
        "starts_on": "2026-03-03",
    }


def a_rule(world: World, name: str) -> dict[str, object]:
    given: dict[str, object] = {"name": "Call", "title": "Call {customer}", "to": "OWNER", "due": "1", "days": "3"}
    return given | {"unit": world.firm.north.pk, "most_per_hour": "50"}


BODIES: dict[str, Callable[[World, str], dict[str, object]]] = {
    "anna": lambda world, name: {"value": world.firm.anna.pk},
    "vera": lambda world, name: {"value": world.firm.vera.pk},
    "won": lambda world, name: {"stage": world.stages["WON"].pk},
    "why": lambda world, name: {"reason": "Because"},
    "auto": lambda world, name: {"auto": "1"},
    "day": lambda world, name: {"day": "2026-03-10", "work": "no", "reason": "Party"},
    "bin": lambda world, name: {"do": "bin", "ids": chosen(world, name)},
    "give": lambda world, name: {"do": "assign", "value": world.firm.anna.pk, "ids": chosen(world, name)},
    "north": lambda world, name: new_plan(world, name) if name == "plan_new" else {"unit": world.firm.north.pk},
    "volga": lambda world, name: {"target": f"{world.firm.north.pk}......", "region_id": Region.objects.get().pk},
    "cell": cell,
    "name": lambda world, name: (
        {"name": "Novel", "label": "Novel", "type": "TEXT", "active": "1"} | {"is_active": "1", "outcome": "OPEN"}
    ),
    "annas": about_annas,
    "control": on_control,
    "title": lambda world, name: {"title": "Novel"},
    "all": lambda world, name: {"all": "1"},
    "rule": a_rule,
    "on": lambda world, name: {"on": "1"},
    "hour": lambda world, name: {"when": "hour"},
}
