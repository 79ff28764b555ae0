"""Taking a whole batch back by the history of fields, a portion at a time, in statements over sets.

First changed fields get their old values, then created rows go, children before parents, then deleted rows come back.
What somebody touched since, or what something else now stands on, stays, and is counted with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from otdel.core.act import action, batch
from otdel.core.models import FieldChange

PORTION = 5_000
# Counted from other rows by the program: they say nothing of a person's work.
DERIVED = ("unit_id", "paid", "total")
Step = tuple[str, str]  # operation and subject type


@dataclass
class Undone:
    """Where the walk stands: keep it between portions."""

    steps: list[Step] | None = None
    """What to do in which order; settled once, when the walk begins."""
    step: int = 0
    before: int | None = None
    total: int = 0
    changed: int = 0
    """Changes of the batch there were, and those looked at so far."""
    deleted: int = 0
    restored: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    """How many rows stayed, by "reason:subject type"; reasons are changed, used and clash."""
    finished: bool = False
    touched: set[int] = field(default_factory=set)
    """What the watched rows of the last portion pointed to."""

    def as_json(self) -> dict[str, Any]:
        return {"steps": self.steps, "step": self.step, "before": self.before, "total": self.total,
                "changed": self.changed, "deleted": self.deleted, "restored": self.restored,
                "kept": dict(self.kept)}  # fmt: skip

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Undone:
        known = {each.name: stored[each.name] for each in fields(cls) if each.name in stored}
        return cls(**{**known, "kept": Counter(stored.get("kept", {}))})


@action
def undo_step(
    *, by: Any, number: int, state: Undone, portion: int = PORTION, watch: Mapping[str, str] | None = None
) -> Undone:
    """Take back one more portion of the batch. Safe to repeat; what it writes is marked with minus the number.

    `watch` names columns of tables whose values before the change the caller wants in `touched`.
    `by` must have been let to do so by the caller: the history knows no kinds of objects.
    """
    if state.steps is None:
        state.steps, state.total = _steps(number), FieldChange.objects.filter(batch=number).count()
    if state.step >= len(state.steps):
        state.finished = True
        return state
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    operation, label = state.steps[state.step]
    ids = _portion(number, operation, label, state.before, portion)
    if not ids:
        state.step, state.before = state.step + 1, None
        return state
    column = (watch or {}).get(label)
    state.touched = _touched(label, column, ids) if column else set()
    with batch(-number):
        _apply(Walk(number, label, state), operation, ids)
    state.before, state.changed = ids[0], state.changed + len(ids)
    return state


def _steps(number: int) -> list[Step]:
    """What to do in which order: (operation, subject type)."""
    found = set(FieldChange.objects.filter(batch=number).values_list("operation", "subject_type").distinct())
    order = _parents_first({label for _, label in found})
    steps = [("U", label) for label in order] + [("I", label) for label in reversed(order)]
    steps += [("D", label) for label in order]
    return [step for step in steps if step in found]


def _parents_first(labels: set[str]) -> list[str]:
    graph = {
        label: {
            parent.label_lower
            for each in apps.get_model(label)._meta.concrete_fields
            if each.remote_field and (parent := each.related_model._meta).label_lower in labels - {label}
        }
        for label in sorted(labels)
    }
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return sorted(labels)


def _portion(number: int, operation: str, label: str, before: int | None, portion: int) -> list[int]:
    """The latest changes not yet looked at, in the order they were written."""
    rows = FieldChange.objects.filter(batch=number, operation=operation, subject_type=label)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return sorted(rows.order_by("-pk").values_list("pk", flat=True)[:portion])


class Walk:
    """One subject type of one batch."""

    def __init__(self, number: int, label: str, state: Undone) -> None:
        self.number, self.label, self.state = number, label, state
        self.model = apps.get_model(label)
        self.table = connection.ops.quote_name(self.model._meta.db_table)
        self.columns = [each.column for each in self.model._meta.concrete_fields if not _is_generated(each)]

    def scope(self, ids: list[int]) -> dict[str, Any]:
        return {"ids": ids, "batch": self.number, "label": self.label, "derived": list(DERIVED)}


def _touched(label: str, column: str, ids: list[int]) -> set[int]:
    """What the changed rows point to through a column: those there are, and those the batch had deleted."""
    mine = FieldChange.objects.filter(pk__in=ids)
    there = apps.get_model(label)._default_manager.filter(pk__in=mine.values("subject_id"))
    gone = mine.filter(operation="D").values_list(f"diff__{column}", flat=True)
    return {pk for pk in (*there.values_list(column, flat=True), *gone) if pk is not None}


def _is_generated(each: Any) -> bool:
    return isinstance(each, models.GeneratedField)


def _apply(walk: Walk, operation: str, ids: list[int]) -> None:
    """Do the portion; when a row of it clashes with what was made since, halve until only that row is left out."""
    do = {"U": _restore, "I": _delete, "D": _bring_back}[operation]
    try:
        with transaction.atomic():
            do(walk, ids)
    except IntegrityError:
        if len(ids) == 1:
            walk.state.kept[f"clash:{walk.label}"] += 1
            return
        middle = len(ids) // 2
        _apply(walk, operation, ids[middle:])
        _apply(walk, operation, ids[:middle])


MADE_HERE = """
    SELECT 1 FROM core_fieldchange i
    WHERE i.subject_type = %(label)s AND i.subject_id = f.subject_id AND i.batch = %(batch)s AND i.operation = 'I'
"""


def _restore(walk: Walk, ids: list[int]) -> None:
    """Give fields their old values where they still have the value the batch wrote."""
    with connection.cursor() as cursor:
        scope = walk.scope(ids)
        cursor.execute("SELECT DISTINCT jsonb_object_keys(diff) FROM core_fieldchange WHERE id = ANY(%(ids)s)", scope)
        names = sorted({row[0] for row in cursor.fetchall()} & set(walk.columns))
        if not names:
            return
        columns = ", ".join(connection.ops.quote_name(name) for name in names)
        values = ", ".join("r." + connection.ops.quote_name(name) for name in names)
        # names are columns of our own models, quoted by the database's rules
        cursor.execute(
            f"""
            WITH was AS (
                SELECT f.subject_id, e.key,
                       (array_agg(e.value -> 0 ORDER BY f.id))[1] AS old,
                       (array_agg(e.value -> 1 ORDER BY f.id DESC))[1] AS new
                FROM core_fieldchange f CROSS JOIN LATERAL jsonb_each(f.diff) e
                WHERE f.id = ANY(%(ids)s) AND e.key = ANY(%(names)s) AND NOT EXISTS ({MADE_HERE})
                GROUP BY f.subject_id, e.key
            ), now_there AS (
                SELECT t.id, jsonb_object_agg(was.key, was.old)
                           FILTER (WHERE to_jsonb(t) -> was.key IS NOT DISTINCT FROM was.new) AS patch,
                       bool_or(to_jsonb(t) -> was.key IS DISTINCT FROM was.new
                               AND to_jsonb(t) -> was.key IS DISTINCT FROM was.old
                               AND was.key <> ALL (%(derived)s)) AS newer
                FROM was JOIN {walk.table} t ON t.id = was.subject_id GROUP BY t.id
            ), written AS (
                UPDATE {walk.table} t SET ({columns}) = ROW({values})
                FROM now_there n JOIN {walk.table} o ON o.id = n.id
                CROSS JOIN LATERAL jsonb_populate_record(o, n.patch) r
                WHERE t.id = n.id AND n.patch IS NOT NULL RETURNING t.id
            )
            SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM now_there WHERE newer)
            """,  # noqa: S608
            scope | {"names": names},
        )
        restored, newer = cursor.fetchone()
    walk.state.restored += restored
    if newer:
        walk.state.kept[f"changed:{walk.label}"] += newer


def _delete(walk: Walk, ids: list[int]) -> None:
    """Delete what the batch made unless somebody changed it since or something stands on it."""
    used = " OR ".join(_uses(walk.model)) or "false"
    scope = walk.scope(ids)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"""
                DELETE FROM {walk.table} t USING core_fieldchange f
                WHERE f.id = ANY(%(ids)s) AND t.id = f.subject_id AND NOT {CHANGED_SINCE} AND NOT ({used})
                """,  # noqa: S608
                scope,
            )
            walk.state.deleted += cursor.rowcount
            # rows of a tree go from its leaves down
            if not cursor.rowcount or not _stands_on_itself(walk.model):
                break
        cursor.execute(
            f"""
            SELECT count(*) FILTER (WHERE {CHANGED_SINCE}), count(*) FILTER (WHERE NOT {CHANGED_SINCE})
            FROM {walk.table} t JOIN core_fieldchange f ON t.id = f.subject_id WHERE f.id = ANY(%(ids)s)
            """,  # noqa: S608
            scope,
        )
        for reason, count in zip(("changed", "used"), cursor.fetchone(), strict=True):
            if count:
                walk.state.kept[f"{reason}:{walk.label}"] += count


# Another's change of a created row, unless that change was itself taken back.
CHANGED_SINCE = """EXISTS (
    SELECT 1 FROM core_fieldchange later
    WHERE later.subject_type = %(label)s AND later.subject_id = f.subject_id AND later.id > f.id
    AND later.operation = 'U' AND later.batch IS DISTINCT FROM %(batch)s AND coalesce(later.batch, 1) > 0
    AND later.diff - %(derived)s::text[] <> '{}'::jsonb
    AND (later.batch IS NULL OR NOT EXISTS (SELECT 1 FROM core_fieldchange back WHERE back.batch = -later.batch))
)"""


def _uses(model: type[models.Model]) -> list[str]:
    quote = connection.ops.quote_name
    found = []
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            key = relation.field
            other = key.model._meta
            itself = " AND u.id <> t.id" if key.model is model else ""
            if other.managed and not other.proxy and other.label_lower not in REFILLED:
                column = quote(key.column)
                rows = f"SELECT 1 FROM {quote(other.db_table)} u WHERE u.{column} = t.id{itself}"  # noqa: S608
                found.append(f"EXISTS ({rows})")
    return found


REFILLED: set[str] = set()
"""Tables filled from records by the database itself: nobody's work stands there."""


def _stands_on_itself(model: type[models.Model]) -> bool:
    return any(each.related_model is model for each in model._meta.concrete_fields if each.remote_field)


def _bring_back(walk: Walk, ids: list[int]) -> None:
    """Write rows the batch deleted as they were, under their own numbers."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in walk.columns)
    values = ", ".join(
        f"coalesce(r.{quote(name)}, f.at)" if name == "updated_at" else f"r.{quote(name)}" for name in walk.columns
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {walk.table} ({columns})
            SELECT {values} FROM core_fieldchange f
            CROSS JOIN LATERAL jsonb_populate_record(NULL::{walk.table}, f.diff) r
            WHERE f.id = ANY(%(ids)s) AND NOT EXISTS ({MADE_HERE})
            ON CONFLICT (id) DO NOTHING
            """,  # noqa: S608
            walk.scope(ids),
        )
        walk.state.restored += cursor.rowcount
