"""Finding customers and contacts as files name them: one query a kind of key for a whole batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, NotFound
from otdel.core.imports import Ref, fold
from otdel.core.models import Fold
from otdel.core.names import split_name
from otdel.customers import access
from otdel.customers.models import Contact, ContactPoint, Customer
from otdel.org.models import Person


class CustomersByName:
    """Customers the importer may see among those asked for; a hidden one is not offered by name.

    What was binned is not found by name either; by external id it is, since the id is taken.
    """

    def __init__(
        self, by: Person, refs: Iterable[Ref], inns: Iterable[str | None] = (), points: Sequence[str] = ()
    ) -> None:
        self.records: dict[int, Customer] = {}
        self._external: dict[str, Customer | None] = {}
        self._name: dict[str, list[Customer]] = defaultdict(list)
        self._inn: dict[str, list[Customer]] = defaultdict(list)
        self._point: dict[str, Customer] = {}
        self._load(by, list(refs), [inn for inn in inns if inn])
        self._load_points(by, points)

    def _load(self, by: Person, refs: list[Ref], inns: list[str]) -> None:
        ids = {text for ref in refs for text in ref if text}
        names = {text.lower().replace("ё", "е") for text, _external in refs if text}
        visible = access.customers(by)
        rows: dict[int, Customer] = {}
        if ids:
            rows |= {row.pk: row for row in visible.filter(external_id__in=ids)}
            taken = Customer.objects.filter(external_id__in=ids).exclude(pk__in=rows)
            self._external |= dict.fromkeys(taken.values_list("external_id", flat=True))
        if names:
            rows |= {row.pk: row for row in visible.alias(folded=Fold("name")).filter(folded__in=names)}
        if inns:
            rows |= {row.pk: row for row in visible.filter(inn__in=set(inns))}
        for row in sorted(rows.values(), key=lambda each: each.pk):
            self.add(row)

    def _load_points(self, by: Person, values: Sequence[str]) -> None:
        if not values:
            return
        points = ContactPoint.objects.filter(value__in=set(values), customer__in=access.customers(by).values("pk"))
        for point in points.select_related("customer"):
            if point.customer is not None:
                self._point[point.value] = self.records.setdefault(point.customer.pk, point.customer)

    def add(self, row: Customer) -> None:
        if row.pk is not None:
            self.records[row.pk] = row
        if row.external_id:
            self._external[row.external_id] = row
        self._name[fold(row.name)].append(row)
        if row.inn:
            self._inn[row.inn].append(row)

    def by_external(self, text: str) -> Customer | None:
        """Raises Conflict when the id belongs to a customer out of sight, or in the bin."""
        if text in self._external and self._external[text] is None:
            raise Conflict(_("The id “%(id)s” belongs to a customer you may not see, or to one in the bin.")
                           % {"id": text[:120]})  # fmt: skip
        return self._external.get(text)

    def by_name(self, name: str) -> Customer | None:
        found = self._name.get(fold(name), [])
        if len(found) > 1:
            raise Conflict(_("Several customers are called “%(name)s”: name them by id or INN.") % {"name": name[:160]})
        return found[0] if found else None

    def by_inn(self, inn: str, kpp: str | None = None) -> Customer | None:
        """Branches share the ИНН and differ by КПП."""
        found = self._inn.get(inn, [])
        if len(found) > 1:
            found = [row for row in found if row.kpp == (kpp or "")] or found[:1]
        return found[0] if found else None

    def by_point(self, values: Iterable[str]) -> Customer | None:
        return next((self._point[value] for value in values if value in self._point), None)

    def knows(self, ref: Ref | None, inn: str | None) -> bool:
        try:
            return self._find(ref, inn) is not None
        except Conflict:
            return True

    def find(self, ref: Ref | None, inn: str | None = None) -> Customer | None:
        """Return the customer named, None when nobody is. Raises NotFound or Conflict."""
        if not ref and not inn:
            return None
        found = self._find(ref, inn)
        if found is None:
            name = ref[0] if ref else inn
            raise NotFound(_("There is no customer “%(name)s”.") % {"name": str(name)[:160]})
        return found

    def first(self, refs: Sequence[Ref] | None, inn: str | None = None) -> Customer | None:
        """The first of several that is known."""
        if not refs:
            return self.find(None, inn)
        return next((found for ref in refs if (found := self._find(ref, inn))), None) or self.find(refs[0], inn)

    def _find(self, ref: Ref | None, inn: str | None) -> Customer | None:
        name, external = ref or ("", "")
        found = self.by_external(external) if external else None
        found = found or (self.by_inn(inn) if inn else None)
        found = found or (self.by_external(name) if name and name in self._external else None)
        return found or (self.by_name(name) if name else None)


class ContactsByName:
    """Contacts by external id, e-mail, or name within one customer."""

    def __init__(self, by: Person, rows: Sequence[Any]) -> None:
        self.records: dict[int, Contact] = {}
        self._external: dict[str, Contact | None] = {}
        self._email: dict[str, Contact] = {}
        self._phone: dict[str, Contact] = {}
        self._name: dict[tuple[str, int | None], Contact] = {}
        ids = {text for row in rows for text in (row.external_id, row.name) if text}
        values = {email for row in rows for email in row.emails or ()}
        values |= {phone[0] for row in rows for phone in row.phones or ()}
        names = {turned for row in rows for turned in _both_ways(_full(row))}
        visible = access.contacts(by)
        found = {row.pk: row for row in visible.filter(external_id__in=ids)}
        taken = Contact.objects.filter(external_id__in=ids).exclude(pk__in=found)
        self._external |= dict.fromkeys(taken.values_list("external_id", flat=True))
        points = ContactPoint.objects.filter(value__in=values, contact__in=visible.values("pk")) if values else []
        for point in points:
            contact = point.contact
            if contact is not None:
                mine = found.setdefault(contact.pk, contact)
                (self._email if point.kind == "EMAIL" else self._phone)[point.value] = mine
        if names:
            found |= {row.pk: row for row in visible.alias(folded=Fold("name")).filter(folded__in=names)}
        for row in found.values():
            self.add(row)

    def add(self, contact: Contact, emails: Iterable[str] | None = None) -> None:
        if contact.pk is not None:
            self.records[contact.pk] = contact
        if contact.external_id:
            self._external[contact.external_id] = contact
        for email in emails or ():
            self._email[email] = contact
        name = _words(f"{contact.last_name} {contact.first_name}")
        self._name.setdefault((name, contact.customer_id), contact)

    def find(self, row: Any, customer_id: int | None, key: str) -> Contact | None:
        for text in (row.external_id, row.name):
            if text and text in self._external:
                found = self._external[text]
                if found is None:
                    raise Conflict(_("The id “%(id)s” belongs to a contact you may not see, or to one in the bin.")
                                   % {"id": text[:120]})  # fmt: skip
                return found
        by_email = next((self._email[text] for text in row.emails or () if text in self._email), None)
        by_name = self._name.get((_words(_full(row)), customer_id))
        by_phone = next((self._phone[phone[0]] for phone in row.phones or () if phone[0] in self._phone), None)
        same_name = by_phone if by_phone and _words(_full(row)) in ("", _words(str(by_phone.name))) else None
        chosen = (by_name, by_email) if key == "name" else (by_email, by_name, same_name)
        return next((found for found in chosen if found and not _another(found, row)), None)


def _another(found: Contact, row: Any) -> bool:
    return bool(row.external_id and found.external_id and row.external_id != found.external_id)


def _full(row: Any) -> str:
    if row.last_name or row.first_name:
        return f"{row.last_name or ''} {row.first_name or ''}"
    last, first, _middle = split_name(row.name or "")
    return f"{last} {first}".strip()


def _both_ways(name: str) -> set[str]:
    words = fold(name).split()
    return {" ".join(words), " ".join(words[1:] + words[:1])} - {""}


def _words(name: str) -> str:
    """Names are compared whatever the order of their words."""
    return " ".join(sorted(fold(name).split()))
