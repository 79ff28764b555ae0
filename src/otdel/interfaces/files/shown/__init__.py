"""What the wizard's pages show: plain values for templates to place."""

from otdel.interfaces.files.shown.columns import columns_page
from otdel.interfaces.files.shown.kinds import kind_page
from otdel.interfaces.files.shown.listing import session_row
from otdel.interfaces.files.shown.options import choices_of, options_page
from otdel.interfaces.files.shown.result import result_page
from otdel.interfaces.files.shown.words import DELIMITERS, metrics

__all__ = [
    "DELIMITERS",
    "choices_of",
    "columns_page",
    "kind_page",
    "metrics",
    "options_page",
    "result_page",
    "session_row",
]
