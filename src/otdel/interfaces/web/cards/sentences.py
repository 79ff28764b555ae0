"""One moment of a record's history as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.activities import queries as activities
from otdel.core import timeline
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats
from otdel.interfaces.web.cards.record import NamesById, Record
from otdel.interfaces.web.own_fields import plain


@dataclass(frozen=True)
class Names:
    """What history calls records by number, the company's own fields by key, rules by number."""

    of: NamesById
    own: Mapping[str, str]
    rules: Mapping[int, str]


ACTIVITY_ICONS = {"CALL": "phone", "MEETING": "users", "EMAIL": "mail", "PROPOSAL": "file-text", "NOTE": "note"}


HIDDEN = {"stage_id", "stage_since", "search", "name_generated", "unit_id", "updated_at", "created_at", "closed_at"}


EXTRA_LABELS = {
    "owner_id": lazy("Responsible"),
    "closed_on": lazy("Closed on"),
    "loss_reason_id": lazy("Loss reason"),
    "external_id": lazy("External number"),
    "status": lazy("Status"),
    "reject_reason": lazy("Reason for rejection"),
    "kind": lazy("Kind"),
    "lead_id": lazy("Lead"),
    "contact_id": lazy("Contact"),
    "customer_id": lazy("Customer"),
}


CODES = {
    "NEW": lazy("New"),
    "WORK": lazy("In work"),
    "CONVERTED": lazy("Converted"),
    "REJECTED": lazy("Rejected"),
    "COMPANY": lazy("Company"),
    "PERSON": lazy("Person"),
}


EVENTS = {
    "created": ("plus", lazy("Created")),
    "imported": ("upload", lazy("Imported")),
    "converted": ("circle-check", lazy("Converted to a customer")),
    "rejected": ("circle-x", lazy("Rejected")),
    "returned": ("refresh", lazy("Taken back to work")),
    "points_changed": ("phone", lazy("Phones and addresses changed")),
}


def sentence(request: PersonRequest, record: Record, moment: timeline.Moment, names: Names) -> tuple[str, SafeString]:
    if moment.kind == "fields":
        return _fields(request, record, moment.data, names)
    if moment.kind == "stage":
        before, after = moment.data.get("before"), moment.data.get("after")
        outcome = moment.data.get("outcome")
        icon = {"WON": "circle-check", "LOST": "circle-x"}.get(str(outcome), "deals")
        if before is None:
            return icon, format_html("{}: <b>{}</b>", _("Stage"), after)
        return icon, format_html("{}: {} → <b>{}</b>", _("Stage"), before, after)
    if moment.kind == "activity":
        return _activity(moment.data)
    icon, words = EVENTS.get(moment.kind.rpartition(".")[2], ("info-circle", moment.kind))
    reason = moment.data.get("reason")
    return icon, format_html("{}: {}", words, reason) if reason else format_html("{}", words)


def _activity(data: dict[str, Any]) -> tuple[str, SafeString]:
    kind, subject, result = (str(data.get(name) or "") for name in ("kind", "subject", "result"))
    named = str(dict(activities.KINDS).get(kind, kind))
    text = format_html('{}: <a href="{}">{}</a>' if subject else '<a href="{1}">{0}</a>',
                       named, reverse("activity", args=[data["id"]]), subject)  # fmt: skip
    return ACTIVITY_ICONS.get(kind, "note"), format_html("{} — {}", text, result) if result else text


def _fields(request: PersonRequest, record: Record, diff: dict[str, Any], names: Names) -> tuple[str, SafeString]:
    if "deleted_at" in diff:
        gone = diff["deleted_at"][1] is not None
        return "trash", format_html("{}", _("Put in the bin") if gone else _("Restored from the bin"))
    base = record.form.base_fields
    parts: list[tuple[str, ...]] = []
    for name, pair in diff.items():
        if name == "custom":
            parts += _custom_changes(pair, names.own)
        elif name not in HIDDEN and (label := _label(base, name)):
            parts.append((label, *(_value(request, name, value, names) for value in pair)))
    return "edit", format_html_join(SafeString("<br>"), "{}: {} → <b>{}</b>", parts)


def _label(base: Mapping[str, Any], name: str) -> str:
    known = base.get(name.removesuffix("_id"))
    return str(known.label if known is not None else EXTRA_LABELS.get(name, ""))


def _custom_changes(pair: list[Any], labels: Mapping[str, str]) -> list[tuple[str, str, str]]:
    before, after = (value or {} for value in pair)
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return [
        (labels.get(key, key), *(plain(side[key]) if key in side else formats.DASH for side in (before, after)))
        for key in keys
    ]


def _value(request: PersonRequest, name: str, value: Any, names: Names) -> str:
    if value in (None, "", []):
        return formats.DASH
    if name.endswith("_id") and isinstance(value, int):
        return names.of.get((name, value), f"#{value}")
    if name == "amount":
        return _amount(request, value)
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(CODES.get(value, "")) or plain(value)


def _amount(request: PersonRequest, value: Any) -> str:
    try:
        return formats.current().money(Decimal(str(value)), request.company.currency)
    except InvalidOperation:
        return str(value)
