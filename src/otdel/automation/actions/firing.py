"""A rule fires: once for an event or an episode, with its owner's rights, and everything it does is logged.

Two workers may come to the same firing at once: the rule's row is locked, and the firing's key is unique.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from otdel.automation.actions.doing import do
from otdel.automation.actions.stopping import stop, warn
from otdel.automation.models import Firing, Rule
from otdel.automation.queries.episodes import Episode, back, episodes
from otdel.automation.queries.matching import is_of_all, matching
from otdel.automation.rules import ABOUT, BACK_DAYS, BY_CLOCK, EVENTS, is_loop, is_own, kinds_of
from otdel.core import journal
from otdel.core.act import action, by_rule
from otdel.core.errors import Refusal
from otdel.core.models import Event
from otdel.org.models import Person
from otdel.org.queries import CompanySettings, company, language_of, zone_of
from otdel.org.rules import may_sign_in

Outcome = Firing.Outcome


def happened(*, event_id: int, now: datetime) -> None:
    """Fire every rule that waits for such an event."""
    event = journal.event(event_id)
    if event.subject_id is None:
        return
    chain = list(event.data.get("rules", ()))
    for rule in Rule.objects.filter(is_on=True, deleted_at=None, when__in=_waiting(event.kind), on_since__lte=event.at):
        if _is_stage(rule, event):
            fire(by=None, rule_id=rule.pk, record_id=event.subject_id, key=f"event:{event.pk}", chain=chain, now=now)


def _waiting(kind: str) -> list[str]:
    return [when for when, kinds in EVENTS.items() if kind in kinds]


def _is_stage(rule: Rule, event: Event) -> bool:
    if rule.when != Rule.When.DEAL_STAGE:
        return True
    entered = event.data.get("after", event.data.get("stage"))
    return rule.stage_id in (None, entered)


def sweep(*, now: datetime) -> None:
    """Fire what became so by the passing of time; a rule that fails does not stop the others, nor is it hushed up."""
    settings = company()
    if settings is None:
        return
    failed: list[Exception] = []
    for rule in Rule.objects.filter(is_on=True, deleted_at=None, when__in=BY_CLOCK).select_related("owner__role"):
        try:
            for each in waiting(rule, settings, now):
                fire(
                    by=None, rule_id=rule.pk, record_id=each.record_id, key=each.key, chain=[], now=now, kind=each.kind
                )
        except Exception as error:  # whatever it is, it is raised below, when all the others were swept
            error.add_note(f"while rule {rule.pk} was swept")
            failed.append(error)
    if failed:
        raise ExceptionGroup("Rules that could not be swept", failed)


def waiting(rule: Rule, settings: CompanySettings, now: datetime) -> list[Episode]:
    """Return what became so lately and was not fired for, of the records the rule may speak of; firing looks again."""
    if rule.on_since is None:
        return []
    zone = ZoneInfo(settings.time_zone)
    today, since = now.astimezone(zone).date(), rule.on_since.astimezone(zone).date()
    found = episodes(rule, rule.owner, max(since, back(today, BACK_DAYS)), today, still=True)
    if is_of_all(rule, rule.owner):
        return found
    names = {
        kind: matching(rule, rule.owner, [each.record_id for each in found if each.kind == kind], now, kind)
        for kind in kinds_of(rule.when, rule.lines)
    }
    return [each for each in found if each.record_id in names[each.kind]]


@action
def fire(
    *, by: Person | None, rule_id: int, record_id: int, key: str, chain: Sequence[int], now: datetime, kind: str = ""
) -> Firing | None:
    """Do what the rule says about the record, unless it was done, is not of the rule, or a guard says no.

    `kind`: of the record, where a rule speaks of several.
    """
    rule = Rule.objects.select_for_update(of=("self",)).select_related("owner__role").get(pk=rule_id)
    if not rule.is_on or rule.deleted_at:
        return None
    owner = rule.owner
    if not may_sign_in(owner, now.astimezone(zone_of(owner)).date()):
        stop(rule, Rule.Stop.OWNER, now)
        return None
    kind = kind or ABOUT[rule.when]
    once = {"rule": rule, "kind": kind, "record_id": record_id, "key": key}
    if Firing.objects.filter(**once).exists():
        return None
    names = matching(rule, owner, [record_id], now, kind)
    if record_id not in names:
        return None
    firing = Firing(**once, name=names[record_id][:250], at=now, chain=list(chain))
    firing.outcome = _guarded(rule, chain, now)
    if firing.outcome == Outcome.LOOP:
        firing.text = _way(rule, chain)
    if firing.outcome == Outcome.DONE:
        _do(rule, firing, [*chain, rule.pk], now)
    if firing.outcome == Outcome.WAITING:
        firing.next_at = now
    firing.save()
    if firing.outcome == Outcome.LIMIT:
        stop(rule, Rule.Stop.LIMIT, now)
    if firing.outcome == Outcome.LOOP:
        warn(rule, firing.text, now)
    word = "rule.calls" if firing.outcome == Outcome.WAITING else "rule.fired"
    journal.record(word, firing, by=owner, at=now, rule=rule.pk, outcome=firing.outcome)
    return firing


def _guarded(rule: Rule, chain: Sequence[int], now: datetime) -> str:
    if is_own(rule.pk, chain) or is_loop(rule.pk, chain):
        return Outcome.LOOP
    lately = Firing.objects.filter(rule=rule, at__gt=now - timedelta(hours=1))
    fired = lately.exclude(outcome__in=(Outcome.LIMIT, Outcome.LOOP)).count()
    return Outcome.LIMIT if fired >= rule.most_per_hour else Outcome.DONE


def _way(rule: Rule, chain: Sequence[int]) -> str:
    """Say which rules led here, in the language of whoever keeps this one: “A” → “B” → “A”."""
    ids = [*chain, rule.pk]
    names = dict(Rule.objects.filter(pk__in=ids).values_list("pk", "name"))
    with translation.override(language_of(rule.owner)):
        return " → ".join(_("“%(text)s”") % {"text": names.get(pk, f"#{pk}")} for pk in ids)


def _do(rule: Rule, firing: Firing, chain: Sequence[int], now: datetime) -> None:
    """Do it with the owner's rights and in their language; what they may not do is refused and said."""
    try:
        with (
            transaction.atomic(),
            journal.caused_by(chain),
            by_rule(rule.pk),
            translation.override(language_of(rule.owner)),
        ):
            firing.outcome, firing.made = do(rule, rule.owner, firing, now)
    except Refusal as refusal:
        firing.outcome, firing.text = Outcome.REFUSED, str(refusal)
