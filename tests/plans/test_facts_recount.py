"""Whatever is done to the records, in whatever order, the board's facts equal a recount from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import NOW, make_firm
from plans.recount import SEGMENTS_SQL, Recount, total

from otdel.activities.models import Activity
from otdel.billing.models import (
    Allocation,
    DealLine,
    Invoice,
    InvoiceLine,
    Payment,
    Product,
    ProductGroup,
    Shipment,
    ShipmentLine,
)
from otdel.core.act import batch
from otdel.core.models import FieldChange
from otdel.core.periods import Period
from otdel.customers.models import Channel, ClientSegment, Customer, Region
from otdel.deals.models import Deal, Pipeline, Stage
from otdel.org.models import Company
from otdel.plans import metrics
from otdel.plans.actions.facts import refill
from otdel.plans.metrics import DIMENSIONS
from otdel.plans.queries import facts
from otdel.plans.queries.soundness import unsound_months

FIRST = date(2026, 3, 25)
DAYS = 14
# ragged at both ends around a whole month, which is read from its kept sum
PERIOD = Period.between(FIRST + timedelta(days=2), date(2026, 5, 3))
HISTORY = Period.between(FIRST, FIRST + timedelta(days=6))
FLOWS = [metric for metric in metrics.DEFINITIONS if metric not in metrics.LEVELS]
STAMP = {"created_at": NOW, "updated_at": NOW}


class World:
    """A small firm whose records the operations below change; every choice is taken modulo what there is."""

    def __init__(self) -> None:
        self.firm = make_firm()
        Company.objects.update(new_client_days=3, active_days=4)
        self.people = [self.firm.anna, self.firm.boris, self.firm.vera]
        self.units = [self.firm.north, self.firm.south, None]
        self.segments = [ClientSegment.objects.create(name=name) for name in "AB"] + [None]
        self.regions = [Region.objects.create(name=name) for name in "AB"] + [None]
        self.channels = [Channel.objects.create(name=name) for name in "AB"] + [None]
        self.groups = [ProductGroup.objects.create(name=name) for name in "AB"] + [None]
        self.products = [
            Product.objects.create(name=f"P{number}", group=group, unit_cost=cost, **STAMP)
            for number, (group, cost) in enumerate([(0, None), (1, "2.5"), (2, None), (0, "0.333")])
            for group in [self.groups[group]]
        ]
        self.customers = [
            Customer.objects.create(
                name=f"C{number}", segment=self.segments[number % 3], region=self.regions[number % 2],
                owner=self.people[number % 3], **STAMP,
            )
            for number in range(3)
        ]  # fmt: skip
        pipeline = Pipeline.objects.create(name="Sales")
        self.stages = [
            Stage.objects.create(pipeline=pipeline, name=outcome, position=number, outcome=outcome)
            for number, outcome in enumerate(["WON", "LOST", "WON2", "OPEN"])
            for outcome in [outcome]
            if outcome != "WON2"
        ]
        self.batches = 0
        for number in range(9):
            self.open_deal(number, number + 1, number * 2, number)
            self.pay(number * 2, number * 5 + 1, number, number)
            self.bill(number, number, number + 1, number)
            self.ship(number + 3, number, number * 4, number + 1)
            self.act(number, number + 2, number, number)

    # choices

    def day(self, n: int) -> date:
        return FIRST + timedelta(days=n % DAYS)

    def pick(self, rows, n: int):
        return rows[n % len(rows)]

    def customer(self, n: int):
        return self.pick([*self.customers, None], n)

    def any(self, model, n: int):
        rows = list(model.objects.order_by("pk"))
        return self.pick(rows, n) if rows else None

    def who(self, n: int) -> dict:
        return {"owner": self.pick(self.people, n), "unit": self.pick(self.units, n // 3)}

    def amount(self, n: int) -> Decimal:
        return Decimal(n * 37 % 1001 - 300) / 7 * 1 if n % 5 else Decimal(100)

    def money(self, n: int) -> Decimal:
        return self.amount(n).quantize(Decimal("0.01")) or Decimal(1)

    # operations; every one takes four numbers

    def pay(self, a, b, c, d):
        Payment.objects.create(
            paid_on=self.day(a),
            amount=self.money(b),
            customer=self.customer(c),
            deal=self.any(Deal, d),
            **self.who(d),
            **STAMP,
        )

    def pay_often(self, a, b, c, d):
        """An import in one statement, marked as a batch."""
        self.batches += 1
        with batch(self.batches):
            Payment.objects.bulk_create(
                Payment(
                    paid_on=self.day(a + n * b), amount=self.money(c + n), customer=self.customer(d + n),
                    **self.who(a + n), **STAMP,
                )
                for n in range(6)
            )  # fmt: skip

    def undo(self, a, b, c, d):
        """Take back all a batch created."""
        if self.batches:
            made = FieldChange.objects.filter(batch=a % self.batches + 1, operation="I", subject_type="billing.payment")
            Payment.objects.filter(pk__in=list(made.values_list("subject_id", flat=True))).delete()

    def change_payment(self, a, b, c, d):
        payment = self.any(Payment, a)
        if payment:
            changes = [
                {"paid_on": self.day(b)}, {"amount": self.money(c)}, {"customer": self.customer(d)}, self.who(c),
                {"deal": self.any(Deal, c)}, {"deleted_at": NOW}, {"deleted_at": None}, {"purpose": "x"},
            ]  # fmt: skip
            Payment.objects.filter(pk=payment.pk).update(**self.pick(changes, d))

    def move_many(self, a, b, c, d):
        """Plain SQL over many rows at once."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE billing_payment SET paid_on = paid_on + %s WHERE id %% 2 = %s", [a % 3 - 1, b % 2])
            cursor.execute("DELETE FROM activities_activity WHERE id %% 5 = %s", [c % 5])

    def delete(self, a, b, c, d):
        model = self.pick([Payment, Shipment, Activity, Allocation, ShipmentLine, InvoiceLine, DealLine, Invoice], a)
        record = self.any(model, b)
        if record:
            record.delete()

    def bill(self, a, b, c, d):
        invoice = Invoice.objects.create(
            issued_on=self.day(a), customer=self.pick(self.customers, b), owner=self.people[0], amount=100, **STAMP
        )
        for n in range(c % 4):
            InvoiceLine.objects.create(invoice=invoice, product=self.any(Product, d + n), amount=self.money(c + n))
        payment = self.any(Payment, d)
        if payment:
            Allocation.objects.create(
                payment=payment, invoice=invoice, amount=(payment.amount / 3).quantize(Decimal("0.01"))
            )

    def ship(self, a, b, c, d):
        shipment = Shipment.objects.create(
            shipped_on=self.day(a), customer=self.customer(b), region=self.pick(self.regions, c), amount=self.money(d),
            channel=self.pick(self.channels, d), **self.who(c), **STAMP,
        )  # fmt: skip
        for n in range(d % 4):
            ShipmentLine.objects.create(
                shipment=shipment, product=self.any(Product, c + n), amount=self.money(a + n), quantity=n + 1,
                cost=self.pick([None, Decimal("3.33")], b + n),
            )  # fmt: skip

    def change_shipment(self, a, b, c, d):
        shipment = self.any(Shipment, a)
        if shipment:
            changes = [
                {"shipped_on": self.day(b)}, {"amount": self.money(c)}, {"customer": self.customer(c)}, self.who(c),
                {"region": self.pick(self.regions, c)}, {"deleted_at": NOW}, {"deleted_at": None},
            ]  # fmt: skip
            Shipment.objects.filter(pk=shipment.pk).update(**self.pick(changes, d))

    def change_line(self, a, b, c, d):
        line = self.any(self.pick([ShipmentLine, InvoiceLine, DealLine], d), a)
        if line:
            changes = [{"amount": self.money(b)}, {"product": self.any(Product, c)}, {"quantity": b % 5 + 1}]
            type(line).objects.filter(pk=line.pk).update(**self.pick(changes, c))

    def allocate(self, a, b, c, d):
        allocation = self.any(Allocation, a)
        if allocation:
            Allocation.objects.filter(pk=allocation.pk).update(amount=self.money(b))

    def open_deal(self, a, b, c, d):
        stage = self.pick(self.stages, c)
        deal = Deal.objects.create(
            title="D", customer=self.customer(b), stage=stage, opened_on=FIRST,
            amount=self.pick([None, abs(self.money(d))], d),
            closed_on=self.day(a) if stage.outcome != "OPEN" else None, stage_since=NOW,
            region=self.pick(self.regions, d), channel=self.pick(self.channels, c), **self.who(a), **STAMP,
        )  # fmt: skip
        for n in range(b % 4):
            DealLine.objects.create(deal=deal, product=self.any(Product, a + n), amount=abs(self.money(b + n)))

    def change_deal(self, a, b, c, d):
        deal = self.any(Deal, a)
        if deal:
            stage = self.pick(self.stages, b)
            changes = [
                {"stage": stage, "closed_on": self.day(c) if stage.outcome != "OPEN" else None},
                {"amount": abs(self.money(c))}, {"customer": self.customer(c)}, self.who(c),
                {"region": self.pick(self.regions, c), "channel": self.pick(self.channels, b)},
                {"deleted_at": NOW}, {"deleted_at": None},
            ]  # fmt: skip
            Deal.objects.filter(pk=deal.pk).update(**self.pick(changes, d))

    def act(self, a, b, c, d):
        Activity.objects.create(
            kind=self.pick(["CALL", "MEETING", "PROPOSAL", "NOTE"], a), at=NOW, day=self.day(b), is_done=bool(c % 3),
            customer=self.customer(d), **self.who(c), **STAMP,
        )  # fmt: skip

    def change_activity(self, a, b, c, d):
        activity = self.any(Activity, a)
        if activity:
            changes = [
                {"day": self.day(b)}, {"is_done": bool(b % 2)}, {"customer": self.customer(b)}, self.who(c),
                {"kind": self.pick(["CALL", "NOTE"], b)}, {"deleted_at": NOW}, {"deleted_at": None},
            ]  # fmt: skip
            Activity.objects.filter(pk=activity.pk).update(**self.pick(changes, d))

    def change_customer(self, a, b, c, d):
        changes = [
            {"segment": self.pick(self.segments, b)}, {"region": self.pick(self.regions, b)},
            {"channel": self.pick(self.channels, b)}, {"note": "x"},
        ]  # fmt: skip
        Customer.objects.filter(pk=self.pick(self.customers, a).pk).update(**self.pick(changes, c))

    def change_product(self, a, b, c, d):
        changes = [{"group": self.pick(self.groups, b)}, {"unit_cost": self.pick([None, Decimal("1.5")], b)}]
        Product.objects.filter(pk=self.any(Product, a).pk).update(**self.pick(changes, c))

    def change_setting(self, a, b, c, d):
        Company.objects.update(purchase=self.pick(Company.Purchase.values, a), new_client_days=b % 6)

    def change_stage(self, a, b, c, d):
        Stage.objects.filter(pk=self.stages[1].pk).update(outcome=self.pick(["LOST", "WON"], a))

    def refill_some(self, a, b, c, d):
        refill(days_at_once=a % 5 + 1)


OPERATIONS = [
    "pay", "pay", "pay_often", "undo", "change_payment", "move_many", "delete", "bill", "ship", "change_shipment",
    "change_line", "allocate", "open_deal", "change_deal", "act", "change_activity", "change_customer",
    "change_product",
    "change_setting", "change_stage", "refill_some",
]  # fmt: skip
NUMBER = st.integers(0, 10_000)
# Filled before: the operation alone has to tell which kept days it makes wrong.
STEP = st.tuples(st.booleans(), st.sampled_from(OPERATIONS), NUMBER, NUMBER, NUMBER, NUMBER)


def check(world: World, number: int) -> None:
    counted = Recount()
    everything = counted.all()
    units = [facts.NO_UNIT, world.firm.north.pk, world.firm.south.pk]
    for metric in FLOWS:
        wanted = [fact for fact in everything if fact.metric == metric]
        inside = [fact for fact in wanted if fact.day in PERIOD]
        read = facts.read(metric, facts.Whose(units), PERIOD, history=HISTORY, past=None, cut=SEGMENTS_SQL)
        assert alive(read.by_person) == total(inside, "unit_id", "person_id"), metric
        assert alive(read.by_segment) == total(inside, "unit_id", "person_id", "all_segments"), metric
        assert {(day,): amount for day, amount in alive(read.by_day).items()} == total(inside, "day"), metric
        past = [fact for fact in wanted if fact.day in HISTORY]
        assert {(day,): amount for day, amount in alive(facts.unpacked(read.history)).items()} == total(past, "day"), (
            metric
        )
    check_cuts(world, everything, units, number)
    check_one_person(world, everything, number)
    check_level(counted, units, number)
    assert not unsound_months()


def check_cuts(world: World, everything, units, number: int) -> None:
    """Each cut is kept by months, and so is each department whose people nobody asks for."""
    metric, cut = FLOWS[number % len(FLOWS)], DIMENSIONS[number % len(DIMENSIONS)]
    together = units[: number % 4]
    inside = [
        replace(fact, person_id=0) if fact.unit_id in together else fact
        for fact in everything
        if fact.metric == metric and fact.day in PERIOD
    ]
    read = facts.read(metric, facts.Whose(units), PERIOD, history=None, past=None, cut=cut, together=together)
    assert alive(read.by_person) == total(inside, "unit_id", "person_id"), metric
    assert alive(read.by_segment) == total(inside, "unit_id", "person_id", cut), metric
    one = min((getattr(fact, cut) for fact in inside), default=0)
    read = facts.read(
        metric, facts.Whose(units), PERIOD, history=None, past=None, cut=cut, people=False, segment=int(one)
    )
    only = [replace(fact, person_id=0) for fact in inside if getattr(fact, cut) == one]
    assert alive(read.by_segment) == total(only, "unit_id", "person_id", cut), metric


def check_one_person(world: World, everything, number: int) -> None:
    metric, person = FLOWS[number % len(FLOWS)], world.people[number % 3]
    mine = [f for f in everything if f.metric == metric and f.person_id == person.pk and f.day in PERIOD]
    whose = facts.Whose([world.firm.north.pk], person.pk, anywhere=True)
    read = facts.read(metric, whose, PERIOD, history=HISTORY, past=None, cut="region_id")
    assert alive(read.by_person) == total(mine, "unit_id", "person_id")
    assert alive(read.by_segment) == total(mine, "unit_id", "person_id", "region_id")
    assert {(day,): amount for day, amount in alive(read.by_day).items()} == total(mine, "day")


def check_level(counted: Recount, units, number: int) -> None:
    window, day = counted.company.active_days, FIRST + timedelta(days=5 + number % 8)
    dimension = DIMENSIONS[number % len(DIMENSIONS)]
    read = facts.read_level("active_clients", facts.Whose(units), day, window, dimension)
    assert alive(read.by_person) == total(counted.active(day, window), "unit_id", "person_id")
    assert alive(read.by_segment) == total(counted.active(day, window), "unit_id", "person_id", dimension)


def alive(sums: dict) -> dict:
    return {key: amount for key, amount in sums.items() if amount}


class Rollback(Exception):
    pass


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=4, max_size=16))
def test_facts_equal_a_recount_after_every_step(steps):
    try:
        with transaction.atomic():
            world = World()
            for number, (fill, name, *numbers) in enumerate(steps):
                if fill:
                    refill()
                getattr(world, name)(*numbers)
                check(world, number)
            refill()
            check(world, len(steps))
            raise Rollback
    except Rollback:
        pass
