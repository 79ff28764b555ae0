"""A day goes from the morning's plan to the evening's verdict: who does what to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from otdel.core import journal, live
from otdel.core.act import action
from otdel.core.errors import Invalid, NotFound
from otdel.customers import access as customers
from otdel.deals import access as deals
from otdel.measures import access, rules
from otdel.measures.kinds import ACCEPTED, HANDED, RETURNED
from otdel.measures.models import DayAction, DayNorm, DayPlan
from otdel.measures.queries.days import day_card
from otdel.measures.rules import ActionValues
from otdel.notifications.actions.telling import Told, tell
from otdel.org.models import Person
from otdel.org.queries import calendar, company_of, zone_of
from otdel.tasks.actions import create_tasks
from otdel.tasks.actions.templates import head_over
from otdel.tasks.rules import TaskValues, To, end_of

State = DayPlan.State
BEFORE = (State.MADE, State.CONFIRMED)
OVER = (State.REPORT, State.HANDED, State.RETURNED)


def _steered(by: Person, day_id: int) -> DayPlan:
    plan = access.day_for(by, day_id)
    rules.must(access.may_steer(by, plan.person_id))
    return plan


def _own(by: Person, day_id: int) -> DayPlan:
    plan = access.day_for(by, day_id)
    rules.must(plan.person_id == by.pk)
    return plan


@action
def confirm_day(*, by: Person, day_id: int, now: datetime) -> DayPlan:
    """The manager has read the plan of the day and takes it on."""
    plan = _own(by, day_id)
    rules.must_be(plan.state, State.MADE)
    plan.state, plan.confirmed_at = State.CONFIRMED, now
    plan.save()
    live.changed([plan.person_id], "days")
    journal.record("day.confirmed", plan, by=by, at=now)
    return plan


@action
def add_action(*, by: Person, day_id: int, values: ActionValues, now: datetime) -> DayAction:
    """Add a thing to do; of a head it must be confirmed again."""
    plan = access.day_for(by, day_id)
    rules.must(plan.person_id == by.pk or access.may_steer(by, plan.person_id))
    rules.must_be(plan.state, *BEFORE)
    rules.check_action(values)
    if plan.actions.filter(removed_at=None).count() >= rules.MOST_ACTIONS:
        raise Invalid(_("That is too much for one day."), field="text")
    made = DayAction(plan=plan, added_by=by, position=plan.actions.count())
    _fill(made, by, values)
    made.save()
    _changed(plan, by)
    live.changed([plan.person_id], "days")
    journal.record("day.action_added", plan, by=by, at=now, action=made.pk, text=_title(made))
    return made


@action
def change_action(*, by: Person, day_id: int, action_id: int, values: ActionValues, now: datetime) -> DayAction:
    plan = _steered(by, day_id)
    rules.must_be(plan.state, *BEFORE)
    found = _action(plan, action_id)
    before = _title(found)
    found.text, found.expected = values.text.strip()[:250], values.expected
    if not found.text and not found.customer_id and not found.deal_id:
        rules.check_action(values)
    found.save()
    _changed(plan, by)
    live.changed([plan.person_id], "days")
    journal.record("day.action_changed", plan, by=by, at=now, action=found.pk, before=before, text=_title(found))
    return found


@action
def remove_action(*, by: Person, day_id: int, action_id: int, now: datetime) -> None:
    """Take a thing off the day; it stays in its history and can come back."""
    _put(by, day_id, action_id, now, removed=True)


@action
def restore_action(*, by: Person, day_id: int, action_id: int, now: datetime) -> None:
    _put(by, day_id, action_id, now, removed=False)


def _put(by: Person, day_id: int, action_id: int, now: datetime, *, removed: bool) -> None:
    plan = _steered(by, day_id)
    rules.must_be(plan.state, *BEFORE)
    found = _action(plan, action_id)
    found.removed_at = now if removed else None
    found.save()
    _changed(plan, by)
    kind = "day.action_removed" if removed else "day.action_restored"
    live.changed([plan.person_id], "days")
    journal.record(kind, plan, by=by, at=now, action=found.pk, text=_title(found))


@action
def set_day_norm(*, by: Person, day_id: int, norm_id: int, amount: int, now: datetime) -> DayNorm:
    """Ask for more or less on this one day."""
    plan = _steered(by, day_id)
    rules.must_be(plan.state, *BEFORE)
    rules.check_norm(amount, None)
    norm = plan.norms.filter(pk=norm_id).first()
    if norm is None:
        raise NotFound(_("There is no such norm, or you may not see it."))
    before, norm.amount = norm.amount, amount
    norm.save()
    _changed(plan, by)
    live.changed([plan.person_id], "days")
    journal.record("day.norm_changed", plan, by=by, at=now, norm=norm.kind, before=before, amount=amount)
    return norm


@action
def note_action(*, by: Person, day_id: int, action_id: int, done: bool, note: str, now: datetime) -> DayAction:
    """Say what the records cannot: that it was done all the same, or why it was not."""
    plan = _own(by, day_id)
    rules.must_be(plan.state, *BEFORE, *OVER)
    found = _action(plan, action_id)
    found.claimed, found.note = done, rules.clean_note(note, longest=400)
    if done and not found.note:
        raise Invalid(_("There is no record of it: say how it was done."), field="note")
    found.save()
    live.changed([plan.person_id], "days")
    journal.record("day.action_noted", plan, by=by, at=now, action=found.pk, done=done, note=found.note)
    return found


@action
def hand_in(*, by: Person, day_id: int, note: str, now: datetime) -> DayPlan:
    """Hand the report in: the records say what was done, the note what they cannot."""
    plan = _own(by, day_id)
    rules.must_be(plan.state, State.CONFIRMED, State.REPORT, State.RETURNED)
    plan.state, plan.handed_at, plan.note = State.HANDED, now, rules.clean_note(note)
    plan.reported_at = plan.reported_at or now
    plan.save()
    live.changed([plan.person_id], "days")
    journal.record("day.handed_in", plan, by=by, at=now, note=plan.note)
    _tell(HANDED, plan, head_over(by) or plan.control.declared_by_id, now, title=by.short_name)
    return plan


@dataclass(frozen=True)
class Verdict:
    """What the head says of a day; `next_title` becomes a task for the manager."""

    grade: str = ""
    comment: str = ""
    next_title: str = ""
    next_customer_id: int | None = None


@action
def accept_day(*, by: Person, day_id: int, verdict: Verdict, now: datetime) -> DayPlan:
    """Accept the report: what the records say is kept as it is now. The next action becomes a task."""
    plan = _steered(by, day_id)
    rules.must_be(plan.state, *OVER)
    grade = verdict.grade or DayPlan.Grade.NONE
    if grade not in DayPlan.Grade.values:
        raise Invalid(_("There is no such grade."), field="grade")
    _freeze(by, plan)
    plan.state, plan.grade, plan.comment = State.ACCEPTED, grade, rules.clean_note(verdict.comment)
    plan.reviewed_by, plan.reviewed_at = by, now
    if verdict.next_title.strip():
        plan.next_task = _next(by, plan, verdict, now)
    plan.save()
    _tell(ACCEPTED, plan, plan.person_id, now, text=plan.comment)
    live.changed([plan.person_id], "days")
    journal.record("day.accepted", plan, by=by, at=now, grade=grade, comment=plan.comment, task=plan.next_task_id)
    return plan


@action
def return_day(*, by: Person, day_id: int, comment: str, now: datetime) -> DayPlan:
    """Give the report back with what is missing."""
    plan = _steered(by, day_id)
    rules.must_be(plan.state, State.REPORT, State.HANDED)
    plan.state, plan.comment = State.RETURNED, rules.clean_note(comment, needed=True)
    plan.reviewed_by, plan.reviewed_at = by, now
    plan.returned_times += 1
    plan.save()
    live.changed([plan.person_id], "days")
    journal.record("day.returned", plan, by=by, at=now, comment=plan.comment)
    _tell(RETURNED, plan, plan.person_id, now, text=plan.comment)
    return plan


def _tell(kind: str, plan: DayPlan, person_id: int, now: datetime, title: str = "", text: str = "") -> None:
    key = f"{kind}:{plan.pk}:{plan.returned_times}"
    tell([Told(kind, person_id, key, title, f"/plan/control/days/{plan.pk}/", params={"text": text[:200]})], now)


def _freeze(by: Person, plan: DayPlan) -> None:
    """Keep what the day brought: a record changed afterwards does not change a day that was judged."""
    day = day_card(by, plan.pk).day
    plan.facts = day.facts
    norms = {each.id: each.done for each in day.norms}
    proofs: dict[int, Any] = {each.id: each.proof for each in (*day.actions, *day.removed)}
    kept_norms, kept = list(plan.norms.all()), list(plan.actions.all())
    for norm in kept_norms:
        norm.done = norms[norm.pk]
    for each in kept:
        each.proof = proofs[each.pk]
    DayNorm.objects.bulk_update(kept_norms, ["done"])
    DayAction.objects.bulk_update(kept, ["proof"])


def _next(by: Person, plan: DayPlan, verdict: Verdict, now: datetime) -> Any:
    """The next action is a task of the next working day, accepted by whoever set it."""
    days, zone = calendar(company_of(by).country), zone_of(by)
    today = now.astimezone(zone).date()
    values = TaskValues(
        title=verdict.next_title,
        text=_("From the report of %(day)s.") % {"day": date_format(plan.day)},
        deadline=end_of(days.add_working_days(today, 1), zone),
        customer_id=verdict.next_customer_id,
        needs_acceptance=True,
        priority=3,
    )
    return create_tasks(by=by, values=values, to=To(people=(plan.person_id,)), now=now)[0]


def _action(plan: DayPlan, action_id: int) -> DayAction:
    found = plan.actions.filter(pk=action_id).select_related("customer", "deal").first()
    if found is None:
        raise NotFound(_("There is no such action on this day."))
    return found


def _fill(made: DayAction, by: Person, values: ActionValues) -> None:
    if values.kind not in DayAction.Kind.values:
        raise Invalid(_("There is no such kind of action."), field="kind")
    made.kind, made.text, made.expected = values.kind, values.text.strip()[:250], values.expected
    if values.customer_id:
        made.customer = customers.customers(by).filter(pk=values.customer_id).first()
        if made.customer is None:
            raise NotFound(_("There is no such record, or you may not see it."), field="customer")
    if values.deal_id:
        made.deal = deals.deals(by).filter(pk=values.deal_id).first()
        if made.deal is None:
            raise NotFound(_("There is no such record, or you may not see it."), field="deal")
        made.customer_id = made.customer_id or made.deal.customer_id
    made.why = {"code": "given"}


def _changed(plan: DayPlan, by: Person) -> None:
    """What a head changes is confirmed anew."""
    if plan.state == State.CONFIRMED and plan.person_id != by.pk:
        plan.state, plan.confirmed_at = State.MADE, None
        plan.save()


def _title(each: DayAction) -> str:
    about = each.text or str(each.deal or each.customer or "")
    return f"{each.get_kind_display()}: {about}"
