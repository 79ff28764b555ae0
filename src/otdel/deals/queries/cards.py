"""One deal, one lead, and what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Count, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, JSONObject

from otdel.core import timeline
from otdel.core.models import Event
from otdel.core.search import Hit, Part
from otdel.customers.queries import cards
from otdel.customers.queries.cards import Card
from otdel.deals import access
from otdel.deals.models import Lead, LossReason, Pipeline, Stage, StageChange
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


# Small tables the deal refers to. Joined, they would take PostgreSQL longer to plan than all else takes together:
# eleven tables have many orders. Each as a statement of its own costs nothing.
REFERENCES = {
    "loss_reason": "deals_lossreason",
    "source": "customers_source",
    "channel": "customers_channel",
    "region": "customers_region",
    "unit": "org_unit",
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


def deal_timeline(deal_id: int, after: timeline.Place | None, above: timeline.Above | None = None) -> timeline.Page:
    """What happened to the deal, its way through the stages with it. One query."""
    moves = timeline.source(
        StageChange.objects.filter(deal_id=deal_id),
        2,
        Value("stage"),
        "by_id",
        JSONObject(before="before__name", after="after__name", outcome="after__outcome", rules=_rules_of_move()),
    )
    label = "deals.deal"
    return timeline.read([timeline.events(label, deal_id), timeline.changes(label, deal_id), moves], after, above)


def _rules_of_move() -> Subquery:
    """The rules of automation that made a move: the event written with it knows them."""
    events = Event.objects.filter(subject_type="deals.deal", subject_id=OuterRef("deal_id"), at=OuterRef("at"))
    to = Cast(KeyTextTransform("after", "data"), BigIntegerField())  # two moves may have one moment
    moves = events.filter(kind__in=("deal.moved", "deal.reopened")).annotate(to=to).filter(to=OuterRef("after_id"))
    return Subquery(moves.values("data__rules")[:1])


def lead_timeline(lead_id: int, after: timeline.Place | None, above: timeline.Above | None = None) -> timeline.Page:
    label = "deals.lead"
    return timeline.read([timeline.events(label, lead_id), timeline.changes(label, lead_id)], after, above)


def names_of(wanted: dict[str, set[int]]) -> dict[tuple[str, int], str]:
    """Return names of what fields of deals and leads refer to. One query."""
    from_here = {"stage_id": Stage, "loss_reason_id": LossReason, "lead_id": Lead}
    return cards.names_of(wanted, from_here)


def first_stages() -> list[tuple[int, str]]:
    """Return where a new deal may begin: active stages of active pipelines, in order. One query."""
    rows = Stage.objects.filter(is_active=True, pipeline__is_active=True, outcome=Stage.Outcome.OPEN)
    found = list(
        rows.order_by("pipeline__position", "pipeline_id", "position", "id").values_list(
            "id", "name", "pipeline_id", "pipeline__name"
        )
    )
    several = len({row[2] for row in found}) > 1
    return [(pk, f"{pipeline} · {name}" if several else name) for pk, name, _pipeline_id, pipeline in found]


def active_loss_reasons() -> list[tuple[int, str]]:
    rows = LossReason.objects.filter(is_active=True).order_by("position", "id")
    return list(rows.values_list("id", "name"))


def same_leads(person: Person, phone: str, email: str, but: int | None = None) -> list[Hit]:
    """Return other visible leads with the same phone or e-mail. One query, none for nothing."""
    wanted = Q()
    if phone:
        wanted |= Q(phone=phone)
    if email:
        wanted |= Q(email=email)
    if not wanted:
        return []
    rows = access.leads(person).filter(wanted).exclude(pk=but).order_by("-created_at", "-id")
    return [
        Hit("lead", pk, title, str(Lead.Status(status).label))
        for pk, title, status in rows.values_list("id", "title", "status")[:5]
    ]


# search


def search_parts(person: Person, text: str) -> list[Part]:
    """Deals by title and number, open ones first; leads by anything written down of them. No query."""
    newest = (F("closed_on").desc(nulls_first=True), "-id")
    return [
        Part("deal", access.visible_to(person), "title", "customer__name", newest),
        Part("lead", access.leads(person), "title", "company_name", ("-created_at", "-id"), _phone_condition(text)),
    ]


def _phone_condition(text: str) -> Q | None:
    """A lead's phone is part of its search text: enough to look for the digits as they are kept."""
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) < 6 or any(sign.isalpha() for sign in text):
        return None
    return Q(search__contains=digits[1:] if len(digits) == 11 and digits[0] in "78" else digits)


# settings and the board of stages


@dataclass(frozen=True)
class PipelineView:
    id: int
    name: str
    is_active: bool
    stages: tuple[StageView, ...]


def pipelines_whole() -> list[PipelineView]:
    """Return every pipeline with its stages. Two queries."""
    stages: dict[int, list[StageView]] = {}
    fields = ("pipeline_id", "id", "name", "outcome", "probability", "is_active", "position")
    for pipeline_id, *row in Stage.objects.order_by("position", "id").values_list(*fields):
        stages.setdefault(pipeline_id, []).append(StageView(*row))
    rows = Pipeline.objects.order_by("position", "id").values_list("id", "name", "is_active")
    return [PipelineView(pk, name, active, tuple(stages.get(pk, ()))) for pk, name, active in rows]


@dataclass(frozen=True)
class ReasonView:
    id: int
    name: str
    is_active: bool


def loss_reasons_whole() -> list[ReasonView]:
    return [
        ReasonView(*row) for row in LossReason.objects.order_by("position", "id").values_list("id", "name", "is_active")
    ]


@dataclass(frozen=True)
class KanbanCard:
    id: int
    title: str
    customer: str
    amount: Decimal | None
    owner: str
    expected_on: date | None
    stage_since: datetime


@dataclass(frozen=True)
class Lane:
    stage: StageView
    count: int
    total: Decimal
    cards: tuple[KanbanCard, ...]


IN_A_LANE = 40


def kanban(person: Person, pipeline: PipelineView) -> list[Lane]:
    """Return the open deals of a pipeline by stage: sums of all, cards of the biggest.

    Two queries besides those of access.
    """
    stages = [each for each in pipeline.stages if each.outcome == Stage.Outcome.OPEN]
    rows = access.visible_to(person).filter(closed_on=None, stage__in=[each.id for each in stages])
    sums = {
        stage_id: (count, total or Decimal(0))
        for stage_id, count, total in rows.values_list("stage_id").annotate(Count("id"), Sum("amount")).order_by()
    }
    lanes: dict[int, list[KanbanCard]] = {each.id: [] for each in stages}
    for stage_id, last, first, *row in _biggest(rows, [each.id for each in stages]):
        pk, title, customer, amount, expected_on, since = row
        owner = f"{last} {first[:1]}." if last and first else last or first
        lanes[stage_id].append(KanbanCard(pk, title, customer or "", amount, owner, expected_on, since))
    return [
        Lane(each, *sums.get(each.id, (0, Decimal(0))), tuple(lanes[each.id]))
        for each in stages
        if each.is_active or sums.get(each.id)
    ]


def _biggest(rows: Any, stage_ids: list[int]) -> list[Any]:
    """The biggest deals of each stage, so many of each. One query."""
    fields = (
        "stage_id",
        "owner__last_name",
        "owner__first_name",
        "id",
        "title",
        "customer__name",
        "amount",
        "expected_on",
        "stage_since",
    )
    parts = [
        rows.filter(stage_id=pk).order_by(F("amount").desc(nulls_last=True), "-id").values_list(*fields)[:IN_A_LANE]
        for pk in stage_ids
    ]
    if not parts:
        return []
    return list(parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0])
