"""A closed deal counts for the department its owner was in on that day, even when that is put right later."""

from __future__ import annotations

from datetime import date

import pytest
from ledger import fresh, make_deal
from people import NOW, make_firm

from otdel.core import journal
from otdel.core.models import Event
from otdel.deals import jobs
from otdel.deals.actions.units import restamp_units
from otdel.deals.models import Deal
from otdel.org.models import Membership


@pytest.fixture
def firm(db):
    return make_firm()


def test_a_move_in_the_past_restamps_closed_deals(firm):
    closed = make_deal(firm.anna, closed_on=date(2026, 2, 5), unit=firm.north)
    earlier = make_deal(firm.anna, closed_on=date(2026, 1, 31), unit=firm.north)
    still_open = make_deal(firm.anna)
    firm.anna.memberships.update(ends_on="2026-02-01")
    Membership.objects.create(person=firm.anna, unit=firm.south, starts_on="2026-02-01")

    jobs.restamp(event_id=journal.record("person.moved", firm.anna, by=fresh(firm.olga), at=NOW).pk)

    units = dict(Deal.objects.values_list("pk", "unit_id"))
    assert units == {closed.pk: firm.south.pk, earlier.pk: firm.north.pk, still_open.pk: None}
    assert Event.objects.get(kind="deals.restamped").data["rows"] == 1
    assert restamp_units(by=None, person_ids=[firm.anna.pk], now=NOW) == 0
