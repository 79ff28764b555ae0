"""What another server answered to a rule's call."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.automation.models import Firing
from otdel.core import outside, secrecy
from otdel.core.act import action
from otdel.notifications import hooks
from otdel.org.models import Person


def call(firing_id: int) -> tuple[bool, str, bool]:
    """Call the address, outside of any transaction. Returns whether it took it, what it said, and whether to try again.

    `webhook-id` is the same at each attempt, so that the receiver knows a second copy.
    """
    firing = Firing.objects.select_related("rule").get(pk=firing_id)
    if firing.outcome != Firing.Outcome.WAITING:
        return True, "", False
    sealed = firing.rule.does.get("sealed", {})
    url, secret = (secrecy.opened(sealed.get(name, "")) for name in ("url", "secret"))
    if not url or not secret:
        return False, _("The secret key of this Otdel has changed: write the address again."), False
    body = json.dumps(words(firing), ensure_ascii=False).encode()
    try:
        answer = outside.post(url, body, hooks.headers(f"rule-{firing.pk}", body, secret))
    except outside.NoAnswer as error:
        return False, str(error), True
    except outside.NotLet as error:
        return False, str(error), False
    said = f"{answer.status} {answer.text}".strip()[:1000]
    return 200 <= answer.status < 300, said, answer.status >= 500 or answer.status == 429


def words(firing: Firing) -> dict[str, Any]:
    record = {"kind": firing.kind, "id": firing.record_id, "name": firing.name}
    rule = {"id": firing.rule_id, "name": firing.rule.name, "when": firing.rule.when}
    return {"type": "rule", "rule": rule, "record": record, "at": firing.at.isoformat(), "firing": firing.pk}


@action
def called(*, by: Person | None, firing_id: int, taken: bool, said: str, now: datetime) -> None:
    """Write down how the call ended."""
    firing = Firing.objects.select_for_update().get(pk=firing_id)
    if firing.outcome == Firing.Outcome.WAITING:
        firing.outcome = Firing.Outcome.DONE if taken else Firing.Outcome.REFUSED
        firing.text = said
        firing.save()
