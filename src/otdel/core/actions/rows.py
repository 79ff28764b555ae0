"""Rows written many at a time, and short lists looked up by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Max
from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.core.imports import Ref, Result, fold
from otdel.core.models import Record

M = TypeVar("M", bound=models.Model)
AT_ONCE = 1000


class Pen(Generic[M]):
    """Rows of one table that wait to be written in few statements."""

    def __init__(self, model: type[M], now: datetime | None = None) -> None:
        self.model = model
        self.now = now  # given for tables that keep when they were changed
        self.new: list[M] = []
        self.changed: dict[int, tuple[M, set[str]]] = {}

    def add(self, row: M) -> M:
        self._stamp(row)
        self.new.append(row)
        return row

    def change(self, row: M, values: Mapping[str, Any]) -> bool:
        """Set what differs; tell whether anything did."""
        differing = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in differing.items():
            setattr(row, name, value)
        if differing and row.pk is not None:
            self.changed.setdefault(row.pk, (row, set()))[1].update(differing)
        return bool(differing)

    def _stamp(self, row: M) -> bool:
        if self.now is not None and isinstance(row, Record):
            row.updated_at = self.now
            return True
        return False

    def write(self) -> None:
        manager = self.model._default_manager
        manager.bulk_create(self.new, batch_size=AT_ONCE)
        by_fields: dict[frozenset[str], list[M]] = defaultdict(list)
        for row, names in self.changed.values():
            if self._stamp(row):
                names.add("updated_at")
            by_fields[frozenset(names)].append(row)
        for fields, rows in by_fields.items():
            manager.bulk_update(rows, sorted(fields), batch_size=AT_ONCE)
        self.new, self.changed = [], {}


class Entries:
    """A short list of the company, by external id and name; a missing entry is made where that was allowed."""

    def __init__(self, model: type[Any], label: str, may_create: bool, result: Result) -> None:
        self._model, self._label, self._may_create, self._result = model, label, may_create, result
        self._by_name: dict[str, int] | None = None
        self._by_id: dict[str, int] = {}

    def id_of(self, named: str | Ref) -> int:
        """Raises NotFound for an unknown name."""
        name, external = (named, "") if isinstance(named, str) else named
        names = self._load()
        found = self._by_id.get(external or name) or names.get(fold(name))
        return found or self._make(name)

    def _load(self) -> dict[str, int]:
        if self._by_name is None:
            self._by_name = {}
            for pk, name, external in self._model.objects.values_list("id", "name", "external_id"):
                self._by_name[fold(name)] = pk
                if external:
                    self._by_id[external] = pk
        return self._by_name

    def _make(self, name: str) -> int:
        if not self._may_create or len(name) > 160:
            raise NotFound(
                _("%(list)s: there is no “%(name)s” in the list.") % {"list": self._label, "name": name[:160]}
            )
        last = self._model.objects.aggregate(last=Max("position"))["last"]
        entry = self._model.objects.create(name=" ".join(name.split()), position=0 if last is None else last + 1)
        self._load()[fold(name)] = entry.pk
        self._result.made["lists"].add(f"{self._label}: {entry.name}")
        pk: int = entry.pk
        return pk
