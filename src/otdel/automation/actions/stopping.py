"""A rule that stops by itself says why: on the page of rules, in the journal, and to whoever can mend it."""

from __future__ import annotations

from datetime import datetime

from otdel.automation.kinds import LOOPED, STOPPED
from otdel.automation.models import Rule
from otdel.core import journal
from otdel.notifications.actions.telling import Told, tell
from otdel.org.models import Person
from otdel.org.rules import is_administrator


def stop(rule: Rule, why: str, now: datetime) -> None:
    """Switch it off, and tell its owner and the administrators."""
    rule.is_on, rule.stop, rule.updated_at = False, why, now
    rule.save()
    journal.record("rule.stopped", rule, by=None, at=now, why=why)
    keepers = [pk for pk in _keepers() if pk != rule.owner_id]
    told = [
        Told(STOPPED, pk, f"{STOPPED}:{rule.pk}:{now.isoformat()}:{pk}", rule.name, f"/rules/{rule.pk}/")
        for pk in (*keepers, rule.owner_id)
    ]
    tell(told, now)


def warn(rule: Rule, way: str, now: datetime) -> None:
    """Tell its owner, once for each text of the rule, that rules call each other and were stopped."""
    key = f"{LOOPED}:{rule.pk}:{rule.updated_at.isoformat()}"
    tell([Told(LOOPED, rule.owner_id, key, rule.name, f"/rules/{rule.pk}/", params={"way": way})], now)


def _keepers() -> list[int]:
    """Return the administrators: whoever may change both settings and people."""
    rows = Person.objects.filter(is_active=True, employed_to=None).select_related("role")
    return [person.pk for person in rows if is_administrator(person.role.rights)][:20]
