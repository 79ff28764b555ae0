"""One deal or lead with all that its page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, F

from otdel.customers.queries import cards
from otdel.customers.queries.cards import Card
from otdel.deals import access
from otdel.org.access import sees
from otdel.org.models import Person

DEAL_VALUES = (
    "title",
    "amount",
    "customer_id",
    "contact_id",
    "lead_id",
    "stage_id",
    "stage_since",
    "opened_on",
    "expected_on",
    "closed_on",
    "loss_reason_id",
    "source_id",
    "channel_id",
    "region_id",
    "note",
    "external_id",
)


LEAD_VALUES = (
    "title",
    "status",
    "company_name",
    "person_name",
    "phone",
    "email",
    "amount",
    "source_id",
    "channel_id",
    "region_id",
    "customer_id",
    "contact_id",
    "reject_reason",
    "closed_at",
    "note",
    "external_id",
)


@dataclass(frozen=True)
class StageView:
    id: int
    name: str
    outcome: str
    probability: int | None
    is_active: bool
    position: int


@dataclass(frozen=True)
class DealCard:
    card: Card
    stage: StageView
    stages: tuple[StageView, ...]
    pipeline: str
    unit: str


DEAL_NAMES = {
    "customer": "customers_customer",
    "contact": "customers_contact",
    "loss_reason": "deals_lossreason",
    "source": "customers_source",
    "channel": "customers_channel",
    "region": "customers_region",
    "unit": "org_unit",
}

# Written out: Django takes longer to compose it than PostgreSQL to answer. Names are looked up one by one: so many
# tables joined have so many orders that choosing one takes longer than reading them.
_NAMES = ", ".join(
    f"(SELECT name FROM {table} WHERE id = d.{name}_id) AS {name}"  # noqa: S608 - both are written above
    for name, table in DEAL_NAMES.items()
)
_DEAL = f"""
SELECT d.id, d.owner_id, d.created_at, d.deleted_at, d.custom::json AS custom, d.tags, {_NAMES},
    {", ".join(f"d.{name}" for name in DEAL_VALUES)},
    (SELECT title FROM deals_lead WHERE id = d.lead_id) AS lead,
    (SELECT name FROM org_person WHERE id = d.owner_id) AS owner__name,
    (SELECT name FROM deals_pipeline WHERE id = s.pipeline_id) AS pipeline,
    (SELECT json_agg(json_build_array(id, name, outcome, probability, is_active, position) ORDER BY position, id)
     FROM deals_stage WHERE pipeline_id = s.pipeline_id) AS stages
FROM deals_deal d JOIN deals_stage s ON s.id = d.stage_id WHERE d.id = %s"""  # noqa: S608 - made of the names above


def deal_card(person: Person, deal_id: int) -> DealCard:
    """One query besides those of access: the deal with the stages of its pipeline and the names it refers to."""
    found = _deal(deal_id)
    if found is None or not sees(person, "deal", found["owner_id"], found["deleted_at"] is not None):
        raise cards.nothing_seen()
    names = {name: name for name in (*DEAL_NAMES, "lead")}
    card = cards.build(person, "deal", found, "title", DEAL_VALUES, names)
    stages = [StageView(*each) for each in found["stages"]]
    now = next(each for each in stages if each.id == found["stage_id"])
    return DealCard(
        card=card,
        stage=now,
        stages=tuple(each for each in stages if each.is_active or each.id == now.id),
        pipeline=found["pipeline"],
        unit=card.names.get("unit", ""),
    )


def _deal(deal_id: int) -> dict[str, Any] | None:
    if deal_id > BigIntegerField.MAX_BIGINT:  # an address may hold any number; this one no index would find
        return None
    with connection.cursor() as cursor:
        cursor.execute(_DEAL, [deal_id])
        row = cursor.fetchone()
        return row and dict(zip((each.name for each in cursor.description), row, strict=True))


LEAD_NAMES = {name: f"{name}__name" for name in ("source", "channel", "region", "customer", "contact")}


def lead_card(person: Person, lead_id: int) -> Card:
    """One query besides those of access."""
    found = cards.find(person, access.leads, lead_id, (*LEAD_VALUES, *LEAD_NAMES.values(), "tags"), {})
    return cards.build(person, "lead", found, "title", LEAD_VALUES, LEAD_NAMES)


@dataclass(frozen=True)
class DealRow:
    id: int
    title: str
    amount: Decimal | None
    stage: str
    outcome: str
    expected_on: date | None
    closed_on: date | None


def deals_of(person: Person, most: int = 20, **of: int) -> list[DealRow]:
    """Return visible deals of a customer or a contact: open ones first, then the newest. One query."""
    rows = access.visible_to(person).filter(**of).order_by(F("closed_on").desc(nulls_first=True), "-id")
    fields = ("id", "title", "amount", "stage__name", "stage__outcome", "expected_on", "closed_on")
    return [DealRow(*row) for row in rows.values_list(*fields)[:most]]
