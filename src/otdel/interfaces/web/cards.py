"""Cards of records: facts edited in place, the history as sentences, the bin. The same for every kind of record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.activities import queries as activities
from otdel.automation import queries as automation
from otdel.core import custom, timeline
from otdel.core.errors import NotFound
from otdel.core.listing.values import read_id
from otdel.customers.queries import Card
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import formats
from otdel.interfaces.web.form_fields import EntryField
from otdel.interfaces.web.own_fields import plain
from otdel.interfaces.web.pick import PickField
from otdel.interfaces.web.record_forms import RecordForm
from otdel.interfaces.web.refusals import attempt, must
from otdel.org.access import scope
from otdel.org.rules import Right

NamesById = Mapping[tuple[str, int], str]


@dataclass(frozen=True)
class Names:
    """What history calls records by number, the company's own fields by key, rules by number."""

    of: NamesById
    own: Mapping[str, str]
    rules: Mapping[int, str]


@dataclass(frozen=True)
class Record:
    """One kind of record and its pages. `name` is of the card's address; the others are made of it."""

    name: str
    path: str
    list_name: str
    form: type[RecordForm]
    card: Callable[[Any, int], Card]
    change: Callable[..., Any]  # (by, pk, values, now)
    assign: Callable[..., Any]
    bin: Callable[..., Any]
    restore: Callable[..., Any]
    undo: Callable[..., Any]
    timeline: Callable[[int, timeline.Place | None, timeline.Above | None], timeline.Page]
    naming: Callable[[dict[str, set[int]]], NamesById]
    links: Mapping[str, str] = field(default_factory=dict)  # form field → address of what it names


@dataclass(frozen=True)
class Fact:
    name: str
    label: str
    text: SafeString
    edit: str = ""  # where it is edited in place, "" where it may not be


# facts


def facts(request: PersonRequest, record: Record, card: Card, shown: RecordForm) -> list[Fact]:
    """Return the card's fields that have something in them, then the empty ones, in the form's order."""
    edit = _edit(record, card)
    made = [_fact(record, card, shown, name, edit) for name in shown.fields if name != "type"]
    return [each for each in made if each.text] + [each for each in made if not each.text]


def _edit(record: Record, card: Card) -> str:
    """Return where a field called @ is edited in place; "" where nothing may be."""
    if not card.can_change or card.in_bin:
        return ""
    return reverse(f"{record.name}_field", args=[card.id, "@"]).replace("%40", "@")


def _fact(record: Record, card: Card, shown: RecordForm, name: str, edit: str) -> Fact:
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


# one field in place


def _to_change(request: PersonRequest, record: Record, pk: int) -> Card:
    """Return the card, refusing who may only look at it before they type."""
    card = record.card(request.user, pk)
    must(card.can_change)
    return card


def field_view(record: Record) -> Callable[..., HttpResponseBase]:
    @form
    def edit(request: PersonRequest, pk: int, name: str) -> HttpResponseBase:
        """Show one field as a form, and take its answer. Somebody else's answer in between is shown, not lost."""
        card = _to_change(request, record, pk)
        sent = request.method == "POST"
        whole = record.form(request, card, data=request.POST if sent else None)
        if name not in whole.fields:
            raise NotFound(_("There is no such field."))
        now = str(text_of(record, card, whole, name))
        if request.GET.get("as") == "text":
            return _shown(request, _fact(record, card, whole, name, _edit(record, card)))
        one = whole.only(name)
        changed = sent and request.POST.get("was", now) != now
        if sent and one.is_valid() and not changed:
            saved = attempt(one, lambda: record.change(request.user, pk, one.values(), request.now))
            if saved is not None:
                return _saved(request, record, pk, name)
        return _one(request, record, card, one, name, now, changed)

    return edit


def _one(
    request: PersonRequest, record: Record, card: Card, one: RecordForm, name: str, now: str, changed: bool
) -> HttpResponse:
    context = {
        "form": one,
        "field": one[name],
        "was": now,
        "meanwhile": mark_safe(now) if changed else "",  # noqa: S308 - made by text_of, escaped there
        "changed": changed,
        "url": reverse(f"{record.name}_field", args=[card.id, name]),
        "card_url": reverse(record.name, args=[card.id]),
        "title": card.title,
    }
    part = "#form" if request.htmx else ""
    return render(request, f"records/field.html{part}", context, status=409 if changed else form_status(one))


def _saved(request: PersonRequest, record: Record, pk: int, name: str) -> HttpResponseBase:
    if not request.htmx:
        return redirect(record.name, pk)
    card = record.card(request.user, pk)
    whole = record.form(request, card)
    response = _shown(request, _fact(record, card, whole, name, _edit(record, card)), saved=True)
    if name in ("title", "name", "last_name", "first_name", "amount"):
        response.headers["HX-Refresh"] = "true"
    return response


def _shown(request: PersonRequest, fact: Fact, saved: bool = False) -> HttpResponse:
    return render(request, "records/field.html#text", {"fact": fact, "saved": saved})


# the whole form


def edit_view(record: Record) -> Callable[..., HttpResponseBase]:
    @form
    def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
        card = _to_change(request, record, pk)
        sent = request.method == "POST"
        whole = record.form(request, card, data=request.POST if sent else None).offer()
        saved = None
        if sent and whole.is_valid():
            saved = attempt(whole, lambda: record.change(request.user, pk, whole.values(), request.now))
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect(record.name, pk)
        context = {"form": whole, "title": card.title, "back": reverse(record.name, args=[pk]), "button": _("Save")}
        return TemplateResponse(request, "records/form.html", context, status=form_status(whole))

    return edit


# whose it is, the bin


def assign_view(record: Record) -> Callable[..., HttpResponseBase]:
    @submission
    def assign(request: PersonRequest, pk: int) -> HttpResponseBase:
        event = record.assign(
            by=request.user, ids=[pk], owner_id=read_id(request.POST.get("value", "")) or 0, now=request.now
        )
        messages.success(request, _("Given."), extra_tags=reverse("undo", args=[record.name, event.pk]))
        return redirect(record.list_name)

    return assign


def bin_view(record: Record) -> Callable[..., HttpResponseBase]:
    @submission
    def to_bin(request: PersonRequest, pk: int) -> HttpResponseBase:
        event = record.bin(by=request.user, ids=[pk], now=request.now)
        messages.success(request, _("It is in the bin."), extra_tags=reverse("undo", args=[record.name, event.pk]))
        return redirect(record.list_name)

    return to_bin


def restore_view(record: Record) -> Callable[..., HttpResponseBase]:
    @submission
    def restore(request: PersonRequest, pk: int) -> HttpResponseBase:
        record.restore(by=request.user, ids=[pk], now=request.now)
        messages.success(request, _("It is restored."))
        return redirect(record.name, pk)

    return restore


# history


@dataclass(frozen=True)
class Line:
    icon: str
    text: SafeString
    who: str
    when: str
    at: str


def timeline_view(record: Record) -> Callable[..., HttpResponseBase]:
    @page
    def history(request: PersonRequest, pk: int) -> HttpResponseBase:
        """What happened to the record: a page of its own, or the inside of the card's."""
        card = record.card(request.user, pk)
        found = record.timeline(pk, timeline.Place.read(request.GET.get("after", "")), _passed(request, record, pk))
        context = {
            "title": card.title,
            "back": reverse(record.name, args=[pk]),
            "lines": lines(request, record, found.moments),
            "more": f"{request.path}?after={found.next.write()}" if found.next else "",
            "first": "after" not in request.GET,
            "created": formats.current().moment(timezone.localtime(card.created_at), request.today),
        }
        return TemplateResponse(request, f"records/history.html{'#lines' if request.htmx else ''}", context)

    return history


def _passed(request: PersonRequest, record: Record, pk: int) -> timeline.Above | None:
    """Return the calls, meetings, letters and notes about the record, for whoever may see any."""
    return activities.moments(request.user, record.name, pk) if scope(request.user, "activity", Right.VIEW) else None


ACTIVITY_ICONS = {"CALL": "phone", "MEETING": "users", "EMAIL": "mail", "PROPOSAL": "file-text", "NOTE": "note"}
HIDDEN = {"stage_id", "stage_since", "search", "name_generated", "unit_id", "updated_at", "created_at", "closed_at"}
EXTRA_LABELS = {
    "owner_id": lazy("Responsible"),
    "closed_on": lazy("Closed on"),
    "loss_reason_id": lazy("Loss reason"),
    "external_id": lazy("External number"),
    "status": lazy("Status"),
    "reject_reason": lazy("Reason of rejection"),
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


def lines(request: PersonRequest, record: Record, moments: list[timeline.Moment]) -> list[Line]:
    """Return moments as sentences. One query for all the names in them."""
    rules = automation.names_of({moment.rule_id for moment in moments if moment.rule_id})
    names = Names(record.naming(_wanted(moments)), _own_labels(record, moments), rules)
    made = [_line(request, record, moment, names) for moment in moments]
    return [each for each in made if each is not None]


def _wanted(moments: list[timeline.Moment]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {"owner_id": {moment.by_id for moment in moments if moment.by_id}}
    for moment in moments:
        if moment.kind == "fields":
            for name, pair in moment.data.items():
                if name.endswith("_id") and name not in HIDDEN and isinstance(pair, list):
                    found.setdefault(name, set()).update(value for value in pair if isinstance(value, int))
    return found


def _line(request: PersonRequest, record: Record, moment: timeline.Moment, names: Names) -> Line | None:
    icon, text = _said(request, record, moment, names)
    if not text:
        return None
    at = timezone.localtime(moment.at)
    who = names.of.get(("owner_id", moment.by_id), "") if moment.by_id else _("Otdel")
    if moment.rule_id:
        who = by_rule(who, names.rules.get(moment.rule_id, "?"))
    return Line(icon, text, who, formats.current().moment(at, request.today), at.isoformat())


def by_rule(who: str, name: str) -> str:
    """Whose rights, and the rule that used them."""
    return _("%(who)s, by rule “%(rule)s”") % {"who": who, "rule": name}


def _said(request: PersonRequest, record: Record, moment: timeline.Moment, names: Names) -> tuple[str, SafeString]:
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


def _own_labels(record: Record, moments: list[timeline.Moment]) -> dict[str, str]:
    """Return names of the company's fields, out of use too. No query where none changed."""
    if not any("custom" in moment.data for moment in moments if moment.kind == "fields"):
        return {}
    return {each.key: each.label for each in custom.definitions(record.form.record, inactive=True)}


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


def common_urls(record: Record) -> list[URLPattern]:
    """Return the addresses every kind of record has besides its card."""
    at, name = record.path, record.name
    return [
        path(f"{at}<int:pk>/edit/", edit_view(record), name=f"{name}_edit"),
        path(f"{at}<int:pk>/field/<str:name>/", field_view(record), name=f"{name}_field"),
        path(f"{at}<int:pk>/history/", timeline_view(record), name=f"{name}_history"),
        path(f"{at}<int:pk>/assign/", assign_view(record), name=f"{name}_assign"),
        path(f"{at}<int:pk>/bin/", bin_view(record), name=f"{name}_bin"),
        path(f"{at}<int:pk>/restore/", restore_view(record), name=f"{name}_restore"),
    ]


def frame(request: PersonRequest, record: Record, card: Card) -> dict[str, Any]:
    """Return what every card's template needs."""
    shown = record.form(request, card)
    return {
        "card": card,
        "facts": facts(request, record, card, shown),
        "list_url": reverse(record.list_name),
        "urls": {
            name: reverse(f"{record.name}_{name}", args=[card.id])
            for name in ("edit", "history", "assign", "bin", "restore")
        },
        "completeness": round(card.completeness * 100),
        "created": formats.current().date(timezone.localtime(card.created_at).date()),
        "initials": formats.initials(card.owner),
    }
