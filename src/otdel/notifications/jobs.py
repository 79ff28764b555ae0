"""What the clock starts here: the sweep, the sending, signs of life."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.jobs import job, wake
from otdel.notifications import actions, channels
from otdel.notifications.actions import sending, sweeping
from otdel.notifications.actions.feeding import refeed
from otdel.notifications.actions.heads import take_back as take_back_absence
from otdel.notifications.actions.heads import tell_of_heads, tell_substitute
from otdel.notifications.actions.sending import Outcome
from otdel.notifications.channels import Channel, Refused, Sent
from otdel.notifications.kinds import feeders
from otdel.notifications.queries.parcels import Parcel
from otdel.org import queries as org

log = logging.getLogger("otdel.reminders")
# a sweep ends before the next one starts; what is left is its work
BUDGET = 50.0


@job(queueing_lock="otdel.notifications.jobs.sweep", retry=False)
def sweep(timestamp: int = 0) -> None:
    """Every minute: tell of all that is due, and see to it that what is to be sent is sent."""
    started = time.monotonic()
    fired = _until_done(lambda: sweeping.fire(now=timezone.now()), sweeping.BATCH, started)
    daily = _until_done(lambda: sweeping.fire_digests(now=timezone.now()), sweeping.DIGESTS, started)
    if daily or timezone.now().minute % 10 == 0:
        sweeping.plan_digests(now=timezone.now())
    sending.take_from_dead(now=timezone.now())
    while sending.give_up_old(now=timezone.now()):
        pass
    took = time.monotonic() - started
    if fired + daily:
        log.info("%s reminders in %.1f s", fired + daily, took)
    actions.note_sweep(seconds=took, fired=fired + daily, now=timezone.now())
    send_all(started)


def _until_done(step: Callable[[], int], full: int, started: float) -> int:
    total = 0
    while True:
        taken = step()
        total += taken
        if taken < full or time.monotonic() - started > BUDGET:
            return total


@job(queueing_lock="otdel.notifications.jobs.deliver", retry=False)
def deliver() -> None:
    """Something was just told: send it now rather than with the next sweep."""
    send_all(time.monotonic())


def send_all(started: float) -> None:
    """Each channel for itself: one that hangs does not hold up the others for longer than its own timeout."""
    for each in channels.outer():
        try:
            _send_channel(each, started)
        finally:
            if each.rest:
                each.rest()


def _send_channel(each: Channel, started: float) -> None:
    noted = False
    while time.monotonic() - started < BUDGET:
        found = sending.claim(now=timezone.now(), names=[each.name])
        if not found:
            return
        for number, parcel in enumerate(found):
            late = time.monotonic() - started > BUDGET
            if late or not sending.begin(parcel, timezone.now()):
                sending.put_back(parcels=found[number:] if late else [parcel])
                if late:
                    return
                continue
            outcome = send_parcel(each, parcel)
            sending.finish(parcel=parcel, outcome=outcome, now=timezone.now())
            if outcome.refused and outcome.refused.down:
                sending.put_back(parcels=found[number + 1 :])
                held = sending.hold_channel(channel=each.name, reason=outcome.refused.reason, now=timezone.now())
                log.warning("%s does not answer (%s); %s wait", each.name, outcome.refused.reason, held + 1)
                actions.note_channel_down(channel=each.name, reason=outcome.refused.reason, now=timezone.now())
                return
            if outcome.sent and not noted:
                noted = True
                actions.note_channel(channel=each.name, now=timezone.now())


def send_parcel(each: Channel, parcel: Parcel) -> Outcome:
    """Send to every address that has not got it yet. One that took it is enough."""
    outcome = Outcome()
    if not each.needs_address:
        _note(outcome, each.deliver(parcel.out, None))
        return outcome
    if not parcel.addresses:
        outcome.refused = Refused(_("The address no longer exists."), final=True)
    for address in parcel.addresses:
        answer = each.deliver(parcel.out, address)
        _note(outcome, answer)
        if isinstance(answer, Sent):
            sending.note_reached(parcel, address.pk, timezone.now())
        else:
            sending.note_refused(address.pk, answer, timezone.now())
        sending.begin(parcel, timezone.now())
    return outcome


def _note(outcome: Outcome, answer: Sent | Refused) -> None:
    if isinstance(answer, Sent):
        outcome.sent = True
        outcome.answer, outcome.delivered = answer.answer, outcome.delivered or answer.delivered
    elif outcome.refused is None or (outcome.refused.final and not answer.final):
        outcome.refused = answer  # what may pass is worth another attempt, whatever the other addresses say


@job(queueing_lock="otdel.notifications.jobs.probe", retry=False)
def probe(timestamp: int = 0) -> None:
    """Every minute: is each channel there? Before somebody needs it."""
    for each in channels.outer():
        if each.probe is None:
            continue
        wrong = each.probe()
        now = timezone.now()
        if wrong:
            log.warning("%s does not answer: %s", each.name, wrong)
            actions.note_channel_down(channel=each.name, reason=wrong, now=now)
        elif actions.note_channel(channel=each.name, now=now):
            sending.channel_is_back(channel=each.name, now=now)


@job(queueing_lock="otdel.notifications.jobs.refeed_all", retry=3)
def refeed_all(timestamp: int = 0) -> None:
    """Every night, and when rules, calendars or hours changed: count every reminder anew. Mends what was lost, too."""
    for kind in feeders():
        after: int | None = 0
        while after is not None:
            after = refeed(subject_kind=kind, after=after, now=timezone.now())
    sweeping.forget_digests()
    sweeping.plan_digests(now=timezone.now())


@job(retry=3)
def count_anew(event_id: int) -> None:
    """Reaction to a change of rules, calendar or hours."""
    wake("otdel.notifications.jobs.refeed_all")


@job(queueing_lock="otdel.notifications.jobs.tidy")
def tidy(timestamp: int = 0) -> None:
    """Every night: forget what was told long ago."""
    while actions.forget_old(now=timezone.now()):
        pass


@job(queueing_lock="otdel.notifications.jobs.heads", retry=False)
def heads(timestamp: int = 0) -> None:
    """Every ten minutes: tell ahead of departments that will be without a head, in the hours of whoever is told."""
    company, now = org.company(), timezone.now()
    if company is not None:
        tell_of_heads(today=org.company_today(company, now), now=now)


@job(retry=3)
def stands_in(event_id: int) -> None:
    """Reaction to an absence that was written down or changed."""
    tell_substitute(event=journal.event(event_id), now=timezone.now())


@job(retry=3)
def take_back(event_id: int) -> None:
    """Reaction to an absence that was taken off, moved or given to another."""
    take_back_absence(event=journal.event(event_id), now=timezone.now())
