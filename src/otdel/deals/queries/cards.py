"""One deal or lead with all that its page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F

from otdel.customers.queries import cards
from otdel.customers.queries.cards import Card
from otdel.deals import access
from otdel.deals.queries.history import REFERENCES
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
    "customer": "customer__name",
    "contact": "contact__name",
    "lead": "lead__title",
    "loss_reason": "loss_reason__name",
    "source": "source__name",
    "channel": "channel__name",
    "region": "region__name",
    "unit": "unit__name",
}


def deal_card(person: Person, deal_id: int) -> DealCard:
    """Two queries besides those of access: the deal, and the stages of its pipeline with the names it refers to."""
    joined = [path for name, path in DEAL_NAMES.items() if name not in REFERENCES]
    found = cards.find(person, access.deals, deal_id, (*DEAL_VALUES, *joined, "unit_id", "tags"), {})
    stages, names = _stages_and_names(found)
    found |= {DEAL_NAMES[name]: names.get(name) for name in REFERENCES}
    card = cards.build(person, "deal", found, "title", DEAL_VALUES, DEAL_NAMES)
    now = next(each for each in stages if each.id == found["stage_id"])
    return DealCard(
        card=card,
        stage=now,
        stages=tuple(each for each in stages if each.is_active or each.id == now.id),
        pipeline=names["pipeline"],
        unit=card.names.get("unit", ""),
    )


_STAGES = """
SELECT 'stage', id, name, outcome, probability, is_active, position FROM deals_stage
WHERE pipeline_id = (SELECT pipeline_id FROM deals_stage WHERE id = %(stage_id)s)
UNION ALL SELECT 'pipeline', p.id, p.name, NULL, NULL, NULL, NULL
FROM deals_pipeline p JOIN deals_stage s ON s.pipeline_id = p.id WHERE s.id = %(stage_id)s"""


def _stages_and_names(found: Mapping[str, Any]) -> tuple[list[StageView], dict[str, str]]:
    """Return the stages of the deal's pipeline, and the names of what the deal refers to. One query."""
    sql = _STAGES + "".join(
        f" UNION ALL SELECT '{name}', id, name, NULL, NULL, NULL, NULL FROM {table} WHERE id = %({name}_id)s"  # noqa: S608
        for name, table in REFERENCES.items()
        if found[f"{name}_id"] is not None
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {name: found[name] for name in ("stage_id", *(f"{each}_id" for each in REFERENCES))})
        rows = cursor.fetchall()
    stages = [StageView(*row[1:]) for row in rows if row[0] == "stage"]
    names = {row[0]: row[2] for row in rows if row[0] != "stage"}
    return sorted(stages, key=lambda each: (each.position, each.id)), names


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
