"""Deals of tests."""

from __future__ import annotations

from people import NOW, TODAY

from otdel.customers.models import Customer
from otdel.deals.models import Deal, Pipeline, Stage
from otdel.org.models import Person


def make_pipeline(name: str = "Sales") -> dict[str, Stage]:
    """Return the stages new, offer, won and lost of a pipeline."""
    pipeline = Pipeline.objects.create(name=name)
    rows = [("new", "OPEN", 10), ("offer", "OPEN", 50), ("won", "WON", 100), ("lost", "LOST", 0)]
    return {
        code: Stage.objects.create(
            pipeline=pipeline, name=code.title(), position=at, outcome=outcome, probability=probability
        )
        for at, (code, outcome, probability) in enumerate(rows)
    }


def make_customer(owner: Person, name: str = "Ромашка", **fields: object) -> Customer:
    given = {"created_at": NOW, "updated_at": NOW, **fields}
    return Customer.objects.create(owner=owner, name=name, **given)


def make_deal(owner: Person, stage: Stage, title: str = "Станок", **fields: object) -> Deal:
    given = {
        "created_at": NOW,
        "updated_at": NOW,
        "stage_since": NOW,
        "opened_on": TODAY,
        **fields,
    }
    return Deal.objects.create(owner=owner, stage=stage, title=title, **given)
