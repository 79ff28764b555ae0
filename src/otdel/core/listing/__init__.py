"""Lists of records: which columns, filters and orders a list has, and how one page of it is read.

A room declares its lists in queries.py; a door draws them. The address of a page is its whole state. A page is one
query whatever its depth (keyset, never OFFSET), joins only what the shown columns need, and never counts the set.
"""

from otdel.core.listing.columns import Column, Kind, Sort
from otdel.core.listing.filters import (
    Amount,
    Asking,
    Bin,
    Choice,
    Custom,
    CustomDays,
    CustomNumber,
    Days,
    Filter,
    Flag,
    Reference,
    Search,
    Tags,
)
from otdel.core.listing.keyset import Cursor
from otdel.core.listing.listing import Listing, Page, State

__all__ = [
    "Amount",
    "Asking",
    "Bin",
    "Choice",
    "Column",
    "Cursor",
    "Custom",
    "CustomDays",
    "CustomNumber",
    "Days",
    "Filter",
    "Flag",
    "Kind",
    "Listing",
    "Page",
    "Reference",
    "Search",
    "Sort",
    "State",
    "Tags",
]
