"""Phones, e-mails and sites of imported customers and contacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from otdel.customers import rules
from otdel.customers.models import ContactPoint


class PointPen:
    """Phones, e-mails and sites of a batch. A file adds them; it takes none away."""

    def __init__(self, side: str, records: Iterable[Any]) -> None:
        self.side = side
        self.new: list[tuple[Any, dict[str, Any]]] = []
        self.there: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
        ids = [record.pk for record in records]
        if ids:
            rows = ContactPoint.objects.filter(**{f"{side}_id__in": ids})
            for pk, *point in rows.values_list(f"{side}_id", "kind", "value", "extension"):
                self.there[pk].add(tuple(point))

    def set(self, record: Any, phones: Any = None, emails: Any = None, site: str | None = None) -> bool:
        wanted = [("PHONE", phone[0], phone[1] if len(phone) > 1 else "") for phone in phones or ()]
        wanted += [("EMAIL", email, "") for email in emails or ()]
        if site:
            wanted += [(point.kind, point.value, "") for point in rules.site_points([site])]
        there = self.there[record.pk if record.pk is not None else -id(record)]
        fresh = [point for point in dict.fromkeys(wanted) if point not in there]
        for at, (kind, value, extension) in enumerate(fresh, start=len(there)):
            there.add((kind, value, extension))
            self.new.append((record, {"kind": kind, "value": value, "extension": extension, "position": at}))
        return bool(fresh)

    def write(self) -> None:
        """After the records themselves were written."""
        rows = [ContactPoint(**{self.side: record}, **values) for record, values in self.new if record.pk is not None]
        ContactPoint.objects.bulk_create(rows, batch_size=1000)
        self.new = []
