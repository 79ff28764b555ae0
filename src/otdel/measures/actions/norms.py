"""The norms of a department: dated, so that yesterday is judged by yesterday's."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Invalid, NotAllowed, NotFound
from otdel.deals.models import Pipeline
from otdel.measures import access
from otdel.measures.models import Norm
from otdel.measures.rules import check_norm
from otdel.org import access as org
from otdel.org.models import Person, Role
from otdel.org.rules import Right


@action
def set_norm(
    *,
    by: Person,
    unit_id: int,
    kind: str,
    amount: int,
    starts_on: date,
    now: datetime,
    role_id: int | None = None,
    pipeline_id: int | None = None,
    weekday: int | None = None,
) -> Norm:
    """Set so many a day from a day on; the same place and day again changes the number."""
    _check_unit(by, unit_id)
    check_norm(amount, weekday)
    if kind not in Norm.Kind.values:
        raise Invalid(_("There is no such kind of activity."), field="kind")
    if role_id and not Role.objects.filter(pk=role_id).exists():
        raise NotFound(_("There is no such role."), field="role")
    if pipeline_id and not Pipeline.objects.filter(pk=pipeline_id).exists():
        raise NotFound(_("There is no such pipeline."), field="pipeline")
    place: dict[str, Any] = {"unit_id": unit_id, "role_id": role_id, "pipeline_id": pipeline_id}
    place |= {"weekday": weekday, "kind": kind, "starts_on": starts_on}
    values = {"amount": amount, "set_by": by, "set_at": now}
    norm, _made = Norm.objects.update_or_create(**place, defaults=values)
    journal.record("norm.set", norm, by=by, at=now, what=kind, amount=amount, unit=unit_id, starts_on=starts_on)
    return norm


@action
def drop_norm(*, by: Person, norm_id: int, now: datetime) -> None:
    """Take back a norm; days already planned keep theirs."""
    org.require(by, access.KIND, Right.VIEW)
    norm = Norm.objects.select_for_update().filter(pk=norm_id).first()
    if norm is None or not org.unit_reach(by, access.KIND, Right.VIEW).includes_unit(norm.unit_id):
        raise NotFound(_("There is no such norm, or you may not see it."))
    _check_unit(by, norm.unit_id)
    journal.record("norm.dropped", norm, by=by, at=now, what=norm.kind, amount=norm.amount, unit=norm.unit_id)
    norm.delete()


def _check_unit(by: Person, unit_id: int) -> None:
    if not org.unit_reach(by, access.KIND, Right.VIEW).includes_unit(unit_id):
        raise NotFound(_("There is no such department, or you may not see it."), field="unit")
    if not access.may_steer_unit(by, unit_id):
        raise NotAllowed(_("Norms are set by the head of the department and those above."))
    if unit_id not in org.tree_for(by).nodes:
        raise NotFound(_("There is no such department, or you may not see it."), field="unit")
