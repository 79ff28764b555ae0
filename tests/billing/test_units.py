"""What a person sold counts for the department they were in that day, even when that is put right later."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledger import fresh, line, pay
from people import NOW

from otdel.billing import actions, jobs
from otdel.billing.models import Payment, Shipment
from otdel.billing.rules import ShipmentValues
from otdel.core import journal
from otdel.core.models import Event
from otdel.org.models import Membership


def move(firm, person, day):
    person.memberships.update(ends_on=day)
    Membership.objects.create(person=person, unit=firm.south, starts_on=day)


def test_changed_past_restamps_only_the_facts_it_concerns(firm, lutik):
    before, after = pay(firm, lutik, 1, "2026-01-31"), pay(firm, lutik, 1, "2026-02-01")
    veras = pay(firm, lutik, 1, "2026-02-01", owner_id=firm.vera.pk)
    values = ShipmentValues(shipped_on=date(2026, 2, 5), customer_id=lutik.pk)
    shipment = actions.record_shipment(by=fresh(firm.zoya), values=values, lines=[line(1, 1)], now=NOW)
    move(firm, firm.anna, "2026-02-01")

    assert actions.restamp_units(by=fresh(firm.olga), person_ids=[firm.anna.pk, firm.vera.pk], now=NOW) == 2
    assert actions.restamp_units(by=None, person_ids=[firm.anna.pk], now=NOW) == 0

    units = dict(Payment.objects.values_list("pk", "unit_id"))
    assert units == {before.pk: firm.north.pk, after.pk: firm.south.pk, veras.pk: firm.south.pk}
    assert Shipment.objects.get(pk=shipment.pk).unit_id == firm.south.pk
    assert Event.objects.get(kind="billing.restamped").data == {"people": [firm.anna.pk, firm.vera.pk], "rows": 2}


def test_facts_without_a_department_get_one_and_lose_one(firm, lutik):
    payment = pay(firm, lutik, Decimal(1), "2026-01-31")
    firm.anna.memberships.all().delete()
    actions.restamp_units(by=None, person_ids=[firm.anna.pk], now=NOW)
    assert Payment.objects.get(pk=payment.pk).unit_id is None
    Membership.objects.create(person=firm.anna, unit=firm.south, starts_on="2020-01-01")
    actions.restamp_units(by=None, person_ids=[firm.anna.pk], now=NOW)
    assert Payment.objects.get(pk=payment.pk).unit_id == firm.south.pk


def test_a_move_wakes_the_restamping(firm, lutik):
    payment = pay(firm, lutik, 1, "2026-02-01")
    move(firm, firm.anna, "2026-02-01")

    event = journal.record("person.moved", firm.anna, by=fresh(firm.olga), at=NOW)

    jobs.restamp(event_id=event.pk)
    assert Payment.objects.get(pk=payment.pk).unit_id == firm.south.pk
