"""Leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from otdel.core.act import action
from otdel.core.actions import Pen
from otdel.core.custom import Incoming
from otdel.core.errors import Invalid
from otdel.core.imports import Ref, Result, Settings, Status, cut, fold, given
from otdel.core.queries import made_in_batch
from otdel.customers.actions.imports import Lists
from otdel.customers.rules import clean_tags
from otdel.deals import access, rules
from otdel.deals.models import Lead
from otdel.org.actions.imports import Owners
from otdel.org.models import Person


@dataclass(slots=True)
class LeadRow:
    number: int
    external_id: str | None = None
    name: str | None = None
    status: str | None = None
    contact: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    customer: str | None = None
    phones: tuple[Any, ...] | None = None
    emails: tuple[str, ...] | None = None
    amount: Decimal | None = None
    currency: str | None = None
    source: str | None = None
    owner: Ref | None = None
    created: datetime | None = None
    tags: tuple[str, ...] | None = None
    note: str | None = None
    custom: Mapping[str, Any] | None = None


STATUSES = {
    Lead.Status.CONVERTED: "converted; сконвертирован; сконвертировано; качественный лид; qualified; конвертирован",
    Lead.Status.REJECTED: "rejected; unqualified; disqualified; junk; lost; некачественный лид; отказ; брак; спам",
    Lead.Status.NEW: "new; новый; не обработан; необработанный; open; новая заявка; не обработано",
}

STATUS_WORDS = {fold(word): status for status, words in STATUSES.items() for word in words.split(";")}


@action
def import_leads(*, by: Person, rows: Sequence[LeadRow], settings: Settings, now: datetime) -> Result:
    result = Result()
    owners = Owners(by=by, kind="lead", refs=(row.owner for row in rows), settings=settings, result=result, now=now)
    ids = [row.external_id for row in rows if row.external_id]
    known = {str(lead.external_id): lead for lead in Lead.objects.filter(external_id__in=ids)}
    same = _leads_by_words(by, rows, settings)
    lists, pen, own = Lists(settings, result), Pen(Lead, now), Incoming("deals.lead")
    for row in rows:
        with result.guard(row.number):
            values = _lead_values(row, lists)
            lead = known.get(row.external_id or "")
            if lead is None and not row.external_id:
                lead = same.get((values["title"], values.get("phone", ""), values.get("email", "")))
            values |= given(custom=own.merged(row.custom, lead))
            if lead is None:
                owner_id = owners.check_new(owners.find(row.owner, by.pk))
                lead = Lead(owner_id=owner_id, created_at=row.created or now, **values)
                _close_lead(lead, now)
                pen.add(lead)
                if row.external_id:
                    known[row.external_id] = lead
                result.note(row.number, Status.CREATED)
                continue
            owners.check_old(lead.owner_id)
            if row.owner and (owner_id := owners.find(row.owner)) != lead.owner_id:
                values["owner_id"] = owners.check_new(owner_id)
            closed = values.get("status", lead.status) in (Lead.Status.CONVERTED, Lead.Status.REJECTED)
            values["closed_at"] = (lead.closed_at or now) if closed else None
            result.note(row.number, Status.UPDATED if pen.change(lead, values) else Status.UNCHANGED)
    pen.write()
    return result


def _close_lead(lead: Lead, now: datetime) -> None:
    if lead.status in (Lead.Status.CONVERTED, Lead.Status.REJECTED):
        lead.closed_at = now


def _leads_by_words(by: Person, rows: Sequence[LeadRow], settings: Settings) -> dict[tuple[str, str, str], Lead]:
    """Leads without an id are known by title, phone and e-mail together."""
    titles = [_lead_title(row) for row in rows if not row.external_id]
    found = list(access.leads(by).filter(title__in=titles)) if titles else []
    mine = made_in_batch(settings.batch, "deals.lead", (lead.pk for lead in found))
    return {(lead.title, lead.phone, lead.email): lead for lead in found if lead.pk not in mine}


def _lead_title(row: LeadRow) -> str:
    person = " ".join(filter(None, (row.last_name, row.first_name))) or row.contact or ""
    reach = row.phones[0][0] if row.phones else row.emails[0] if row.emails else ""
    return (row.name or " · ".join(filter(None, (row.customer, person))) or reach)[:250]


def _lead_values(row: LeadRow, lists: Lists) -> dict[str, Any]:
    title = _lead_title(row)
    if not title:
        raise Invalid(_("The lead has no name, phone or e-mail."))
    if row.amount is not None:
        rules.check_amount(row.amount)
    person = row.contact or " ".join(filter(None, (row.first_name, row.last_name))) or None
    return given(
        title=title,
        status=STATUS_WORDS.get(fold(row.status), Lead.Status.WORK) if row.status else None,
        company_name=row.customer and cut(row.customer, 250, _("Company")),
        person_name=person and cut(person, 160, _("Contact")),
        phone=row.phones[0][0] if row.phones else None,
        email=row.emails[0] if row.emails else None,
        amount=row.amount,
        source_id=row.source and lists.sources.id_of(row.source),
        external_id=row.external_id and cut(row.external_id, 120, _("External id")),
        tags=None if row.tags is None else clean_tags(row.tags),
        note=row.note and cut(row.note, 20_000, _("Note")),
    )
