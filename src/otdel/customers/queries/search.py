"""Where global search looks for customers and contacts."""

from __future__ import annotations

from django.db.models import Q

from otdel.core.search import Part
from otdel.customers import access
from otdel.customers.models import ContactPoint
from otdel.customers.queries.lists import point_condition
from otdel.org.models import Person


def search_parts(person: Person, text: str) -> list[Part]:
    """Customers by name, INN, phone in any writing or e-mail; contacts the same. No query."""
    return [
        Part(
            "customer",
            access.visible_to(person),
            "name",
            "inn",
            ("name", "id"),
            _points(text, "customer_id"),
        ),
        Part(
            "contact",
            access.contacts(person),
            "name",
            "customer__name",
            ("name", "id"),
            _points(text, "contact_id"),
        ),
    ]


def _points(text: str, field: str) -> Q | None:
    wanted = point_condition(text)
    if wanted is None:
        return None
    return Q(pk__in=ContactPoint.objects.filter(wanted).exclude(**{field: None}).values(field))
