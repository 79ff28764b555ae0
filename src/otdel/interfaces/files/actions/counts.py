"""What became of the rows, counted in the transaction that wrote them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from otdel.core.imports import Result, Status
from otdel.interfaces.files import queries
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.rows import Batch
from otdel.interfaces.files.seen import Seen

REASONS = 30

QUOTED = re.compile(r"“[^”]*”|«[^»]*»")

COLUMN = re.compile(r".{0,200}?[”»]: ")


def count_batch(
    session: ImportSession, rows: Batch, result: Result, *, dry: bool, now: datetime, seen: Seen | None
) -> None:
    refused = {**rows.refused, **result.refused}
    statuses = Counter(status for number, status in result.statuses.items() if number not in refused)
    session.created += statuses[Status.CREATED]
    session.updated += statuses[Status.UPDATED]
    session.unchanged += statuses[Status.UNCHANGED]
    session.refused += len(refused)
    session.made = _made(session.made, result, seen)
    session.reasons = _reasons(session.reasons, refused)
    session.position += rows.consumed
    session.moved_at = now
    if refused and not dry:
        session.refused_bytes = _append(session, refused)
    session.save()


def _made(before: Mapping[str, Any], result: Result, seen: Seen | None) -> dict[str, Any]:
    """Count what was made on the way; a dry run makes the same thing in every batch and counts it once."""
    made = dict(before)
    for kind, labels in result.made.items():
        if kind == "plans":
            made[kind] = sorted({*made.get(kind, []), *map(int, labels)})
            continue
        fresh = [label for label in labels if seen is None or seen.add((kind, label))]
        made[kind] = made.get(kind, 0) + len(fresh)
    return made


def _reasons(before: Iterable[Any], refused: Mapping[int, str]) -> list[Any]:
    """The commonest reasons: [times, number of the first row, its sentence]."""
    known = {_kind_of(row[2]): row for row in map(list, before)}
    for number, sentence in refused.items():
        key = _kind_of(sentence)
        if key in known:
            known[key][0] += 1
        elif len(known) < REASONS:
            known[key] = [1, number, sentence[:400]]
    return sorted(known.values(), key=lambda row: (-row[0], row[1]))


def _kind_of(sentence: str) -> str:
    """The sentence without the values it quotes; the column it speaks of stays."""
    column = COLUMN.match(sentence)
    head = column.group() if column else ""
    return head + QUOTED.sub("…", sentence[len(head) :])


def _append(session: ImportSession, refused: Mapping[int, str]) -> int:
    """Write refused rows where the last committed batch ended; what a killed worker left behind is overwritten."""
    path = queries.refused_file(session)
    path.touch()
    with path.open("r+b") as file:
        file.truncate(session.refused_bytes)
        file.seek(session.refused_bytes)
        for number, sentence in sorted(refused.items()):
            file.write(json.dumps([number, sentence], ensure_ascii=False).encode() + b"\n")
        return file.tell()
