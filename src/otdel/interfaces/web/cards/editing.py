"""A record changed: one field in place, or the whole form."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.customers.queries import Card
from otdel.interfaces.http import PersonRequest, form, form_status
from otdel.interfaces.web.cards.facts import Shown, edit_address, fact_of, inside, text_of
from otdel.interfaces.web.cards.record import Record
from otdel.interfaces.web.record_forms import RecordForm
from otdel.interfaces.web.refusals import attempt, must


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
        shown = Shown.in_form(whole)
        now = str(text_of(record, card, shown, name))
        if request.GET.get("as") == "text":
            return HttpResponse(inside(fact_of(record, card, shown, name, edit_address(record, card))))
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
    shown = Shown.without_form(request, record, card)
    response = HttpResponse(inside(fact_of(record, card, shown, name, edit_address(record, card)), saved=True))
    if name in ("title", "name", "last_name", "first_name", "amount"):
        response.headers["HX-Refresh"] = "true"
    return response


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
