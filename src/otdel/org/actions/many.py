"""What is done to many records at once, whatever their kind: assign, tag, put in the bin, restore; and taken back.

A room names its kinds; their methods are its actions. The journal keeps what the rows were, so that it can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right

LONGEST_UNDO = timedelta(hours=1)
MOST_TAGS = 20


@dataclass(frozen=True)
class Kind:
    """A kind of record: its name in rights, `rows(person, right, binned)` of its room's access, and what is done."""

    name: str
    rows: Callable[[Person, str, bool], Any]

    @action
    def assign(self, *, by: Person, ids: Sequence[int], owner_id: int, now: datetime) -> Event:
        """Give the records to another person. Returns the event, by which it can be undone."""
        rows = list(locked(self, by, Right.CHANGE, ids))
        owner = new_owner(self, by, owner_id)
        before = {str(row.pk): row.owner_id for row in rows if row.owner_id != owner.pk}
        _update(rows, before, owner_id=owner.pk, updated_at=now)
        return _record(self, "assigned", rows, by, now, before=before, owner=owner.pk)

    @action
    def put_in_bin(self, *, by: Person, ids: Sequence[int], now: datetime) -> Event:
        rows = list(locked(self, by, Right.DELETE, ids))
        before = {str(row.pk): None for row in rows}
        _update(rows, before, deleted_at=now, updated_at=now)
        return _record(self, "binned", rows, by, now, before=before)

    @action
    def restore(self, *, by: Person, ids: Sequence[int], now: datetime) -> Event:
        rows = list(locked(self, by, Right.DELETE, ids, binned=True))
        before = {str(row.pk): None for row in rows}
        _update(rows, before, deleted_at=None, updated_at=now)
        return _record(self, "restored", rows, by, now, before=before)

    @action
    def tag(self, *, by: Person, ids: Sequence[int], tag: str, now: datetime) -> Event:
        """Add a tag to the records that do not have it yet."""
        text = " ".join(tag.split())[:60]
        if not text:
            raise Invalid(_("Write the tag."), field="tag")
        rows = list(locked(self, by, Right.CHANGE, ids))
        changed = [row for row in rows if text not in row.tags and len(row.tags) < MOST_TAGS]
        for row in changed:
            _model(row).filter(pk=row.pk).update(tags=[*row.tags, text], updated_at=now)
        return _record(self, "tagged", rows, by, now, before={str(row.pk): row.tags for row in changed}, tag=text)

    @action
    def undo(self, *, by: Person, event_id: int, now: datetime) -> Event:
        """Take back one's own act of the last hour, on the records that nobody changed in that respect since."""
        event = Event.objects.select_for_update().filter(pk=event_id, by=by, kind__in=_undoable(self)).first()
        if event is None:
            raise NotFound(_("There is nothing to undo."))
        what = event.kind.rpartition(".")[2]
        if now - event.at > LONGEST_UNDO or event.data.get("undone"):
            raise Conflict(_("It is too late to undo this."))
        before: dict[str, Any] = event.data["before"]
        binned, right = what == "binned", Right.DELETE if what == "binned" else Right.VIEW
        rows = [
            row
            for row in locked(self, by, right, [int(pk) for pk in before], binned)
            if _untouched(row, what, event.data)
        ]
        for row in rows:
            _model(row).filter(pk=row.pk).update(updated_at=now, **_back(what, before[str(row.pk)]))
        Event.objects.filter(pk=event.pk).update(data=event.data | {"undone": True})
        return _record(self, "undone", rows, by, now, event=event.pk)


def locked(kind: Kind, by: Person, right: Right, ids: Sequence[int], binned: bool = False) -> Any:
    """Return the rows the right reaches, locked in one order; refuse when it reaches none of them."""
    access.require(by, kind.name, right)
    rows = kind.rows(by, right, binned).filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    if not rows:
        if kind.rows(by, Right.VIEW, binned).filter(pk__in=ids).exists():
            raise NotAllowed(_("Your role does not allow this for a record of this person."))
        raise NotFound(_("There is no such record, or you may not see it."))
    return rows


def new_owner(kind: Kind, by: Person, owner_id: int) -> Person:
    """Return who may be given records of this kind by the person: somebody they may create them for."""
    found = Person.objects.filter(pk=owner_id, is_active=True).first()
    if found is None or found.employed_to is not None:
        raise Invalid(_("Choose somebody who works here."), field="owner")
    if found.pk != by.pk and not access.reach(by, kind.name, Right.CREATE).includes(found.pk):
        raise NotAllowed(_("You may not give records to this person."), field="owner")
    return found


def _undoable(kind: Kind) -> list[str]:
    return [f"{kind.name}.{what}" for what in ("assigned", "binned", "tagged")]


def _untouched(row: Any, what: str, data: dict[str, Any]) -> bool:
    if what == "assigned":
        return bool(row.owner_id == data["owner"])
    return what == "binned" or data["tag"] in row.tags


def _back(what: str, value: Any) -> dict[str, Any]:
    return {"assigned": {"owner_id": value}, "binned": {"deleted_at": None}, "tagged": {"tags": value}}[what]


def _model(row: Any) -> Any:
    return type(row)._base_manager


def _update(rows: Sequence[Any], before: dict[str, Any], **values: Any) -> None:
    if before:
        _model(rows[0]).filter(pk__in=[int(pk) for pk in before]).update(**values)


def _record(kind: Kind, what: str, rows: Sequence[Any], by: Person, now: datetime, **data: object) -> Event:
    subject = rows[0] if len(rows) == 1 else None
    return journal.record(f"{kind.name}.{what}", subject, by=by, at=now, count=len(rows), **data)
