"""Whose a record is, and the bin."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.core.listing.values import read_id
from otdel.interfaces.http import PersonRequest, submission
from otdel.interfaces.web.cards.record import Record


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
