"""Declaring manual control, going on with it, ending it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid
from otdel.measures import access
from otdel.measures.kinds import DECLARED
from otdel.measures.models import ManualControl
from otdel.measures.queries.declaring import Declared, declaration
from otdel.measures.rules import LONGEST, AlreadyControlled, ControlValues, check_control, clean_note
from otdel.notifications.actions.telling import Told, tell
from otdel.org.models import Person
from otdel.org.queries import zone_of


class NoPlan(Conflict):
    """Without an approved plan there is nothing to come back to."""


def _today(by: Person, now: datetime) -> date:
    return now.astimezone(zone_of(by)).date()


@action
def declare(*, by: Person, values: ControlValues, now: datetime) -> ManualControl:
    """Begin manual control today; the first plan of a day is made the next working morning, or this one."""
    today = _today(by, now)
    check_control(values, today)
    found = declaration(
        by,
        unit_id=values.unit_id,
        person_id=values.person_id,
        metric=values.metric,
        period=values.period,
        today=today,
    )
    plan, expected = _checked(found, values)
    control = ManualControl.objects.create(
        unit_id=values.unit_id,
        person_id=values.person_id,
        metric=values.metric,
        period=str(values.period),
        reason=values.reason.strip()[:400],
        plan=plan,
        expected=expected,
        fact=found.standing.fact,
        since=today,
        until=values.until,
        exit_share=values.exit_share,
        exit_days=values.exit_days,
        reviewer_id=values.reviewer_id,
        declared_by=by,
        declared_at=now,
    )
    journal.record(
        "control.declared", control, by=by, at=now, person=values.person_id, unit=values.unit_id, until=values.until
    )
    _tell_declared(control, found, by, now)
    return control


def _checked(found: Declared, values: ControlValues) -> tuple[Decimal, Decimal]:
    """Return the plan and what of it was due to date, or refuse."""
    if found.controlled:
        raise AlreadyControlled(_("Manual control is declared here already."))
    if found.standing.plan is None or found.standing.expected is None:
        raise NoPlan(_("There is no approved plan for this period: set one first."))
    if values.reviewer_id not in dict(found.reviewers):
        raise Invalid(_("The reviewer is a head of this department or one above."), field="reviewer")
    return found.standing.plan, found.standing.expected


def _tell_declared(control: ManualControl, found: Declared, by: Person, now: datetime) -> None:
    who, url = found.person or found.unit, f"/plan/control/{control.pk}/"
    receivers = [pk for pk in (control.person_id, control.reviewer_id) if pk and pk != by.pk]
    tell([Told(DECLARED, pk, f"{DECLARED}:{control.pk}:{pk}", who, url) for pk in receivers], now)


@action
def prolong(*, by: Person, control_id: int, until: date, reason: str, now: datetime) -> ManualControl:
    """Go on with it, until the same day or a later one; the criterion is counted anew."""
    control, today = _living(by, control_id), _today(by, now)
    if not max(control.until, today) <= until <= today + LONGEST:
        raise Invalid(_("Not earlier than now, and at most three months from today."), field="until")
    before = control.until
    control.until, control.kept_on, control.proposal = until, today, ""
    control.save()
    journal.record(
        "control.prolonged", control, by=by, at=now, before=before, until=until, reason=clean_note(reason, needed=True)
    )
    return control


@action
def end_control(*, by: Person, control_id: int, note: str, now: datetime) -> ManualControl:
    """End it today: there is no plan for the next day; days not yet accepted stay to be accepted."""
    control, today = _living(by, control_id), _today(by, now)
    control.ended_on, control.ended_by = max(today, control.since), by
    control.end_note, control.proposal = clean_note(note, longest=400), ""
    control.save()
    journal.record("control.ended", control, by=by, at=now, note=control.end_note)
    return control


def _living(by: Person, control_id: int) -> ManualControl:
    control = access.control_for_change(by, control_id)
    if control.ended_on is not None:
        raise Conflict(_("This manual control is over."))
    return control
