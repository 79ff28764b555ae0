"""What happened to a deal or a lead."""

from __future__ import annotations

from django.db.models import BigIntegerField, OuterRef, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, JSONObject

from otdel.core import timeline
from otdel.core.models import Event
from otdel.customers.queries import cards
from otdel.deals.models import Lead, LossReason, Stage, StageChange


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
