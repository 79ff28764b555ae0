"""What makes sense to log. No queries, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, Invalid

# clocks of browsers and servers differ a little
SKEW = timedelta(minutes=5)
LONGEST = 7 * 24 * 3600


class NotYet(Invalid):
    """What is done cannot lie in the future."""


class AlreadyDone(Conflict):
    """It is already done."""


@dataclass(frozen=True)
class ActivityValues:
    """What passed, or is planned to pass, between somebody and a customer."""

    kind: str
    at: datetime
    is_done: bool = True
    direction: str = "OUT"
    duration: int | None = None  # seconds
    subject: str = ""
    text: str = ""
    result: str = ""
    owner_id: int | None = None
    customer_id: int | None = None
    contact_id: int | None = None
    lead_id: int | None = None
    deal_id: int | None = None
    custom: Mapping[str, Any] | None = None  # the company's own fields by key; None leaves them alone


def check(values: ActivityValues, now: datetime) -> None:
    if values.is_done and values.at > now + SKEW:
        raise NotYet(_("What is done cannot be in the future: plan it instead."), field="at")
    if values.duration is not None and not 0 <= values.duration <= LONGEST:
        raise Invalid(_("It cannot last that long."), field="duration")
    about = (values.customer_id, values.contact_id, values.lead_id, values.deal_id)
    if not any(about) and not values.subject.strip():
        raise Invalid(_("Say what it was about: a customer, a deal or a subject."), field="subject")


def done_at(planned: datetime, now: datetime) -> datetime:
    """When a planned thing was done, if nobody says otherwise: when it was planned, but not later than now."""
    return min(planned, now)
