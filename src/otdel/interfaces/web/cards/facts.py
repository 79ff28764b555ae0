"""What a card says of a record: its fields as people read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe

from otdel.customers.queries import Card
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats
from otdel.interfaces.web.cards.record import Record
from otdel.interfaces.web.form_fields import EntryField
from otdel.interfaces.web.own_fields import plain
from otdel.interfaces.web.pick import PickField
from otdel.interfaces.web.record_forms import RecordForm


@dataclass(frozen=True)
class Fact:
    name: str
    label: str
    text: SafeString
    edit: str = ""  # where it is edited in place, "" where it may not be


def facts(request: PersonRequest, record: Record, card: Card, shown: RecordForm) -> list[Fact]:
    """Return the card's fields that have something in them, then the empty ones, in the form's order."""
    edit = edit_address(record, card)
    made = [fact_of(record, card, shown, name, edit) for name in shown.fields if name != "type"]
    return [each for each in made if each.text] + [each for each in made if not each.text]


def edit_address(record: Record, card: Card) -> str:
    """Return where a field called @ is edited in place; "" where nothing may be."""
    if not card.can_change or card.in_bin:
        return ""
    return reverse(f"{record.name}_field", args=[card.id, "@"]).replace("%40", "@")


def fact_of(record: Record, card: Card, shown: RecordForm, name: str, edit: str) -> Fact:
    text = text_of(record, card, shown, name)
    return Fact(name, str(shown.fields[name].label), text, edit.replace("@", name))


def text_of(record: Record, card: Card, shown: RecordForm, name: str) -> SafeString:
    """Return the value of a field as people read it; empty for nothing."""
    bound, value = shown.fields[name], shown.initial.get(name)
    if name in POINTS:
        return _points(card, POINTS[name])
    if value in (None, "", []):
        return SafeString()
    if isinstance(bound, EntryField | PickField):
        return _reference(record, card, name)
    if name in ("amount",):
        return format_html("{}", formats.current().money(value, shown.request.company.currency))
    if name == "tags":
        return format_html_join(" ", '<span class="badge">{}</span>', ((tag,) for tag in card.tags))
    if name == "note":
        return mark_safe(linebreaks(str(value), autoescape=True))  # noqa: S308 - linebreaks escapes
    if name == "phone":
        return format_html('<a href="tel:{}">{}</a>', value, formats.phone(str(value)))
    if name == "email":
        return format_html('<a href="mailto:{0}">{0}</a>', value)
    return format_html("{}", plain(value))


POINTS = {"phones": "PHONE", "emails": "EMAIL", "sites": "SITE"}


def _reference(record: Record, card: Card, name: str) -> SafeString:
    words, address = card.names.get(name, ""), record.links.get(name)
    if not address:
        return format_html("{}", words)
    return format_html('<a href="{}">{}</a>', reverse(address, args=[card.values[f"{name}_id"]]), words)


def _points(card: Card, kind: str) -> SafeString:
    shapes: dict[str, Callable[[Any], tuple[str, str]]] = {
        "PHONE": lambda point: (f"tel:{point.value}", formats.phone(point.value, point.extension)),
        "EMAIL": lambda point: (f"mailto:{point.value}", point.value),
        "SITE": lambda point: (f"https://{point.value}", point.value),
    }
    return format_html_join(
        SafeString("<br>"), '<a href="{}" rel="noopener">{}</a>', (shapes[kind](point) for point in card.of_kind(kind))
    )
