"""What is told together: several reminders of one kind to one person are one notice, with a line each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from otdel.notifications import kinds
from otdel.notifications.actions.telling import Told, tell
from otdel.notifications.models import Notice, Reminder
from otdel.org.queries import Colleague

MOST_LINES = 10


def tell_grouped(told: Sequence[Told], now: datetime, known: Mapping[int, Colleague]) -> None:
    """Tell these, those of kinds that are told together in one notice per person."""
    heaps = {kind for kind in {each.kind for each in told} if kinds.get(kind).together}
    single = [each for each in told if each.kind not in heaps]
    groups: dict[tuple[str, int], list[Told]] = {}
    for each in told:
        if each.kind in heaps:
            groups.setdefault((each.kind, each.person_id), []).append(each)
    joined = [(_joined(rows), rows) for rows in groups.values()]
    tell([*single, *(each for each, _rows in joined)], now, known)
    _remember(joined)


def _joined(rows: Sequence[Told]) -> Told:
    if len(rows) == 1:
        return rows[0]
    first, kind = rows[0], kinds.get(rows[0].kind)
    mark = hashlib.sha256("|".join(sorted(each.key for each in rows)).encode()).hexdigest()[:32]
    lines = [_line(each) for each in rows[:MOST_LINES]]
    params = {"count": len(rows), "lines": lines, "more": max(0, len(rows) - MOST_LINES)}
    params["rows"] = [kinds.Line(each.title, _whose(each), each.url).kept() for each in rows[:MOST_LINES]]
    return Told(
        kind=first.kind, person_id=first.person_id, key=f"many:{mark}", url=kind.rows_url,
        subject_kind=first.subject_kind, params=params,
    )  # fmt: skip


def _line(each: Told) -> str:
    """Whose it is, too, for whoever is told of others."""
    return f"{each.title} — {_whose(each)}" if _whose(each) else each.title


def _whose(each: Told) -> str:
    return str(each.params.get("person", "")) if each.params.get("of_others") else ""


def _remember(joined: Iterable[tuple[Told, Sequence[Told]]]) -> None:
    """Note which notice told of each reminder: counted anew every night, it is not told again."""
    rows = {each.key: [one.reminder for one in told if one.reminder] for each, told in joined}
    if not rows:
        return
    found = Notice.objects.filter(key__in=list(rows)).values_list("key", "pk")
    for key, pk in found:
        Reminder.objects.filter(pk__in=rows[key]).update(told_with=pk)
