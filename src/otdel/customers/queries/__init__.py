"""Questions about customers and contacts."""

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

__all__ = [
    "CONTACTS",
    "CUSTOMERS",
    "by_point",
    "channels",
    "ids_by_text",
    "name_of",
    "point_condition",
    "regions",
    "segments",
    "sources",
]
