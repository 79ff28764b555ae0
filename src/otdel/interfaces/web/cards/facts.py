"""What a card says of a record: its fields as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.forms import Field
from django.utils.html import escape, format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.core import custom
from otdel.customers.queries import Card
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats, frame
from otdel.interfaces.web.cards.record import Record
from otdel.interfaces.web.form_fields import EntryField
from otdel.interfaces.web.nav import numbered
from otdel.interfaces.web.own_fields import field_of, plain
from otdel.interfaces.web.pick import PickField
from otdel.interfaces.web.record_forms import RecordForm


@dataclass(frozen=True)
class Fact:
    name: str
    label: str
    text: SafeString
    edit: str = ""  # where it is edited in place, "" where it may not be


@dataclass(frozen=True)
class Shown:
    """What a form of the card has: its fields, and what they hold."""

    fields: Mapping[str, Field]
    initial: Mapping[str, Any]
    currency: str

    @classmethod
    def in_form(cls, form: RecordForm) -> Shown:
        return cls(form.fields, form.initial, form.request.company.currency)

    @classmethod
    def without_form(cls, request: PersonRequest, record: Record, card: Card) -> Shown:
        """The same where nothing is filled in: a form costs more than the card's query. One query."""
        own = custom.definitions(record.form.record)
        return cls(
            {**record.form.base_fields, **{each.name: field_of(each) for each in own}},
            {**record.form.initial_of(card), **{each.name: card.custom.get(each.key) for each in own}},
            request.company.currency,
        )


def facts(request: PersonRequest, record: Record, card: Card) -> SafeString:
    """Draw the card's fields that have something in them, then the empty ones, in the form's order."""
    shown, edit = Shown.without_form(request, record, card), edit_address(record, card)
    made = [fact_of(record, card, shown, name, edit) for name in shown.fields if name != "type"]
    rows = [
        f"<dt>{escape(each.label)}</dt><dd>{inside(each)}</dd>" for each in sorted(made, key=lambda each: not each.text)
    ]
    return mark_safe(f'<dl class="facts">{"".join(rows)}</dl>')  # noqa: S308 - what is said is escaped


def inside(fact: Fact, saved: bool = False) -> SafeString:
    """Draw what stands beside the field's name: what it holds, and the way to change it."""
    text, words = fact.text or '<span class="muted">—</span>', escape(_("Saved"))
    done = f' <span class="saved" role="status">{words}</span>' if saved else ""
    pencil = _pencil(get_language() or "", fact.label).replace("@", escape(fact.edit)) if fact.edit else ""
    return mark_safe(f"{text}{done}{pencil}")  # noqa: S308 - all of it is escaped


@lru_cache(maxsize=2048)
def _pencil(lang: str, label: str) -> str:
    """What leads to the form of one field, in this language, with @ for its address."""
    words = escape(_("Change: %(label)s") % {"label": label}).replace("@", "&#64;")
    return (
        ' <a class="pencil" href="@" hx-get="@" hx-target="closest dd" hx-swap="innerHTML" '
        f'aria-label="{words}">{frame.icon("edit")}</a>'
    )


def edit_address(record: Record, card: Card) -> str:
    """Return where a field called @ is edited in place; "" where nothing may be."""
    if not card.can_change or card.in_bin:
        return ""
    return numbered(f"{record.name}_field", card.id, "@").replace("%40", "@")


def fact_of(record: Record, card: Card, shown: Shown, name: str, edit: str) -> Fact:
    text = text_of(record, card, shown, name)
    return Fact(name, str(shown.fields[name].label), text, edit.replace("@", name))


def text_of(record: Record, card: Card, shown: Shown, name: str) -> SafeString:
    """Return the value of a field as people read it; empty for nothing."""
    bound, value = shown.fields[name], shown.initial.get(name)
    if name in POINTS:
        return _points(card, POINTS[name])
    if value in (None, "", []):
        return SafeString()
    if isinstance(bound, EntryField | PickField):
        return _reference(record, card, name)
    if name in ("amount",):
        return format_html("{}", formats.current().money(value, shown.currency))
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
    return format_html('<a href="{}">{}</a>', numbered(address, card.values[f"{name}_id"]), words)


def _points(card: Card, kind: str) -> SafeString:
    shapes: dict[str, Callable[[Any], tuple[str, str]]] = {
        "PHONE": lambda point: (f"tel:{point.value}", formats.phone(point.value, point.extension)),
        "EMAIL": lambda point: (f"mailto:{point.value}", point.value),
        "SITE": lambda point: (f"https://{point.value}", point.value),
    }
    return format_html_join(
        SafeString("<br>"), '<a href="{}" rel="noopener">{}</a>', (shapes[kind](point) for point in card.of_kind(kind))
    )
