"""`kill -9` in the middle of a sweep of rules, two sweeps at once: no firing is lost, none comes twice."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
from beside import end, start, sweep, wait_until
from django.utils import timezone
from ledger import make_customer
from people import make_firm
from writing import write

from otdel.automation.models import Firing
from otdel.billing.models import Invoice
from otdel.core.models import Event
from otdel.tasks.models import Task

pytestmark = pytest.mark.slow
INVOICES = 80


@pytest.fixture
def rule(transactional_db):
    firm, now = make_firm(), timezone.now()
    customer, day = make_customer(firm.anna), timezone.localdate() - timedelta(days=1)
    Invoice.objects.bulk_create(
        Invoice(
            number=f"A-{number}", issued_on=day, due_on=day, customer=customer, owner=firm.anna, amount=100,
            created_at=now, updated_at=now,
        )
        for number in range(INVOICES)
    )  # fmt: skip
    return write(firm.boris, when="INVOICE_OVERDUE", days=1, unit=firm.north, most_per_hour=1000, now=now)


def test_kill_9_in_the_middle_of_a_sweep(rule):
    fired = rule.firings.count
    for enough in (10, 35):
        both = [start(sweep()), start(sweep())]
        wait_until(lambda enough=enough: fired() >= enough, fired, 0.01)
        for each in both:
            end(each, signal.SIGKILL)
            each.wait()
        assert fired() < INVOICES, "it was killed too late to show anything"
        assert Task.objects.count() == Event.objects.filter(kind="rule.fired").count() == fired()
    last = [start(sweep()), start(sweep())]
    assert [each.wait(120) for each in last] == [0, 0]
    assert set(rule.firings.values_list("outcome", flat=True)) == {Firing.Outcome.DONE}
    assert fired() == Task.objects.count() == Task.objects.values("invoice_id").distinct().count() == INVOICES
