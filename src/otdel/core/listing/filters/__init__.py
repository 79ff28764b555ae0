"""By what a list can be narrowed. Each filter owns the parameters of the address that begin with its key."""

from otdel.core.listing.filters.base import Asking, Filter, Option, Params, fold
from otdel.core.listing.filters.chosen import Bin, Choice, Flag, Reference
from otdel.core.listing.filters.own import Custom, CustomDays, CustomNumber
from otdel.core.listing.filters.ranges import PRESETS, Amount, Days, Span
from otdel.core.listing.filters.words import Search, Tags

__all__ = [
    "PRESETS",
    "Amount",
    "Asking",
    "Bin",
    "Choice",
    "Custom",
    "CustomDays",
    "CustomNumber",
    "Days",
    "Filter",
    "Flag",
    "Option",
    "Params",
    "Reference",
    "Search",
    "Span",
    "Tags",
    "fold",
]
