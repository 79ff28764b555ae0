"""Those who may become clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.core import custom, journal, phones
from otdel.core.act import action
from otdel.core.errors import Invalid
from otdel.customers import access as customers_access
from otdel.customers import actions as customers
from otdel.customers.actions.customers import entry
from otdel.customers.models import Contact, Customer
from otdel.customers.rules import clean_tags, clean_texts, email_points
from otdel.deals import access, rules
from otdel.deals.actions.deals import CHOICES, create_deal
from otdel.deals.actions.many import LEADS
from otdel.deals.models import Deal, Lead
from otdel.org.access import require
from otdel.org.actions.many import new_owner
from otdel.org.models import Person
from otdel.org.rules import Right

RECORD = "deals.lead"


@action
def create_lead(*, by: Person, values: Mapping[str, Any], owner_id: int | None = None, now: datetime) -> Lead:
    """Write down a lead. `values`: fields by name, `tags`, `custom`."""
    require(by, "lead", Right.CREATE)
    lead = Lead(owner=new_owner(LEADS, by, owner_id or by.pk), created_at=now)
    _fill(lead, values, now)
    lead.custom = custom.check(RECORD, values.get("custom", {}))
    lead.save()
    journal.record("lead.created", lead, by=by, at=now, source=lead.source_id)
    return lead


@action
def change_lead(*, by: Person, lead_id: int, values: Mapping[str, Any], now: datetime) -> Lead:
    lead = access.lead_for_change(by, lead_id)
    _fill(lead, values, now)
    if "custom" in values:
        lead.custom = custom.check(RECORD, values["custom"], lead.custom)
    lead.save()
    journal.record("lead.changed", lead, by=by, at=now, fields=sorted(values))
    return lead


def _fill(lead: Lead, values: Mapping[str, Any], now: datetime) -> None:
    texts = clean_texts({**values, "phone": ""} if "phone" in values else values, rules.LEAD_TEXTS)
    for name, text in texts.items():
        setattr(lead, name, text)
    if "phone" in values:
        lead.phone = _phone(values["phone"])
    if values.get("email"):
        lead.email = email_points([values["email"]])[0].value
    if not lead.title:
        lead.title = lead.company_name or lead.person_name
    if not lead.title:
        raise Invalid(_("Say who it is or what they want."), field="title")
    if "amount" in values:
        rules.check_amount(values["amount"])
        lead.amount = values["amount"]
    if "tags" in values:
        lead.tags = clean_tags(values["tags"])
    for name, model in CHOICES.items():
        if name in values:
            setattr(lead, name, entry(model, name, values[name], getattr(lead, name)))
    lead.updated_at = now


def _phone(given: Any) -> str:
    """Return the number in E.164 where it is one; a lead is too precious to be refused for its phone."""
    text = str(given or "").strip()[:32]
    phone = phones.parse(text) if text else None
    return phone.number if phone and not phone.extension else text


@action
def take_lead(*, by: Person, lead_id: int, now: datetime) -> Lead:
    """Begin to work on a new lead."""
    lead = access.lead_for_change(by, lead_id)
    rules.check_lead_open(lead)
    lead.status, lead.updated_at = Lead.Status.WORK, now
    lead.save(update_fields=["status", "updated_at"])
    journal.record("lead.taken", lead, by=by, at=now)
    return lead


@action
def reject_lead(*, by: Person, lead_id: int, reason: str, now: datetime) -> Lead:
    """Close a lead that will not become a client."""
    lead = access.lead_for_change(by, lead_id)
    rules.check_lead_open(lead)
    reason = " ".join(reason.replace("\x00", "").split())[:250]
    if not reason:
        raise Invalid(_("Say why."), field="reason")
    lead.status, lead.reject_reason, lead.closed_at, lead.updated_at = Lead.Status.REJECTED, reason, now, now
    lead.save(update_fields=["status", "reject_reason", "closed_at", "updated_at"])
    journal.record("lead.rejected", lead, by=by, at=now, reason=reason)
    return lead


@action
def return_lead(*, by: Person, lead_id: int, now: datetime) -> Lead:
    """Take a rejected lead back to work."""
    lead = access.lead_for_change(by, lead_id)
    if lead.status != Lead.Status.REJECTED:
        raise rules.LeadClosed(_("Only a rejected lead can be taken back."))
    lead.status, lead.reject_reason, lead.closed_at, lead.updated_at = Lead.Status.WORK, "", None, now
    lead.save(update_fields=["status", "reject_reason", "closed_at", "updated_at"])
    journal.record("lead.returned", lead, by=by, at=now)
    return lead


@dataclass(frozen=True)
class Converted:
    lead: Lead
    customer: Customer
    contact: Contact | None
    deal: Deal | None


@action
def convert_lead(
    *,
    by: Person,
    lead_id: int,
    customer_id: int | None = None,
    with_deal: bool = True,
    stage_id: int | None = None,
    today: date,
    now: datetime,
) -> Converted:
    """Make of a lead a customer (a new one, or the known one given), a contact and a deal."""
    lead = access.lead_for_change(by, lead_id)
    rules.check_lead_open(lead)
    customer = _known(by, customer_id) if customer_id else _new_customer(lead, by, now)
    contact = _new_contact(lead, customer, by, now)
    deal = _new_deal(lead, customer, contact, by, stage_id, today, now) if with_deal else None
    lead.status, lead.closed_at, lead.updated_at = Lead.Status.CONVERTED, now, now
    lead.customer, lead.contact = customer, contact
    lead.save(update_fields=["status", "closed_at", "updated_at", "customer", "contact"])
    made = {"customer": customer.pk, "contact": contact and contact.pk, "deal": deal and deal.pk}
    journal.record("lead.converted", lead, by=by, at=now, **made)
    return Converted(lead, customer, contact, deal)


def _known(by: Person, customer_id: int) -> Customer:
    found: Customer | None = customers_access.customers(by).filter(pk=customer_id).first()
    if found is None:
        raise Invalid(_("There is no such customer, or you may not see it."), field="customer")
    return found


def _new_customer(lead: Lead, by: Person, now: datetime) -> Customer:
    values: dict[str, Any] = {
        "name": lead.company_name or lead.person_name or lead.title,
        "kind": Customer.Kind.COMPANY if lead.company_name else Customer.Kind.PERSON,
        "source_id": lead.source_id,
        "channel_id": lead.channel_id,
        "region_id": lead.region_id,
        "tags": lead.tags,
        "phones": _phones(lead),
        "emails": [lead.email],
    }
    return customers.create_customer(by=by, values=values, owner_id=lead.owner_id, now=now)


def _phones(lead: Lead) -> list[str]:
    return [lead.phone] if lead.phone and phones.parse(lead.phone) else []


def _new_contact(lead: Lead, customer: Customer, by: Person, now: datetime) -> Contact | None:
    if not lead.person_name:
        return None
    last, _gap, first = lead.person_name.partition(" ")
    values = {
        "last_name": last,
        "first_name": first,
        "customer_id": customer.pk,
        "phones": _phones(lead),
        "emails": [lead.email],
    }
    return customers.create_contact(by=by, values=values, owner_id=lead.owner_id, now=now)


def _new_deal(
    lead: Lead,
    customer: Customer,
    contact: Contact | None,
    by: Person,
    stage_id: int | None,
    today: date,
    now: datetime,
) -> Deal:
    values: dict[str, Any] = {
        "title": lead.title,
        "amount": lead.amount,
        "customer_id": customer.pk,
        "contact_id": contact and contact.pk,
        "source_id": lead.source_id,
        "channel_id": lead.channel_id,
        "region_id": lead.region_id,
        "tags": lead.tags,
    }
    deal = create_deal(by=by, values=values, stage_id=stage_id, owner_id=lead.owner_id, today=today, now=now)
    Deal.objects.filter(pk=deal.pk).update(lead=lead)
    deal.lead = lead
    return deal
