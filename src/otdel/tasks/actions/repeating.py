"""Work that is given again by itself: by the calendar, or so long after something. Each time once, whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from otdel.billing.models import Payment
from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Invalid, NotFound, Refusal
from otdel.core.models import Event
from otdel.core.worktime import WorkTime
from otdel.customers.models import Contact
from otdel.deals.models import Stage
from otdel.org import access as org
from otdel.org.models import Person
from otdel.org.queries import language_of, worktime
from otdel.org.rules import Right
from otdel.tasks import access, rules
from otdel.tasks.actions.templates import give_from_template
from otdel.tasks.models import Occurrence, Repeat
from otdel.tasks.rules import Rhythm

On = Repeat.On
NINE = time(9)
# what wakes which kind of repetition
WAKES = {"deal.created": On.STAGE, "deal.moved": On.STAGE, "deal.reopened": On.STAGE, "payment.recorded": On.PAYMENT}
# how many are given in one go of the job, so that one minute's work does not last an hour
AT_ONCE = 500


@dataclass(frozen=True)
class RepeatValues:
    template_id: int
    on: str = On.TIME
    rhythm: Rhythm = field(default_factory=Rhythm)
    starts_on: date | None = None
    at: time = NINE
    off_days: str = Repeat.OffDays.SHIFT
    stage_id: int | None = None
    after_days: int = 0


@action
def add_repeat(*, by: Person, values: RepeatValues, now: datetime) -> Repeat:
    """Let a template's work be given by itself in one's name."""
    if not access.visible_templates(by).filter(pk=values.template_id).exists():
        raise NotFound(_("There is no such template."), field="template")
    _check(by, values)
    work = worktime(by)
    today = now.astimezone(work.zone).date()
    repeat = Repeat(
        template_id=values.template_id,
        by=by,
        on=values.on,
        rule=values.rhythm.rule() if values.on == On.TIME else "",
        starts_on=values.starts_on or today,
        at=values.at,
        off_days=values.off_days,
        stage_id=values.stage_id if values.on == On.STAGE else None,
        after_days=values.after_days if values.on != On.TIME else 0,
        created_at=now,
    )
    _aim(repeat, work, _day_before(repeat, work, now))
    if values.on == On.TIME and repeat.next_at is None:
        raise Invalid(_("By this rule it would never come."), field="until")
    repeat.save()
    journal.record("task_repeat.added", repeat, by=by, at=now, template=values.template_id, on=values.on)
    return repeat


def _check(by: Person, values: RepeatValues) -> None:
    org.require(by, access.KIND, Right.CREATE)
    if values.on not in On.values or values.off_days not in Repeat.OffDays.values:
        raise Invalid(_("There is no such choice."), field="on")
    rules.check_after(values.after_days, values.on)
    if values.on == On.STAGE and not Stage.objects.filter(pk=values.stage_id or 0, is_active=True).exists():
        raise Invalid(_("Choose the stage."), field="stage")


def _day_before(repeat: Repeat, work: WorkTime, now: datetime) -> date | None:
    """Return the last day of the rule that is not to come any more: nothing is given for the past."""
    if repeat.on != On.TIME or repeat.starts_on is None:
        return None
    last = None
    for day, given in rules.days(repeat.rule, repeat.starts_on, repeat.off_days, work.calendar):
        if _moment(given, repeat, work) > now:
            break
        last = day
    return last


def _moment(day: date, repeat: Repeat, work: WorkTime) -> datetime:
    return datetime.combine(day, repeat.at or NINE, work.zone)


def _aim(repeat: Repeat, work: WorkTime, after: date | None) -> None:
    """Set when it comes next; None is never again."""
    repeat.next_on = repeat.next_at = None
    if repeat.on == On.TIME and repeat.starts_on:
        found = rules.following(repeat.rule, repeat.starts_on, repeat.off_days, work.calendar, after)
        if found:
            repeat.next_on, repeat.next_at = found[0], _moment(found[1], repeat, work)
    if repeat.on == On.BIRTHDAY:
        repeat.next_on = after + timedelta(days=1) if after else repeat.starts_on
        repeat.next_at = _moment(repeat.next_on, repeat, work) if repeat.next_on else None


@action
def switch_repeat(*, by: Person, repeat_id: int, on: bool, now: datetime) -> Repeat:
    """Stop it, or let it go on; what it missed meanwhile is not given."""
    repeat = access.repeat_for(by, repeat_id)
    repeat.is_on = on
    if on:
        work = worktime(repeat.by)
        past = now.astimezone(work.zone).date() - timedelta(days=1)
        _aim(repeat, work, past if repeat.on == On.BIRTHDAY else _day_before(repeat, work, now))
    repeat.save(update_fields=["is_on", "next_on", "next_at"])
    journal.record("task_repeat.switched", repeat, by=by, at=now, on=on)
    return repeat


@action
def drop_repeat(*, by: Person, repeat_id: int, now: datetime) -> None:
    repeat = access.repeat_for(by, repeat_id)
    repeat.deleted_at, repeat.is_on = now, False
    repeat.save(update_fields=["deleted_at", "is_on"])
    repeat.occurrences.filter(made_at=None).update(made_at=now, problem=_("Removed before its day."))
    journal.record("task_repeat.dropped", repeat, by=by, at=now)


# what happened


def note_event(*, event: Event, now: datetime) -> int:
    """Write down what is to be given because of an event. Returns how many; the same event again adds none."""
    on = WAKES.get(event.kind)
    wanted = Repeat.objects.filter(on=on, is_on=True, deleted_at=None).select_related("by__role")
    if on == On.STAGE:
        wanted = wanted.filter(stage_id=event.data.get("after") or event.data.get("stage"))
    kind = "deal" if on == On.STAGE else "payment"
    noted = [_waiting(repeat, f"{kind}:{event.subject_id}:{event.pk}", event.at, _about(event)) for repeat in wanted]
    noted = [each for each in noted if each.about]
    Occurrence.objects.bulk_create(noted, ignore_conflicts=True)
    return len(noted)


def _about(event: Event) -> dict[str, int]:
    if event.subject_type == "deals.deal":
        return {"deal": event.subject_id or 0}
    payment = Payment.objects.filter(pk=event.subject_id or 0).values("deal_id", "customer_id").first() or {}
    about = {"deal": payment.get("deal_id"), "customer": payment.get("customer_id")}
    return dict([next(((kind, pk) for kind, pk in about.items() if pk), ("", 0))]) if any(about.values()) else {}


def _waiting(repeat: Repeat, key: str, at: datetime, about: dict[str, int]) -> Occurrence:
    work = worktime(repeat.by)
    day = at.astimezone(work.zone).date()
    due = at if not repeat.after_days else _moment(rules.shifted(day, repeat.after_days, work.calendar), repeat, work)
    return Occurrence(repeat=repeat, key=key, due_at=due, about=about)


# by the clock


def run_repeats(*, now: datetime) -> int:
    """Give what has come due. Returns how many tasks were given.

    After a standstill a repetition by the calendar is given once, for its latest time; those missed are noted.
    """
    due = Repeat.objects.filter(is_on=True, deleted_at=None, next_at__lte=now)
    for pk in list(due.order_by("next_at").values_list("pk", flat=True)[:AT_ONCE]):
        _turn(pk, now)
    waiting = Occurrence.objects.filter(made_at=None, due_at__lte=now, repeat__is_on=True)
    ids = list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_give(pk, now) for pk in ids)


@transaction.atomic
def _turn(repeat_id: int, now: datetime) -> None:
    """Note the times that have come, and aim at the next one. Whoever comes second finds nothing left to do."""
    rows = Repeat.objects.select_for_update(of=("self",), skip_locked=True).select_related("by__role")
    repeat = rows.filter(pk=repeat_id, is_on=True, deleted_at=None, next_at__lte=now).first()
    if repeat is None:
        return
    work = worktime(repeat.by)
    last = _note_birthdays(repeat, work, now) if repeat.on == On.BIRTHDAY else _note_times(repeat, work, now)
    _aim(repeat, work, last)
    repeat.save(update_fields=["next_on", "next_at"])


def _note_times(repeat: Repeat, work: WorkTime, now: datetime) -> date | None:
    times: list[tuple[date, date]] = []
    assert repeat.starts_on is not None and repeat.next_on is not None  # noqa: PT018 - set with next_at
    for day, given in rules.days(repeat.rule, repeat.starts_on, repeat.off_days, work.calendar):
        if _moment(given, repeat, work) > now:
            break
        if day >= repeat.next_on:
            times.append((day, given))
    rows = [
        Occurrence(repeat=repeat, key=given.isoformat(), due_at=_moment(given, repeat, work)) for _d, given in times
    ]
    for missed in rows[:-1]:
        missed.made_at, missed.problem = now, _("Missed while nothing was running; only the latest one was given.")
    latest = rows[-1].key if rows else ""
    rows = [row for row in rows if row.key != latest or row is rows[-1]]
    Occurrence.objects.bulk_create(rows, ignore_conflicts=True)
    return times[-1][0] if times else repeat.next_on


def _note_birthdays(repeat: Repeat, work: WorkTime, now: datetime) -> date:
    """Note whose birthday it is on the days that have come; after a standstill, of the last week only."""
    local = now.astimezone(work.zone)
    today = local.date() if local.time() >= (repeat.at or NINE) else local.date() - timedelta(days=1)
    assert repeat.next_on is not None
    day = max(repeat.next_on, today - timedelta(days=rules.BIRTHDAYS_BACK))
    seen = org.limit(Contact.objects.filter(deleted_at=None), org.reach(repeat.by, "contact", Right.VIEW))
    rows = []
    while day <= today:
        for year, month, number in rules.birthdays_due(day, repeat.after_days, work.calendar):
            found = seen.filter(birthday__month=month, birthday__day=number).values_list("pk", flat=True)
            at = _moment(day, repeat, work)
            rows += [
                Occurrence(repeat=repeat, key=f"contact:{pk}:{year}", due_at=at, about={"contact": pk}) for pk in found
            ]
        day += timedelta(days=1)
    Occurrence.objects.bulk_create(rows, ignore_conflicts=True)
    return today


@transaction.atomic
def _give(occurrence_id: int, now: datetime) -> int:
    """Give one time's tasks. A refusal is written down and not tried again: its reason will not go by itself."""
    rows = Occurrence.objects.select_for_update(of=("self",), skip_locked=True).select_related("repeat__by__role")
    one = rows.filter(pk=occurrence_id, made_at=None).first()
    if one is None:
        return 0
    by = one.repeat.by
    with translation.override(language_of(by)):
        try:
            if not by.is_active:
                raise Invalid(_("%(name)s does not work here any more.") % {"name": by})
            with transaction.atomic():
                made = give_from_template(by=by, template_id=one.repeat.template_id, about=one.about, now=now)
            one.tasks = len(made)
        except Refusal as refusal:
            one.problem = str(refusal)
    one.made_at = now
    one.save(update_fields=["made_at", "tasks", "problem"])
    return one.tasks


def forget_occurrences(*, before: datetime) -> None:
    """Drop what was given long ago; the next copies do not need it."""
    Occurrence.objects.filter(made_at__lt=before).delete()
