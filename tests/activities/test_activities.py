from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from ledger import fresh, make_customer
from people import NOW

from otdel.activities import access, actions, jobs
from otdel.activities.models import Activity
from otdel.activities.rules import ActivityValues, AlreadyDone, NotYet
from otdel.core import journal
from otdel.core.errors import Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.org.models import Membership


def values(**fields):
    return ActivityValues(**({"kind": "CALL", "at": NOW, "subject": "Price"} | fields))


def log(by, **fields):
    return actions.log_activity(by=fresh(by), values=values(**fields), now=NOW)


def test_call_is_logged_for_its_day_owner_and_department(firm, lutik):
    call = log(firm.anna, customer_id=lutik.pk, duration=90)
    assert (call.day, call.owner_id, call.unit_id) == (date(2026, 3, 2), firm.anna.pk, firm.north.pk)
    assert (call.customer_id, call.duration, call.is_done) == (lutik.pk, 90, True)


def test_day_is_the_companys_own(firm):
    late = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
    assert log(firm.anna, at=late).day == date(2026, 3, 2)
    firm.company.time_zone = "America/New_York"
    firm.company.save()
    assert log(firm.anna, at=late).day == date(2026, 3, 1)


def test_deal_brings_its_customer_along(firm, lutik, deal):
    assert log(firm.anna, deal_id=deal.pk).customer_id == lutik.pk


def test_planned_becomes_done_on_its_day(firm, lutik):
    meeting = log(firm.anna, kind="MEETING", is_done=False, at=NOW + timedelta(days=1), customer_id=lutik.pk)
    anna, later = fresh(firm.anna), NOW + timedelta(days=3)

    done = actions.finish_activity(by=anna, activity_id=meeting.pk, result="Agreed", now=later)

    assert (done.is_done, done.day, done.result) == (True, date(2026, 3, 3), "Agreed")
    with pytest.raises(AlreadyDone):
        actions.finish_activity(by=anna, activity_id=meeting.pk, now=later)


def test_done_before_it_was_planned_for_is_done_now(firm):
    call = log(firm.anna, is_done=False, at=NOW + timedelta(days=2))
    assert actions.finish_activity(by=fresh(firm.anna), activity_id=call.pk, now=NOW).day == date(2026, 3, 2)


def test_log_refuses(firm, lutik):
    roza = make_customer(firm.vera, "Roza")
    with pytest.raises(NotYet):
        log(firm.anna, at=NOW + timedelta(hours=1))
    with pytest.raises(Invalid):
        log(firm.anna, subject=" ")
    with pytest.raises(Invalid):
        log(firm.anna, kind="DANCE")
    with pytest.raises(Invalid):
        log(firm.anna, duration=-1)
    with pytest.raises(NotFound):
        log(firm.anna, customer_id=roza.pk)
    with pytest.raises(NotAllowed):
        log(firm.anna, owner_id=firm.vera.pk)
    with pytest.raises(NotAllowed):
        log(firm.zoya)
    assert not Activity.objects.exists()


def test_change_bin_and_restore_record_what_happened(firm, lutik):
    call = log(firm.anna, customer_id=lutik.pk)
    anna, boris = fresh(firm.anna), fresh(firm.boris)
    changed = values(customer_id=lutik.pk, text="They think", owner_id=firm.boris.pk)
    actions.change_activity(by=boris, activity_id=call.pk, values=changed, now=NOW)
    with pytest.raises(NotAllowed):
        actions.bin_activity(by=anna, activity_id=call.pk, now=NOW)
    with pytest.raises(NotFound):
        actions.bin_activity(by=fresh(firm.vera), activity_id=call.pk, now=NOW)
    actions.bin_activity(by=boris, activity_id=call.pk, now=NOW)
    actions.restore_activity(by=boris, activity_id=call.pk, now=NOW)

    kinds = Event.objects.filter(subject_type="activities.activity").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["activity.logged", "activity.changed", "activity.binned", "activity.restored"]
    call.refresh_from_db()
    assert (call.owner_id, call.text) == (firm.boris.pk, "They think")


def test_history_of_a_customer_goes_with_the_customer(firm, lutik):
    call = log(firm.anna, customer_id=lutik.pk)
    vera = fresh(firm.vera)
    assert not access.seen_activities(vera).filter(pk=call.pk).exists()

    lutik.owner = firm.vera
    lutik.save()

    assert access.seen_activities(vera).filter(pk=call.pk).exists()
    assert not access.visible_activities(vera).exists()
    with pytest.raises(NotAllowed):
        actions.change_activity(by=vera, activity_id=call.pk, values=values(customer_id=lutik.pk), now=NOW)


def test_changed_past_restamps_activities(firm):
    call = log(firm.anna)
    firm.anna.memberships.update(ends_on="2026-03-01")
    Membership.objects.create(person=firm.anna, unit=firm.south, starts_on="2026-03-01")

    event = journal.record("person.moved", firm.anna, by=fresh(firm.olga), at=NOW)
    jobs.restamp(event_id=event.pk)

    assert Activity.objects.get(pk=call.pk).unit_id == firm.south.pk
    assert actions.restamp_units(by=None, person_ids=[firm.anna.pk], now=NOW) == 0
