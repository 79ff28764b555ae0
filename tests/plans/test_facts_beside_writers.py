"""Filling facts while others write: nothing is lost, whatever commits when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from people import NOW, make_firm

from otdel.billing.models import Payment
from otdel.core.periods import Period
from otdel.customers.models import Customer, Region
from otdel.plans.actions.facts import LOCK, refill
from otdel.plans.models import ChangedDay, FactCell, FactDay
from otdel.plans.queries import facts
from otdel.plans.queries.facts import Whose

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = Period.parse("2026-03")


class Beside:
    """Another connection that does one step at a time, each when told to."""

    def __init__(self) -> None:
        self.steps: list[Callable[[], None]] = []
        self.go, self.done = threading.Semaphore(0), threading.Semaphore(0)
        self.failure: BaseException | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.job: Callable[[Callable[[], None]], None] | None = None

    def start(self, job: Callable[[Callable[[], None]], None]) -> None:
        """`job` is given a function to call where it pauses."""
        self.job = job
        self.thread.start()
        self.done.acquire(timeout=20)

    def resume(self) -> None:
        self.go.release()
        self.thread.join(timeout=20)
        assert self.failure is None, self.failure

    def _run(self) -> None:
        assert self.job is not None
        try:
            self.job(self._pause)
        except BaseException as error:
            self.failure = error
        finally:
            connection.close()
            self.done.release()

    def _pause(self) -> None:
        self.done.release()
        self.go.acquire(timeout=20)


def pay(firm, amount, day="2026-03-02", **fields):
    return Payment.objects.create(
        owner=firm.anna, unit=firm.north, amount=amount, paid_on=day, created_at=NOW, updated_at=NOW, **fields
    )


def read(firm, cut=None):
    return facts.read("payments", Whose([firm.north.pk]), MARCH, history=None, past=None, cut=cut)


def settle() -> None:
    """Other databases of the same server may hold marks back for a moment: try until they let go."""
    for _attempt in range(200):
        refill()
        if not ChangedDay.objects.exists():
            return
        threading.Event().wait(0.05)


def test_a_payment_committed_during_a_refill_keeps_its_mark():
    firm = make_firm()
    pay(firm, 100)
    beside = Beside()

    def write(pause):
        with transaction.atomic():
            pay(firm, 50)
            pause()

    beside.start(write)  # written, not committed
    refill()
    assert sum(read(firm).by_person.values()) == Decimal(100)
    beside.resume()
    assert sum(read(firm).by_person.values()) == Decimal(150)

    settle()

    assert sum(read(firm).by_person.values()) == Decimal(150)
    assert sum(FactDay.objects.filter(metric="payments").values_list("amount", flat=True)) == Decimal(150)


def test_what_a_running_transaction_could_not_see_is_counted_again_when_it_ends():
    """It gives a customer a region before a payment of theirs is committed, and itself commits after."""
    firm = make_firm()
    volga = Region.objects.create(name="Volga")
    customer = Customer.objects.create(name="Lutik", owner=firm.anna, created_at=NOW, updated_at=NOW)
    settle()
    beside = Beside()

    def change(pause):
        with transaction.atomic():
            Customer.objects.filter(pk=customer.pk).update(region=volga)
            pause()

    beside.start(change)
    pay(firm, 100, customer=customer)
    refill()
    refill()
    beside.resume()

    assert read(firm, "region_id").by_segment == {(firm.north.pk, firm.anna.pk, volga.pk): Decimal(100)}
    settle()
    assert read(firm, "region_id").by_segment == {(firm.north.pk, firm.anna.pk, volga.pk): Decimal(100)}
    assert list(FactCell.objects.filter(metric="payments").values_list("region_id", flat=True)) == [volga.pk]


def test_two_refills_at_once_do_not_write_twice():
    firm = make_firm()
    pay(firm, 100)
    beside = Beside()

    def hold(pause):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            pause()

    beside.start(hold)
    assert refill() == 0
    beside.resume()
    settle()
    refill()

    assert FactDay.objects.filter(metric="payments", day=date(2026, 3, 2)).count() == 1


def test_a_refill_that_breaks_off_changes_nothing(monkeypatch):
    from otdel.plans.actions import facts as filling

    firm = make_firm()
    pay(firm, 100)
    sound = filling.refill_sql
    monkeypatch.setattr(filling, "refill_sql", lambda source: sound(source) + "; SELECT 1 / 0")

    with pytest.raises(Exception, match="division by zero"):
        settle()
    assert sum(read(firm).by_person.values()) == Decimal(100)
    assert ChangedDay.objects.filter(source="payments").exists()
    assert not FactDay.objects.exists()
