"""Questions about customers and contacts."""

from otdel.customers.queries.cards import (
    Card,
    ContactRow,
    Entry,
    PointView,
    contact_card,
    contact_timeline,
    contacts_of,
    customer_card,
    customer_timeline,
    entries,
    names_of,
    short_lists,
)
from otdel.customers.queries.lists import (
    CONTACTS,
    CUSTOMERS,
    by_point,
    channels,
    ids_by_text,
    name_of,
    point_condition,
    regions,
    segments,
    sources,
)
from otdel.customers.queries.same import Hint, same_customers
from otdel.customers.queries.search import search_parts

__all__ = [
    "CONTACTS",
    "CUSTOMERS",
    "Card",
    "ContactRow",
    "Entry",
    "Hint",
    "PointView",
    "by_point",
    "channels",
    "contact_card",
    "contact_timeline",
    "contacts_of",
    "customer_card",
    "customer_timeline",
    "entries",
    "ids_by_text",
    "name_of",
    "names_of",
    "point_condition",
    "regions",
    "same_customers",
    "search_parts",
    "segments",
    "short_lists",
    "sources",
]
