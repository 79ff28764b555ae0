"""Rows of the organisation and of the short lists, not yet written."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.contrib.auth.hashers import make_password

from otdel.billing.models import Product, ProductGroup
from otdel.customers.models import Channel, ClientSegment, Region, Source
from otdel.deals.models import LossReason, Pipeline, Stage
from otdel.demo import firm, words
from otdel.demo.catalogue import CATALOGUE
from otdel.demo.words import Word
from otdel.demo.world import World, stamps
from otdel.org.models import Membership, Person, Role, Unit
from otdel.org.rules import PRESETS

T = TypeVar("T", ClientSegment, Region, Channel, Source, LossReason, ProductGroup, Pipeline)


def found(world: World) -> None:
    """Draw departments, people and who belonged where."""
    password = make_password(firm.PASSWORD)  # one slow hash for all of them
    world.roles = {
        code: Role(code=code, name=name, rights=rights, is_preset=True) for code, (name, rights) in PRESETS.items()
    }
    for worker in firm.PEOPLE:
        world.people[worker.key] = _person(world, worker, password)
    for place, (key, parent, head) in enumerate(firm.UNITS):
        name = firm.COMPANY if parent is None else world.say(words.UNITS[key])
        world.units[key] = world.new(
            Unit, name=name, parent=world.units[parent] if parent else None, head=world.people[head], position=place
        )
    for worker in firm.PEOPLE:
        for since, until, unit in world.spans(worker.key):
            world.memberships.append(
                world.new(
                    Membership,
                    person=world.people[worker.key],
                    unit=world.units[unit],
                    starts_on=since,
                    ends_on=None if until == date.max else until,
                )
            )


def _person(world: World, worker: firm.Worker, password: str) -> Person:
    spans = world.spans(worker.key)
    hired, left = spans[0][0], spans[-1][1]
    return world.new(
        Person,
        email=worker.email,
        password=password,
        last_name=worker.last,
        first_name=worker.first,
        middle_name=worker.middle,
        position=world.say(words.POSITIONS[worker.position]),
        phone=f"+7921000{1000 + len(world.people):04}",
        role=world.roles[worker.role],
        employed_from=hired,
        employed_to=None if left == date.max else left,
        is_active=left == date.max,
        created_at=datetime(hired.year, hired.month, hired.day, 9, tzinfo=world.days.zone),
    )


def stock(world: World) -> None:
    """Draw the short lists, the pipelines and the products."""
    made = world.days.at(world.days.start, world.rng("stock"))
    world.segments = _named(world, ClientSegment, words.SEGMENTS)
    world.regions = _named(world, Region, words.REGIONS)
    world.channels = _named(world, Channel, words.CHANNELS)
    world.sources = _named(world, Source, words.SOURCES)
    world.reasons = _named(world, LossReason, words.LOSS_REASONS)
    world.groups = _named(world, ProductGroup, words.GROUPS)
    world.pipelines = _named(world, Pipeline, words.PIPELINES)
    for key, stages in words.STAGES.items():
        world.stages[key] = [
            world.new(
                Stage,
                pipeline_id=world.pipelines[key].pk,
                name=world.say(name),
                position=place,
                probability=chance,
                outcome={100: Stage.Outcome.WON, 0: Stage.Outcome.LOST}.get(chance, Stage.Outcome.OPEN),
            )
            for place, (name, chance) in enumerate(stages)
        ]
    for place, (key, products) in enumerate(CATALOGUE.items(), start=1):
        world.products[key] = [
            world.new(
                Product,
                name=name,
                code=f"{place}{number:03}",
                group=world.groups[key],
                unit_name=unit,
                price=Decimal(price),
                unit_cost=Decimal(cost),
                **stamps(made),
            )
            for number, (name, unit, price, cost) in enumerate(products, start=1)
        ]


def _named(world: World, model: type[T], names: dict[str, Word]) -> dict[str, T]:
    return {
        key: world.new(model, name=world.say(name), position=place) for place, (key, name) in enumerate(names.items())
    }
